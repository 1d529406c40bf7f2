/**
 * What Heroku's own CLI loads once this package is installed as its plugin: `heroku shipit:deploy`
 * runs `shipit deploy`, in a process of its own. It is read at each start of that CLI's commands of
 * ours, so it knows them by the manifest alone.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from './paths.js'

/** A terminal sends them to both processes: the command ends by them as it sees fit. */
const LEFT_TO_THE_COMMAND = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Ends this process as the command ended. */
async function runOurs(id: string, argv: readonly string[]): Promise<void> {
  const [, ...words] = id.split(':')
  const child = spawn(
    process.execPath,
    [path.join(packageRoot, 'bin/shipit.js'), ...words, ...argv],
    { stdio: 'inherit' },
  )
  for (const signal of LEFT_TO_THE_COMMAND) process.on(signal, () => undefined)
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  for (const name of LEFT_TO_THE_COMMAND) process.removeAllListeners(name)
  if (signal !== null) process.kill(process.pid, signal)
  else process.exit(status ?? 1)
}

const { commands } = JSON.parse(
  readFileSync(path.join(packageRoot, 'oclif.manifest.json'), 'utf8'),
) as { commands: Record<string, { id: string }> }

/** By their ids in Heroku's CLI, such as `shipit:keys:set`; oclif calls `run`. */
export const COMMANDS = Object.fromEntries(
  Object.keys(commands).map((id) => [id, { run: (argv: string[]) => runOurs(id, argv) }]),
)
