import type { SimpleGit } from 'simple-git'
import { ShipitError } from '../errors.js'
import { nearest } from '../lib/nearest.js'
import { answer } from './spawn-git.js'
import { openGit } from './open.js'

export interface Commit {
  /** Full object name. */
  id: string
  /** As short as git makes it here. */
  short: string
  /** First line of the message. */
  subject: string
}

/** The commit that git means by a name; undefined if it means none. */
export async function commitOf(git: SimpleGit, name: string): Promise<Commit | undefined> {
  const id = await answer(git, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${name}^{commit}`,
  ])
  if (id === undefined) return undefined
  const output = await answer(git, ['log', '-1', '--format=%h%x00%s', id, '--'])
  const [short = '', subject = ''] = output?.split('\0') ?? []
  return { id, short, subject }
}

/**
 * The commit of a branch, a tag (annotated too), a hash or anything else that git takes for one;
 * else of the branch of that name on a remote, as `git switch` finds it.
 * @throws ShipitError `git` with the nearest names if there is none, or where remotes differ
 */
export async function resolveCommit(dir: string, name: string): Promise<Commit> {
  const git = openGit(dir)
  const found = await commitOf(git, name)
  if (found) return found
  const refs = await listRefs(git)
  const remote = refs.filter(
    (ref) => ref.startsWith('refs/remotes/') && ref.split('/').slice(3).join('/') === name,
  )
  const commits = await Promise.all(remote.map((ref) => commitOf(git, ref)))
  const [first, ...others] = commits.filter((commit) => commit !== undefined)
  if (first && others.every(({ id }) => id === first.id)) return first
  if (first) {
    throw new ShipitError('git', {
      message: `Several remotes have a branch ${name}, each with another commit.`,
      next: `Name one: ${remote.map(shortened).join(', ')}`,
    })
  }
  throw unknownRef(name, refs)
}

const listRefs = async (git: SimpleGit): Promise<string[]> =>
  (
    await answer(git, [
      'for-each-ref',
      '--format=%(refname)',
      'refs/heads',
      'refs/tags',
      'refs/remotes',
    ])
  )?.split('\n') ?? []

const shortened = (ref: string): string => ref.replace(/^refs\/(heads|tags|remotes)\//, '')

const SHOWN = 8

function unknownRef(name: string, refs: string[]): ShipitError {
  const names = [
    ...new Set(
      refs.flatMap((ref) => [
        shortened(ref),
        ...(ref.startsWith('refs/remotes/') ? [ref.split('/').slice(3).join('/')] : []),
      ]),
    ),
  ].filter((ref) => !/(^|\/)HEAD$/.test(ref))
  const guess = nearest(name, names)
  const known =
    names.length > SHOWN
      ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
      : names.join(', ')
  return new ShipitError('git', {
    message: `This repository has no branch, tag or commit ${name}.`,
    ...(guess === undefined ? {} : { why: `Did you mean ${guess}?` }),
    next: `${known ? `Known: ${known}. ` : ''}If it is on a remote, fetch it first: git fetch`,
  })
}
