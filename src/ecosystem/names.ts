import type { EcosystemFormat } from './types.js'

const endings = (stem: string, all: string[]): string[] => all.map((ending) => `${stem}.${ending}`)

/**
 * The names of ecosystem files, everywhere the same: the first that exists is taken.
 * ecosystem.config.*: `pm2 start` without a file takes ecosystem.config.js (lib/binaries/CLI.js,
 * APP_CONF_DEFAULT_FILE), and its guides write the other endings by hand; yml comes first because
 * it is what shipit writes. ecosystem.*: in the order of PM2's getConfigFileCandidates
 * (lib/Common.js), by which `pm2 deploy` looks.
 * The others are what PM2's examples and its users call it: PM2 reads any name by its ending.
 * ecosystem.js is not among them: PM2 reads JavaScript as configuration only if the name ends in
 * .config.js, .cjs or .mjs.
 */
export const ECOSYSTEM_FILES: readonly string[] = [
  ...endings('ecosystem', [
    'config.yml',
    'config.yaml',
    'config.json',
    'config.js',
    'config.cjs',
    'config.mjs',
    'json',
    'yml',
    'yaml',
    'json5',
  ]),
  ...['process', 'pm2'].flatMap((stem) =>
    endings(stem, [
      'json',
      'yml',
      'yaml',
      'json5',
      'config.js',
      'config.cjs',
      'config.mjs',
      'config.json',
      'config.yml',
      'config.yaml',
    ]),
  ),
  ...endings('apps', ['json', 'yml', 'yaml', 'config.js']),
]

/**
 * PM2 takes JavaScript for configuration if the name ends in .config.js, .config.cjs or .config.mjs
 * (lib/Common.js).
 */
export function formatOf(file: string): EcosystemFormat | undefined {
  if (/\.ya?ml$/.test(file)) return 'yml'
  if (/\.json5?$/.test(file)) return 'json'
  return /\.config\.[cm]?js$/.test(file) ? 'js' : undefined
}
