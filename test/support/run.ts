import { captureOutput } from '@oclif/test'
import { cliFolder } from '../../src/paths.js'
import { checkExitStatus } from './exit-status.js'
import { checkHints } from './hints.js'
import { checkJson } from './json-shape.js'
import { API, nock } from './nock.js'
import { TOKEN } from './platform.js'

interface Ran {
  stdout: string
  stderr: string
  exitCode: number
  json<T = Record<string, unknown>>(): T
}

interface Runnable {
  default: { id: string; run(argv: string[], options: { root: string }): Promise<unknown> }
}

/**
 * Runs a command (`keys set`) in this process as `shipit` would, with a token and nothing else of
 * the developer's environment.
 * It is imported here, and not by the test: what a test imports statically and what a command
 * imports when it runs may be two copies of one module, whose classes are not the same.
 */
export async function run(
  command: string,
  argv: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ran> {
  const file = new URL(`../../src/commands/${command.replaceAll(' ', '/')}.ts`, import.meta.url)
  const { default: runnable } = (await import(file.href)) as Runnable
  // As the manifest of commands names it.
  runnable.id = command.replaceAll(' ', ':')
  const mine: NodeJS.ProcessEnv = { HEROKU_API_KEY: TOKEN, ...env }
  const names = [
    'HEROKU_APP',
    'HEROKU_HOST',
    'HEROKU_GIT_HOST',
    'SHIPIT_LOCAL',
    'DEBUG',
    'PM2_PUBLIC_KEY',
    'PM2_SECRET_KEY',
    'PM2_MACHINE_NAME',
    ...Object.keys(mine),
  ]
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  const set = (values: NodeJS.ProcessEnv) => {
    for (const name of names) {
      if (values[name] === undefined) delete process.env[name]
      else process.env[name] = values[name]
    }
  }
  const exitCodeBefore = process.exitCode
  set(mine)
  process.exitCode = undefined
  // Off, unless a test says otherwise: asked for by all that makes a release.
  if (nock.isActive())
    nock(API)
      .get(/^\/apps\/[^/]+\/features\/preboot$/)
      .optionally()
      .times(3)
      .reply(404, { id: 'not_found', message: "Couldn't find that app feature." })
  // Asked for names that are near that of an app which is not there.
  const apps = nock.isActive() ? nock(API).get('/apps').optionally() : undefined
  apps?.reply(200, [])
  try {
    const { stdout, stderr, error } = await captureOutput(
      () => runnable.run(argv, { root: cliFolder }),
      { stripAnsi: false },
    )
    const code = (error as { oclif?: { exit?: number } } | undefined)?.oclif?.exit
    if (error && code === undefined) throw error
    await checkHints(stderr)
    const exitCode = code ?? Number(process.exitCode ?? 0)
    await checkExitStatus([...command.split(' '), ...argv], exitCode)
    await checkJson([...command.split(' '), ...argv], { status: exitCode, stdout })
    return { stdout, stderr, exitCode, json: <T>() => JSON.parse(stdout) as T }
  } finally {
    if (apps) nock.removeInterceptor(apps)
    set(before)
    process.exitCode = exitCodeBefore
  }
}
