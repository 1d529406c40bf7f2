/** Tools of a build that stay and watch: tsc -w, webpack --watch. */
export const WATCHER =
  /^(tsc|tspc|webpack|rollup|esbuild|tsup|tsdown|babel|swc|sass|postcss|tailwindcss)\b.*\s(-w|--watch)(=true)?(\s|$)/
