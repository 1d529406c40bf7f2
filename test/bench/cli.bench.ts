import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/paths.js'
import { plainApp } from '../e2e/support/apps.js'
import { officialCli, officialEnvironment } from '../e2e/support/official-cli.js'
import { World } from '../e2e/support/world.js'
import { inTurn, milliseconds, ratio } from './figures.js'
import type { Bench, Figures } from './figures.js'

const execute = promisify(execFile)
const APP = ['--app', 'started']

/**
 * How long the CLI takes to start and to answer, against a Node.js that does nothing and against
 * Heroku's own CLI if there is one (HEROKU_CLI, or
 * `heroku` on PATH), in turn. `ps --json` asks an embedded Heroku that runs, for an app with two
 * dynos.
 */
const bench: Bench = async ({ rounds, note }) => {
  const world = await World.create()
  // Of a user's own calls: the tests' worlds keep the code of every way through a command together.
  world.env.XDG_CACHE_HOME = path.join(world.folder, 'cache')
  try {
    const dir = await world.app('started', plainApp('one'))
    await world.ok(['deploy', '--local', ...APP], { cwd: dir })
    await world.ok(['scale', 'web=2', '--local', ...APP])
    const platform = await officialEnvironment(world)
    // A mistyped command ends with 2.
    const run = (file: string, args: string[]): Promise<unknown> =>
      execute(file, args, { env: { ...world.env, ...platform } }).catch(
        (error: { code?: unknown }) => {
          if (error.code !== 2) throw error
        },
      )
    const shipit =
      (...args: string[]) =>
      () =>
        run(process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...args])
    const alternatives: Record<string, () => Promise<unknown>> = {
      'node -e 0': () => run(process.execPath, ['-e', '0']),
      'shipit --version': shipit('--version'),
      'shipit --help': shipit('--help'),
      'shipit ps --json': shipit('ps', '--json', ...APP),
      'shipit depoly': shipit('depoly'),
    }
    const official = await officialCli()
    if (official) {
      const heroku =
        (...args: string[]) =>
        () =>
          run(official, args).catch((error: { code?: unknown }) => {
            if (args[0] !== 'depoly') throw error
          })
      Object.assign(alternatives, {
        'heroku --version': heroku('--version'),
        'heroku --help': heroku('--help'),
        'heroku ps --json': heroku('ps', '--json', ...APP),
        'heroku depoly': heroku('depoly'),
      })
    } else note("without Heroku's own CLI: neither HEROKU_CLI nor `heroku` on PATH")
    return figures(await inTurn(alternatives, rounds), Boolean(official))
  } finally {
    await world.close()
  }
}
bench.rounds = 15

function figures(times: Record<string, number[]>, hasOfficial: boolean): Figures {
  const commands = ['--version', '--help', 'ps --json', 'depoly']
  return {
    'node -e 0': milliseconds(times['node -e 0']!, 'whole process'),
    ...Object.fromEntries(
      commands.map((command) => [
        `shipit ${command}`,
        ratio(times[`shipit ${command}`]!, times['node -e 0']!, 'node -e 0'),
      ]),
    ),
    ...(hasOfficial
      ? Object.fromEntries(
          commands.map((command) => [
            `heroku ${command}`,
            ratio(times[`heroku ${command}`]!, times[`shipit ${command}`]!, `shipit ${command}`),
          ]),
        )
      : {}),
  }
}

export default bench
