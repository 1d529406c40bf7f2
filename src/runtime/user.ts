import { readFileSync } from 'node:fs'
import { RuntimeError } from './runtime-error.js'

/** Who an app runs as. */
export interface User {
  uid: number
  gid: number
  home: string
}

type Read = (file: string) => string

/**
 * `uid` (or `user`) and `gid` of the file, by name or number, as the system knows them. Only root
 * may become another, in a dyno nobody is.
 * Throws a RuntimeError for a user or group that is not there, and for one that this process may not
 * become.
 */
export function resolveUser(
  app: string,
  uid: unknown,
  gid: unknown,
  ownId = process.getuid?.(),
  read: Read = (file) => readFileSync(file, 'utf8'),
): User | undefined {
  if (uid === undefined && gid === undefined) return undefined
  if (ownId !== 0)
    throw new RuntimeError(
      `${app}: \`uid\` and \`gid\` cannot be used here`,
      'only root may start processes as another user, which nobody is in a dyno',
      'take them out of the ecosystem file',
    )
  const wanted = uid ?? ownId
  const user = entries(read('/etc/passwd')).find(
    ([name, , id]) => name === String(wanted) || id === String(wanted),
  )
  if (!user)
    throw new RuntimeError(
      `${app}: there is no user ${wanted}`,
      'the ecosystem file names it as `uid`',
    )
  const group =
    gid === undefined
      ? undefined
      : entries(read('/etc/group')).find(
          ([name, , id]) => name === String(gid) || id === String(gid),
        )
  if (gid !== undefined && !group)
    throw new RuntimeError(
      `${app}: there is no group ${gid}`,
      'the ecosystem file names it as `gid`',
    )
  return { uid: Number(user[2]), gid: Number(group?.[2] ?? user[3]), home: user[5] ?? '/' }
}

/** Lines of passwd(5) and group(5). */
function entries(text: string): string[][] {
  return text.split('\n').map((line) => line.split(':'))
}
