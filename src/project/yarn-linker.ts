/**
 * Whether Yarn 2 and later installs by Plug'n'Play: its default, unless .yarnrc.yml names another
 * linker (yarnpkg.com/configuration/yarnrc#nodeLinker).
 */
export const usesPlugAndPlay = (yarnrc: string | undefined): boolean =>
  !/^nodeLinker:\s*["']?(node-modules|pnpm)/m.test(yarnrc ?? '')
