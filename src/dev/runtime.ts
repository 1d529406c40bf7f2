import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import { runtimePackageDir } from '../paths.js'

/**
 * The runtime's program as the app in `dir` has it installed: the same that its dyno runs, with the
 * same PM2. A folder that does not name it as a dependency gets the one that comes with shipit, if
 * PM2 is there. Throws `project` if there is none.
 */
export function findRuntime(dir: string): string {
  const fromApp = createRequire(path.join(dir, 'package.json'))
  try {
    return path.join(
      path.dirname(fromApp.resolve('shipit-runtime/package.json')),
      'bin/shipit-runtime.js',
    )
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    const isDependency = isNamed(dir)
    const own = isDependency ? undefined : ownRuntime()
    if (own !== undefined) return own
    throw new ShipitError('project', {
      message: 'shipit-runtime is not installed in this folder.',
      ...(isDependency
        ? {
            why: 'package.json has it as a dependency, node_modules does not hold it.',
            next: 'npm install',
          }
        : {
            why: 'Nothing has made this folder ready for it.',
            next: 'shipit init, then npm install',
          }),
      cause: error,
    })
  }
}

function ownRuntime(): string | undefined {
  const program = path.join(runtimePackageDir, 'bin/shipit-runtime.js')
  try {
    createRequire(program).resolve('pm2/package.json')
    return existsSync(program) ? program : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}

function isNamed(dir: string): boolean {
  const file = path.join(dir, 'package.json')
  return existsSync(file) && readFileSync(file, 'utf8').includes('"shipit-runtime"')
}
