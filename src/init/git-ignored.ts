import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { withoutKeys } from '../lib/child-environment.js'

/**
 * Which of these paths git would leave out of a commit of the folder. A folder outside any
 * repository is asked through an empty one, so that its .gitignore counts as it will. undefined
 * if there is no git.
 * `shared`: without this user's own excludes, which others who clone the app do not have.
 */
export async function gitIgnored(
  dir: string,
  paths: string[],
  { shared }: { shared: boolean },
): Promise<string[] | undefined> {
  const options = shared ? ['-c', `core.excludesFile=${os.devNull}`] : []
  const git = (...args: string[]) =>
    execa('git', [...options, ...args], {
      cwd: dir,
      env: withoutKeys(process.env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    })
  const inside = await git('rev-parse', '--is-inside-work-tree')
  if (inside.code === 'ENOENT') return undefined
  const ask = (...at: string[]) =>
    git(...at, 'check-ignore', '--no-index', '--', ...paths).then(({ stdout }) =>
      stdout.split(/\r?\n/).filter(Boolean),
    )
  if (inside.stdout === 'true') return ask()
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'shipit-init-'))
  try {
    await git('init', '--quiet', scratch)
    return await ask(`--git-dir=${path.join(scratch, '.git')}`, `--work-tree=${dir}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Whether a folder lies in a git repository's work tree; false if there is no git. */
export async function isRepository(dir: string): Promise<boolean> {
  const { stdout } = await execa('git', ['rev-parse', '--is-inside-work-tree'], {
    cwd: dir,
    env: withoutKeys(process.env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  })
  return stdout === 'true'
}

/** Whether a folder is the root of its repository, or would be of one that is made there. */
export async function isRepositoryRoot(dir: string): Promise<boolean> {
  const { stdout } = await execa('git', ['rev-parse', '--show-prefix'], {
    cwd: dir,
    env: withoutKeys(process.env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  })
  return stdout === ''
}
