import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import type { DaemonInfo } from '../../src/embedded/store/types.js'
import { until } from '../../src/lib/until.js'
import { isSoak } from '../support/soak.js'
import { cases as all, type Case } from './bad-days.cases.js'
import { plainApp, plainServer } from './support/apps.js'
import { faultProxy } from './support/fault-proxy.js'
import { sideBySide } from './support/lanes.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { surroundings } from './support/surroundings.js'
import { World, type Outcome } from './support/world.js'

/** How often the whole table is gone through; once is what `npm test` has time for. */
const ROUNDS = Number(process.env.SHIPIT_BAD_DAYS_ROUNDS ?? 1)

/** Cases at a time that change nothing. */
const WIDTH = 4

const cases = all.filter(({ isExtra }) => isSoak || !isExtra)

interface Failure {
  error: { message: string; why?: string; next?: string; exit_code: number }
}

describe('bad days', function () {
  this.timeout(120_000)
  let world: World
  let dir: string
  let url: string
  let around: Awaited<ReturnType<typeof surroundings>>
  let platform: DaemonInfo
  /** What the app answers with. */
  let serving = 'at first'
  let count = 0

  before(async () => {
    world = await World.create()
    dir = await world.app('bad', plainApp('earlier'))
    await world.ok(['deploy', '--local', '--app', 'bad'], { cwd: dir })
    await platformRequest(world, 'PATCH', '/apps/bad/config-vars', { GREETING: 'hello' })
    await world.write('bad', { 'server.js': plainServer(serving) })
    await world.commit(dir, 'Second')
    url = (await world.json<{ url: string }>(['deploy', '--local', '--app', 'bad'], { cwd: dir }))
      .url
    platform = await daemonInfo(world)
    around = await surroundings(world.folder, platform.apiUrl)
  })
  after(async () => {
    await around?.close()
    await world.close()
  })

  const versions = async () =>
    (await platformRequest<{ version: number }[]>(world, 'GET', '/apps/bad/releases')).map(
      ({ version }) => version,
    )
  const answers = (word: string) =>
    until(async () => (await get(url)).body === word, { timeout: 30_000 })

  /** From the first request to the last process; every case has a proxy of its own. */
  const live = async (one: Case, cwd: string): Promise<void> => {
    const word = one.commit ? `commit ${++count}` : serving
    if (one.commit) {
      await world.write('bad', { 'server.js': plainServer(word), ...one.commit })
      await world.commit(dir, word)
    }
    const before = await versions()
    const mark = `${path.join(world.folder, 'case')}-${++count}.`
    const proxy = await faultProxy(platform.apiUrl)
    proxy.arm(one.faults ?? [])
    try {
      const outcome = await world.shipit(
        [...one.argv, ...(one.expect.exit === 0 ? [] : ['--json'])],
        {
          cwd,
          ...(one.input === undefined
            ? {}
            : { input: one.input.replace('NUMBER', String(++count)) }),
          env: {
            HEROKU_HOST: proxy.url,
            HEROKU_GIT_HOST: `${proxy.url}/git`,
            HEROKU_API_KEY: platform.token,
            HEROKU_APP: 'bad',
            SHIPIT_HTTP_RETRIES: '1',
            SHIPIT_HTTP_TIMEOUT: '20s',
            SHIPIT_CASE: mark,
            ...one.env?.(around),
          },
        },
      )
      check(one, outcome)
      if (one.faults) expect(proxy.met, 'requests that met the fault').to.not.deep.equal([])
    } finally {
      await proxy.close()
      await putBack(one)
    }
    expect((await versions()).length - before.length, 'releases made').to.equal(
      one.expect.releases ?? 0,
    )
    if (one.expect.serves === 'commit') serving = word
    expect(await answers(serving), `serves "${serving}"`).to.equal(true)
    let left = await world.processes(mark)
    await until(async () => (left = await world.processes(mark)).length === 0, {
      timeout: 5000,
      every: 50,
    })
    expect(left).to.deep.equal([])
  }

  const folderOf = (one: Case): string | undefined => (one.cwd ? one.cwd(around) : dir)
  const title = ({ name, expect: { exit } }: Case, round: number): string =>
    `${name}: exit ${exit}${ROUNDS > 1 ? ` (${round})` : ''}`
  /**
   * Whether it changes nothing, so that others may run beside it and none of them may see a
   * release.
   */
  const isIndependent = ({ commit, isAlone, expect: { releases } }: Case): boolean =>
    !commit && !isAlone && !releases

  for (let round = 1; round <= ROUNDS; round++) {
    describe('side by side', () => {
      const together = cases.filter(isIndependent)
      const lived = sideBySide(
        WIDTH,
        () => together.filter((one) => folderOf(one) !== undefined),
        (one) => live(one, folderOf(one)!),
      )
      for (const one of together) {
        it(title(one, round), async function () {
          if (folderOf(one) === undefined) return this.skip()
          await lived.of(one)
        })
      }
    })
    describe('one after the other', () => {
      for (const one of cases.filter((one) => !isIndependent(one)))
        it(title(one, round), () => live(one, dir))
    })
  }

  /** Files that the case broke, for the next one. */
  const putBack = async ({ commit }: Case): Promise<void> => {
    const broken = Object.keys(commit ?? {})
    if (broken.length === 0) return
    await world.git(dir, 'revert', '--no-edit', 'HEAD')
  }
})

function check({ expect: wanted }: Case, { status, stdout, stderr, output }: Outcome): void {
  expect(status, output).to.equal(wanted.exit)
  // No stack, and no byte that an answer could steer the terminal with.
  expect(output).to.not.match(/^ +at .*:\d+:\d+/m)
  // eslint-disable-next-line no-control-regex
  expect(output).to.not.match(/[\x00-\x08\x0b\x0c\x0e-\x1f]/)
  expect(output).to.not.include('secretsecret987')
  if (wanted.exit === 0) return void expect(output).to.match(wanted.message)
  const { error } = JSON.parse(stdout.slice(stdout.indexOf('{\n  "error"'))) as Failure
  expect(error.exit_code).to.equal(wanted.exit)
  expect(error.message).to.match(wanted.message)
  if (wanted.why) expect(error.why).to.match(wanted.why)
  if (wanted.next) expect(error.next).to.match(wanted.next)
  expect(stderr).to.include('Error: ')
}
