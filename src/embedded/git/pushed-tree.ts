import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

async function git(args: string[]): Promise<string> {
  const { stdout } = await exec('git', args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/**
 * The commit's whole tree as a tar; the repository's info/attributes keeps export-ignore from
 * leaving anything out.
 */
export async function archiveCommit(commit: string, file: string): Promise<void> {
  await git(['archive', '--format=tar', `--output=${file}`, commit])
}

/** commit, tag, tree or blob. */
export async function typeOf(object: string): Promise<string> {
  return (await git(['cat-file', '-t', object])).trim()
}

export async function subjectOf(commit: string): Promise<string> {
  return (await git(['log', '-1', '--format=%s', commit])).trim()
}

/** Paths of submodules, which arrive as empty folders. */
export async function submodulesOf(commit: string): Promise<string[]> {
  const entries = (await git(['ls-tree', '-r', '-z', commit])).split('\0')
  return entries
    .filter((entry) => entry.startsWith('160000 '))
    .map((entry) => entry.slice(entry.indexOf('\t') + 1))
}

/**
 * Paths of files that are Git LFS pointers: neither Heroku nor this platform fetches what they
 * stand for.
 */
export async function lfsPointersOf(commit: string): Promise<string[]> {
  const attributes = await grep(commit, 'filter=lfs', ['.gitattributes', '**/.gitattributes'])
  return attributes.length === 0
    ? []
    : await grep(commit, '^version https://git-lfs\\.github\\.com/spec/v1', [])
}

async function grep(commit: string, pattern: string, paths: string[]): Promise<string[]> {
  try {
    const found = await git([
      'grep',
      '-l',
      '-z',
      '-e',
      pattern,
      commit,
      '--',
      ...paths.map((one) => `:(glob)${one}`),
    ])
    return found
      .split('\0')
      .filter(Boolean)
      .map((name) => name.slice(commit.length + 1))
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return []
    throw error
  }
}
