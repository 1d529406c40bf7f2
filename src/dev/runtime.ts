import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { ShipitError } from '../errors.js'

/** The runtime's program as the app in `dir` has it installed: the same that its dyno runs, with the same PM2. Throws `project` where it is not. */
export function findRuntime(dir: string): string {
  const fromApp = createRequire(path.join(dir, 'package.json'))
  try {
    return path.join(path.dirname(fromApp.resolve('shipit-runtime/package.json')), 'bin/shipit-runtime.js')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new ShipitError('project', {
      message: 'shipit-runtime is not installed in this folder.',
      ...(isNamed(dir)
        ? { why: 'package.json has it as a dependency, node_modules does not hold it.', next: 'npm install' }
        : { why: 'Nothing has made this folder ready for it.', next: 'shipit init, then npm install' }),
      cause: error,
    })
  }
}

function isNamed(dir: string): boolean {
  const file = path.join(dir, 'package.json')
  return existsSync(file) && readFileSync(file, 'utf8').includes('"shipit-runtime"')
}
