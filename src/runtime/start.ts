import { dashboardKeys, KEY_VARIABLES } from './dashboard/keys.js'
import { appsToStart, type StartLine } from './apps-to-start.js'
import { DEV_VARIABLE, devSettings } from './dev-settings.js'
import { readDyno, readMachine } from './dyno.js'
import { dynoOutput } from './outlet.js'
import { Supervisor } from './supervisor.js'

/**
 * Runs the file's apps in this process until they end or a signal stops them. Throws a RuntimeError where
 * they cannot be started.
 */
export async function start(line: StartLine, lib: string): Promise<void> {
  const dev = devSettings(process.env)
  delete process.env[DEV_VARIABLE]
  const lines = dev && (await import('./control/index.js')).LineLog.of(dynoOutput)
  const dyno = dev ? readMachine(process.env) : readDyno(process.env)
  const env = snapshot()
  const { apps, isWatched } = await appsToStart(line, { env, dyno, isDev: dev !== undefined })
  const keys = dashboardKeys(env, apps[0]?.name ?? 'app', dyno.name)
  for (const name of KEY_VARIABLES) delete process.env[name]
  if (line.delay) await new Promise((resolve) => setTimeout(resolve, 1000 * line.delay!))
  await new Supervisor({ apps, dyno, env, keys, lib, isWatched, dev, lines }).run()
}

function snapshot(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}
