import path from 'node:path'

/** The folder of the installed package: the one place that looks at where this code lies. */
export const packageRoot = path.resolve(import.meta.dirname, '..')

/**
 * Made by `npm run build`: the CLI's bundle with a package.json of its own, where oclif learns of it.
 */
export const cliFolder = path.join(packageRoot, 'dist', 'cli')

/** What init copies from and what the demo deploys. */
export const templatesDir = path.join(packageRoot, 'templates')

/** Made by `npm run build`: the runtime's unpacked package, its tarball beside it. */
export const runtimePackageDir = path.join(packageRoot, 'dist', 'shipit-runtime')
