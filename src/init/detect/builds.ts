/** What builds write, and those that stay and watch. */

/**
 * Folders that builds write into, anywhere in the tree: apps/api/dist/main.js,
 * .next/standalone/server.js, .output/server/index.mjs.
 */
const OUTPUT_FOLDER =
  /(^|\/)(\.?(dist|build|built|lib|out|output|public|server-build|bundle|next|svelte-kit))\//

/** Whether a file lies in a folder that a build may have made. */
export const isBuiltFile = (file: string): boolean => OUTPUT_FOLDER.test(file)

/** The same of a folder itself. */
export const isOutputFolder = (dir: string): boolean => OUTPUT_FOLDER.test(`${dir}/`)

/** Tools of a build that stay and watch: tsc -w, webpack --watch. */
export const WATCHER =
  /^(tsc|tspc|webpack|rollup|esbuild|tsup|tsdown|babel|swc|sass|postcss|tailwindcss)\b.*\s(-w|--watch)(=true)?(\s|$)/
