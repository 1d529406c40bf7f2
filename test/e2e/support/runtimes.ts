import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { runtimePackageDir } from '../../../src/paths.js'

/** The built package's program, as an app has it in node_modules. */
export const RUNTIME = path.join(runtimePackageDir, 'bin/shipit-runtime.js')

/** What shipit-runtime is measured against. */
export const PM2_RUNTIME = createRequire(import.meta.url).resolve('pm2/bin/pm2-runtime')

/** Where a program would be found; undefined for one that this machine has not. */
export function found(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file))
}
