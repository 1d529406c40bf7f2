import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Folders } from '../store/types.js'
import { removeFolder } from '../daemon/folders.js'

const exec = promisify(execFile)

/**
 * Git as it is without the user's own settings: neither filters, templates nor hooks of theirs run
 * on the platform.
 */
export function gitEnvironment(): Record<string, string> {
  const kept = ['PATH', 'TMPDIR', 'LD_LIBRARY_PATH'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  )
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  }
}

/**
 * Settings of every repository, handed to git in its environment, so that they follow the installed
 * version and not the day a repository was made.
 */
export function gitSettings(settings: Record<string, string>): Record<string, string> {
  const entries = Object.entries(settings)
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(entries.length)],
    ...entries.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ])
}

/** Named by the app's id, so that an app that is renamed keeps its repository. */
function repositoryDir(folders: Folders, appId: string): string {
  return path.join(folders.repos, appId)
}

/**
 * Makes the app's bare repository if it is missing, and clears what a killed git left in it.
 * To be called once an app and life of the daemon, before the first request reaches git.
 */
export async function prepareRepository(folders: Folders, appId: string): Promise<void> {
  const dir = repositoryDir(folders, appId)
  await mkdir(dir, { recursive: true })
  await exec('git', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', dir], {
    env: gitEnvironment(),
  })
  await mkdir(path.join(dir, 'info'), { recursive: true })
  // This file wins over every .gitattributes: Heroku builds the whole tree, and `git archive` would
  // leave these out.
  await writeFile(path.join(dir, 'info', 'attributes'), '* -export-ignore -export-subst\n')
  await clearLeftovers(dir)
}

async function clearLeftovers(dir: string): Promise<void> {
  const top = (await readdir(dir))
    .filter((name) => name.endsWith('.lock'))
    .map((name) => path.join(dir, name))
  const refs = (await readdir(path.join(dir, 'refs'), { recursive: true }))
    .filter((name) => name.endsWith('.lock'))
    .map((name) => path.join(dir, 'refs', name))
  const quarantines = (await readdir(path.join(dir, 'objects')))
    .filter((name) => name.startsWith('tmp_objdir-'))
    .map((name) => path.join(dir, 'objects', name))
  await Promise.all([...top, ...refs, ...quarantines].map((file) => removeFolder(file)))
}

/** The commit that a ref of the app's repository points to; null if it does not exist. */
export async function commitOfRef(
  folders: Folders,
  appId: string,
  ref: string,
): Promise<string | null> {
  const { stdout } = await exec(
    'git',
    [
      '--git-dir',
      repositoryDir(folders, appId),
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      ref,
    ],
    { env: gitEnvironment() },
  )
  const line = stdout.split('\n').find((one) => one.endsWith(` ${ref}`))
  return line === undefined ? null : line.slice(0, line.indexOf(' '))
}
