import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { BuildFailure } from './failure.js'

/** Bytes: the largest lockfiles of public repositories have a tenth of it. */
const LARGEST = 64 * 1024 * 1024

/**
 * Reads a file of the tree that is built, `name` relative to `dir`. What lies there comes from a
 * push or was left by a script: it may be a device, a pipe, or a link to another's file. Throws
 * {@link BuildFailure} for any of these and what is too large, else as `fs.readFile` does.
 */
export function readTreeFile(dir: string, name: string): Buffer {
  const real = realpathSync(path.join(dir, name))
  if (!real.startsWith(realpathSync(dir) + path.sep))
    throw new BuildFailure(`${name} is a link to a file outside of the app.`)
  // Without O_NONBLOCK, to open a pipe is to wait for its writer.
  const handle = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    const stat = fstatSync(handle)
    if (!stat.isFile()) throw new BuildFailure(`${name} is not a file.`)
    if (stat.size > LARGEST)
      throw new BuildFailure(`${name} is larger than ${LARGEST / 1024 / 1024} MB.`)
    return readFileSync(handle)
  } finally {
    closeSync(handle)
  }
}

export const treeText = (dir: string, name: string): string =>
  readTreeFile(dir, name).toString('utf8')
