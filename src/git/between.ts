import { commitOf, type Commit } from './commit.js'
import { answer } from './spawn-git.js'
import { openGit } from './open.js'

/** What two commits have that the other lacks. */
export interface Between {
  /** Of `to` alone, newest first, the first ones. */
  added: Commit[]
  /** How many those are, all in all. */
  addedCount: number
  /** How many `from` has and `to` lacks. */
  droppedCount: number
}

/**
 * How one commit comes to another; undefined if the folder is in no repository that holds both.
 * @param most of the commits that are named
 */
export async function between(
  dir: string,
  from: string,
  to: string,
  most: number,
): Promise<Between | undefined> {
  const git = openGit(dir)
  const [one, other] = await Promise.all([commitOf(git, from), commitOf(git, to)])
  if (!one || !other) return undefined
  const log = await answer(git, [
    'log',
    `--max-count=${most}`,
    '--format=%H%x00%h%x00%s',
    `${one.id}..${other.id}`,
    '--',
  ])
  const counts = await answer(git, [
    'rev-list',
    '--left-right',
    '--count',
    `${one.id}...${other.id}`,
    '--',
  ])
  const [droppedCount = 0, addedCount = 0] = (counts ?? '').split(/\s+/).map(Number)
  return {
    added: (log ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [id = '', short = '', subject = ''] = line.split('\0')
        return { id, short, subject }
      }),
    addedCount,
    droppedCount,
  }
}
