// The page of shipit dashboard: files that a browser takes without any other host, and under
// a policy that lets no inline code or style run.
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

/** Makes index.html, icon.svg, page.js and page.css; tests have them made elsewhere. */
export async function buildDashboard(root, folder = path.join(root, 'dist/dashboard')) {
  const source = path.join(root, 'src/dashboard/page')
  mkdirSync(folder, { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: path.join(source, 'main.tsx'), out: 'page' },
      { in: path.join(source, 'style/page.css'), out: 'page' },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    // What evergreen browsers have had for a year or two.
    target: ['es2022', 'chrome115', 'firefox115', 'safari16.4'],
    legalComments: 'none',
    logLevel: 'warning',
  })
  for (const file of ['index.html', 'icon.svg'])
    copyFileSync(path.join(source, file), path.join(folder, file))
}
