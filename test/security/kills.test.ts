import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp, plainServer } from '../e2e/support/apps.js'
import { daemonInfo, platformRequest } from '../e2e/support/platform.js'
import { World, type Outcome } from '../e2e/support/world.js'
import { randomFrom } from '../support/random.js'
import { isSoak } from '../support/soak.js'
import { killOne, VICTIMS, type Victim } from './kill-victims.js'

const ROUNDS = Number(process.env.SHIPIT_ROUNDS ?? (isSoak ? 100 : 4)) * VICTIMS.length
const SEED = Number(process.env.SHIPIT_SEED ?? Date.now() % 1_000_000)

interface Release {
  version: number
  id: string
  status: string
  description: string
  created_at: string
  slug: { id: string } | null
}
interface Round {
  victim: Victim
  at: number | undefined
  status: number
  next: string
}

describe(`kill -9 of ${VICTIMS.join(', ')} by turns, at ${ROUNDS} moments of deploys`, function () {
  this.timeout(ROUNDS * 90_000 + 120_000)
  let world: World
  let dir: string
  const flags = ['--local', '--app', 'kills']
  before(async () => {
    world = await World.create()
    // npm is there in each build: as it installs, if .npmrc is another one, and for the script.
    const app = plainApp('first')
    dir = await world.app('kills', {
      ...app,
      'package.json': {
        ...(app['package.json'] as object),
        scripts: {
          start: 'node server.js',
          'heroku-postbuild': 'node -e "setTimeout(() => {}, 200)"',
        },
      },
    })
  })
  after(() => world.close())

  /**
   * The newest releases, oldest first, of which none is under way: by version, as the API has them.
   */
  const acknowledged = async (): Promise<Map<number, object>> => {
    const { apiUrl, token } = await daemonInfo(world)
    const answer = await fetch(`${apiUrl}/apps/kills/releases`, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/vnd.heroku+json; version=3',
        range: 'version ..; order=desc,max=200',
      },
    })
    const releases = (await answer.json()) as Release[]
    return new Map(
      releases
        .filter(({ status }) => status !== 'pending')
        .reverse()
        .map(({ version, id, status, description, created_at, slug }) => [
          version,
          { id, status, description, created_at, slug },
        ]),
    )
  }

  const play = async (round: number, length: number, random: () => number): Promise<Round> => {
    const victim = VICTIMS[round % VICTIMS.length]!
    const word = `round ${round}`
    await platformRequest(world, 'PATCH', '/apps/kills/config-vars', {
      SHIPIT_ROUND: word,
      [`SHIPIT_KEPT_${round % 7}`]: word,
    })
    if (victim === 'npm') await writeFile(path.join(dir, '.npmrc'), `# ${word}\n`)
    await writeFile(path.join(dir, 'server.js'), plainServer(word))
    await world.commit(dir, word)
    const [before, config] = await Promise.all([
      acknowledged(),
      platformRequest<object>(world, 'GET', '/apps/kills/config-vars'),
    ])

    let cli = 0
    let isOver = false
    const deploy = world
      .shipit(['deploy', ...flags], {
        cwd: dir,
        onSpawn: (pid) => {
          cli = pid
        },
      })
      .finally(() => {
        isOver = true
      })
    const at = await killOne(world, victim, { cli, isOver: () => isOver }, length, random)
    const killed = await deploy
    const next = await world.shipit(['deploy', ...flags], { cwd: dir })

    const story = `${word} (SHIPIT_SEED=${SEED}): ${victim} killed ${at === undefined ? 'late' : `after ${Math.round(at)} ms`}, status ${killed.status}:\n${killed.output}\nthen, status ${next.status}:\n${next.output}`
    expect(next.status, story).to.equal(0)
    const url = (await platformRequest<{ web_url: string }>(world, 'GET', '/apps/kills')).web_url
    expect(await get(url), story).to.deep.equal({ status: 200, body: word })
    const after = await acknowledged()
    const oldest = Math.min(...after.keys())
    expect(
      [...before].filter(
        ([version, release]) =>
          version >= oldest && JSON.stringify(after.get(version)) !== JSON.stringify(release),
      ),
      `${story}\nreleases that are lost or changed`,
    ).to.deep.equal([])
    expect(await platformRequest(world, 'GET', '/apps/kills/config-vars'), story).to.deep.equal(
      config,
    )
    const isGone = await until(
      async () =>
        !(await world.processes()).some(({ command }) =>
          /git(-remote-http)? push|git-remote-http/.test(command),
        ),
      { timeout: 20_000, every: 50 },
    )
    expect(isGone, story).to.equal(true)
    return { victim, at, status: killed.status, next: howItEnded(next) }
  }

  it(`keeps what was acknowledged, and the next deploy serves the wanted commit (SHIPIT_SEED=${SEED})`, async () => {
    const random = randomFrom(SEED)
    await world.ok(['deploy', ...flags], { cwd: dir })
    await writeFile(path.join(dir, 'server.js'), plainServer('measured'))
    await world.commit(dir, 'measured')
    const start = performance.now()
    await world.ok(['deploy', ...flags], { cwd: dir })
    // As long as a deploy takes here, so that the moments lie all over it.
    const length = performance.now() - start
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await play(round, length, random))

    const kills = VICTIMS.map(
      (victim) =>
        `${victim} ${rounds.filter((one) => one.victim === victim && one.at !== undefined).length}`,
    )
    const late = rounds.filter(({ at }) => at === undefined).map(({ victim }) => victim)
    console.log(
      `      ${ROUNDS} rounds within deploys of ${Math.round(length)} ms (SHIPIT_SEED=${SEED}): killed ${kills.join(', ')}; late ${late.length}${late.length > 0 ? ` (${tally(late)})` : ''}; killed deploys ended with ${tally(rounds.map(({ status }) => String(status)))}; the next one: ${tally(rounds.map(({ next }) => next))}`,
    )
    expect(late.length, 'kills that came too late').to.be.at.most(ROUNDS / 4)
  })
})

const tally = (words: string[]): string =>
  [...new Set(words)]
    .sort()
    .map((word) => `${word} ×${words.filter((one) => one === word).length}`)
    .join(', ')

function howItEnded({ output }: Outcome): string {
  if (/Following the build/.test(output)) return 'build followed'
  if (/Following it to its end/.test(output)) return 'release followed'
  if (/already live/.test(output)) return 'already live'
  return /the slug of v\d+ again/.test(output) ? 'slug released again' : 'pushed'
}
