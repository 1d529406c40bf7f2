import { execFile } from 'node:child_process'
import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gitEnvironment } from './open.js'

export interface WorkingFiles {
  /**
   * From the folder, with forward slashes: files and links, tracked or new, that git does not
   * ignore.
   */
  files: string[]
  /**
   * Folders that are repositories of their own (submodules and such): nothing of them is among the
   * files.
   */
  repositories: string[]
}

const exec = promisify(execFile)
const MOST_OUTPUT = 256 * 1024 * 1024

/**
 * What lies in a folder as git sees it, by git's own rules of what is ignored; also if there is
 * no repository. node_modules is never new.
 */
export async function workingFiles(dir: string, isRepository: boolean): Promise<WorkingFiles> {
  const listed = isRepository ? await list(dir, [], ['--cached']) : await listWithoutRepository(dir)
  const found: WorkingFiles = { files: [], repositories: [] }
  for (const name of new Set(listed.map((one) => one.replace(/\/$/, '')))) {
    const stats = await lstat(path.join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      // Tracked, and removed from the working tree.
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    if (stats?.isDirectory()) found.repositories.push(name)
    else if (stats?.isFile() || stats?.isSymbolicLink()) found.files.push(name)
  }
  return found
}

async function list(dir: string, before: string[], which: string[]): Promise<string[]> {
  const { stdout } = await exec(
    'git',
    [
      ...before,
      'ls-files',
      '-z',
      ...which,
      '--others',
      '--exclude-standard',
      '--exclude=node_modules/',
    ],
    { cwd: dir, env: gitEnvironment(), maxBuffer: MOST_OUTPUT },
  )
  return stdout.split('\0').filter(Boolean)
}

async function listWithoutRepository(dir: string): Promise<string[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'shipit-files-'))
  try {
    await exec('git', ['init', '--quiet', '--bare', '--template=', scratch], {
      env: gitEnvironment(),
    })
    return await list(dir, [`--git-dir=${scratch}`, `--work-tree=${dir}`], [])
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
