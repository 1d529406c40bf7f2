// What runs in other processes than the CLI: the embedded Heroku, the hook that git starts for it,
// the demo, and what Heroku's own CLI loads. Each in one file, since reading hundreds takes longer than all that the
// hook does.
import { build } from 'esbuild'
import { definedVersion } from './package-json.mjs'

/** All directly in dist: src/paths.ts finds the package from there as from src. */
const PROCESSES = {
  'daemon-process': 'src/embedded/daemon/daemon-process.ts',
  'pre-receive': 'src/embedded/git/pre-receive.ts',
  demo: 'src/demo/demo.ts',
  'heroku-plugin': 'src/heroku-plugin.ts',
}

/** Makes a file in dist of each. */
export async function buildProcesses(root) {
  await build({
    absWorkingDir: root,
    entryPoints: PROCESSES,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    // A stack in the platform's log names functions as they are written.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';const require=requireFrom(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    legalComments: 'none',
    define: definedVersion(root),
    logLevel: 'warning',
    logOverride: { 'require-resolve-not-external': 'silent' },
  })
}
