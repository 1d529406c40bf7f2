import { ApiError } from './api-error.js'

/** RFC 4918, 11.5: Insufficient Storage. Nothing of the change was stored. */
const STATUS = 507

/**
 * What the file system refused, as an answer that says so; undefined for any other error. `root` is
 * the folder of the platform's state.
 */
export function storageError(error: unknown, root: string): ApiError | undefined {
  const { code, path } = error as NodeJS.ErrnoException
  const place = path ?? root
  switch (code) {
    case 'ENOSPC':
      return new ApiError(STATUS, 'disk_full', `The disk of ${root} is full.`)
    case 'EDQUOT':
      return new ApiError(STATUS, 'disk_full', `The disk quota for ${root} is used up.`)
    case 'EROFS':
      return new ApiError(STATUS, 'read_only', `The file system of ${place} is read-only.`)
    // Without a path it is a signal or a socket that was refused.
    case 'EACCES':
    case 'EPERM':
      return path === undefined
        ? undefined
        : new ApiError(STATUS, 'read_only', `The platform may not write ${path}.`)
    case 'EMFILE':
    case 'ENFILE':
      return new ApiError(
        503,
        'too_many_files',
        "The platform has too many files and connections open for this machine's limit " +
          '(ulimit -n).',
      )
    default:
      return undefined
  }
}
