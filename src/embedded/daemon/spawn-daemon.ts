/** Starts the daemon, and says why if it does not come up. */
import { spawn, type ChildProcess } from 'node:child_process'
import { close, open } from 'node:fs'
import { readFile, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ShipitError } from '../../errors.js'
import { daemonEnvironment } from './daemon-environment.js'
import { daemonLogFile } from './daemon-log.js'
import { supervised } from './supervisor.js'
import { packageRoot } from '../../paths.js'
import type { Folders } from '../store/types.js'

export async function spawnDaemon(
  folders: Folders,
  home: string,
  env: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  // Run from its TypeScript source, as tests do, it needs the loader that runs this file too.
  const isSource = import.meta.url.endsWith('.ts')
  const entry = path.join(
    packageRoot,
    isSource ? 'src/embedded/daemon/daemon-process.ts' : 'dist/daemon-process.js',
  )
  const loader = isSource
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  const log = await promisify(open)(daemonLogFile(folders), 'a', 0o600)
  try {
    const child = spawn(
      ...supervised(path.join(folders.root, 'daemon.json'), [process.execPath, ...loader, entry]),
      {
        cwd: folders.root,
        detached: true,
        stdio: ['ignore', log, log],
        env: daemonEnvironment(env, home),
      },
    )
    child.unref()
    return child
  } finally {
    await promisify(close)(log)
  }
}

export function endOf(child: ChildProcess): { status: number | string | undefined } {
  const ended: { status: number | string | undefined } = { status: undefined }
  child.once('error', (error) => {
    ended.status = error.message
  })
  child.once('exit', (code, signal) => {
    ended.status = code ?? signal ?? 'nothing'
  })
  return ended
}

export async function notStarted(folders: Folders, why: string): Promise<ShipitError> {
  const file = daemonLogFile(folders)
  const log = await readFile(file, 'utf8').catch((error: Error) => `(${error.message})`)
  const last = log
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(-8)
    .join('\n')
  const { bavail } = await statfs(folders.root)
  if (bavail === 0)
    return new ShipitError('local', {
      message: 'The embedded Heroku did not start.',
      why: `The disk of ${folders.root} is full.`,
      next: 'Make room there, or set SHIPIT_HOME to a folder on another disk.',
    })
  return new ShipitError('local', {
    message: 'The embedded Heroku did not start.',
    why: `${why}\nThe end of ${file}:\n${last}`,
    next: 'Fix what it names, then: shipit local start',
  })
}
