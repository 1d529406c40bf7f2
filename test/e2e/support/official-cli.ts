import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { isSoak } from '../../support/soak.js'
import type { World } from './world.js'

/**
 * The official CLI (npm `heroku`): 394 MB, so it is used if there is one: HEROKU_CLI or `heroku`
 * on PATH.
 */
export async function officialCli(): Promise<string | undefined> {
  if (process.env.HEROKU_CLI) return path.resolve(process.env.HEROKU_CLI)
  return promisify(execFile)('which', ['heroku']).then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined,
  )
}

/**
 * The official CLI for a suite, which is skipped without one. Each start of it takes two seconds of
 * CPU, so its suites are a run of their own: `npm run test:official`.
 */
export async function officialCliOrSkip(hook: Mocha.Context): Promise<string> {
  const cli = isOfficialAsked ? await officialCli() : undefined
  if (cli) return cli
  const why = isOfficialAsked
    ? 'neither HEROKU_CLI nor `heroku` on PATH'
    : 'npm run test:official runs it'
  hook.test!.parent!.title += ` (skipped: ${why})`
  return hook.skip()
}

const isOfficialAsked = isSoak || Boolean(process.env.SHIPIT_OFFICIAL_CLI)

/** What a shell has after `eval "$(shipit local env)"`. */
async function evaluated(exports: string): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'eval "$1"; env', 'sh', exports], {
    env: { PATH: process.env.PATH },
  })
  return Object.fromEntries(
    [...stdout.matchAll(/^(HEROKU_\w+|GIT_CONFIG_\w+|NODE_EXTRA_CA_CERTS)=(.*)$/gm)].map(
      ([, name, value]) => [name, value],
    ),
  )
}

/**
 * The environment in which the official CLI drives a world's embedded Heroku, and asks nobody else.
 * What it says at its first start on a machine, of the terms of service, it has said already
 * (hooks/init/terms-of-service).
 */
export async function officialEnvironment(world: World): Promise<NodeJS.ProcessEnv> {
  const cache = path.join(world.env.HOME!, '.cache/heroku')
  await mkdir(cache, { recursive: true })
  await writeFile(path.join(cache, 'terms-of-service'), '')
  return {
    ...(await evaluated((await world.ok(['local', 'env'])).stdout)),
    DISABLE_TELEMETRY: 'true',
    HEROKU_DISABLE_AUTOUPDATE: '1',
    HEROKU_SKIP_NEW_VERSION_CHECK: 'true',
  }
}
