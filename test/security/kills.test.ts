import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { plainServer } from '../e2e/support/apps.js'
import { daemonInfo, platformRequest } from '../e2e/support/platform.js'
import { World, type Outcome } from '../e2e/support/world.js'
import { randomFrom } from '../support/random.js'
import { isSoak } from '../support/soak.js'
import { killOne, VICTIMS, type Victim } from './kill-victims.js'

/** Kills of each kind. */
const KILLS = Number(process.env.SHIPIT_KILLS ?? (isSoak ? 100 : 3))
/** Kills of one deploy, at most: each round is two deploys. */
const AT_ONCE = isSoak ? 3 : 4
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
  /** Each with the ms into the deploy at which it was killed; undefined if none was there. */
  killed: { victim: Victim; at: number | undefined }[]
  status: number
  next: string
}

/** A server without packages: npm has something to do only if .npmrc is another one. */
const APP = {
  'package.json': {
    name: 'kills',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
    engines: { node: '20.x' },
  },
  'package-lock.json': {
    name: 'kills',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'kills', version: '1.0.0', engines: { node: '20.x' } } },
  },
  Procfile: 'web: node server.js\n',
  'ecosystem.config.yml': 'apps:\n  - script: server.js\n',
  'server.js': plainServer('first'),
}

describe(`kill -9 of ${VICTIMS.join(', ')}, ${KILLS} times each, at moments of deploys`, function () {
  this.timeout(KILLS * 300_000 + 120_000)
  let world: World
  let dir: string
  const flags = ['--local', '--app', 'kills']
  before(async () => {
    world = await World.create()
    dir = await world.write('kills', APP)
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.commit(dir, 'First')
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

  /** One deploy in which the victims are killed, and one that is left alone. */
  const play = async (
    round: number,
    victims: Victim[],
    {
      length,
      random,
      misses,
    }: { length: number; random: () => number; misses: (victim: Victim) => number },
  ): Promise<Round> => {
    const word = `round ${round}`
    await platformRequest(world, 'PATCH', '/apps/kills/config-vars', {
      SHIPIT_ROUND: word,
      [`SHIPIT_KEPT_${round % 7}`]: word,
    })
    if (victims.includes('npm')) await writeFile(path.join(dir, '.npmrc'), `# ${word}\n`)
    await writeFile(path.join(dir, 'server.js'), plainServer(word))
    await world.commit(dir, word)
    const [before, config] = await Promise.all([
      acknowledged(),
      platformRequest<object>(world, 'GET', '/apps/kills/config-vars'),
    ])

    let [cli, isOver, output] = [0, false, '']
    const deploy = world
      .shipit(['deploy', ...flags], {
        cwd: dir,
        onSpawn: (pid) => {
          cli = pid
        },
        onOutput: (text) => {
          output += text
        },
      })
      .finally(() => {
        isOver = true
      })
    const running = { cli, isOver: () => isOver, output: () => output }
    const shoot = (victim: Victim, after?: Promise<unknown>) =>
      killOne(world, running, {
        victim,
        length,
        random,
        misses: misses(victim),
        ...(after ? { after } : {}),
      }).then((at) => ({ victim, at }))
    const isBrief = (victim: Victim) => victim === 'git' || victim === 'npm'
    const brief = victims.filter(isBrief).map((victim) => shoot(victim))
    // By turns: who runs the deploy is killed after what it runs, or whenever it comes.
    const first = round % 2 === 0 ? Promise.all(brief) : undefined
    const others = victims
      .filter((victim) => !isBrief(victim))
      .map((victim) => shoot(victim, first))
    const killed = await Promise.all([...brief, ...others])
    const { status } = await deploy
    const next = await world.shipit(['deploy', ...flags], { cwd: dir })

    const story = `${word} (SHIPIT_SEED=${SEED}): ${killed.map(({ victim, at }) => `${victim} killed ${at === undefined ? 'late' : `after ${Math.round(at)} ms`}`).join(', ')}, status ${status}:\n${output}\nthen, status ${next.status}:\n${next.output}`
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
    return { killed, status, next: howItEnded(next) }
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
    const count = (victim: Victim) =>
      rounds.filter(({ killed }) =>
        killed.some((one) => one.victim === victim && one.at !== undefined),
      ).length
    const missed = () =>
      rounds.flatMap(({ killed }) =>
        killed.filter(({ at }) => at === undefined).map(({ victim }) => victim),
      )
    const misses = (victim: Victim) => missed().filter((one) => one === victim).length
    const figures = () => {
      const late = missed()
      return `      ${rounds.length} killed deploys of ${Math.round(length)} ms (SHIPIT_SEED=${SEED}): killed ${VICTIMS.map((victim) => `${victim} ${count(victim)}`).join(', ')}; nothing lost; late ${late.length}${late.length > 0 ? ` (${tally(late)})` : ''}; killed deploys ended with ${tally(rounds.map(({ status }) => String(status)))}; the next one: ${tally(rounds.map(({ next }) => next))}`
    }
    for (
      let left = [...VICTIMS];
      left.length > 0;
      left = VICTIMS.filter((one) => count(one) < KILLS)
    ) {
      expect(rounds.length, `${figures()}\nkills that come too late`).to.be.at.most(KILLS * 6)
      const order = new Map(left.map((victim) => [victim, count(victim) + random()]))
      const victims = left
        .sort((one, other) => order.get(one)! - order.get(other)!)
        .slice(0, AT_ONCE)
      rounds.push(await play(rounds.length, victims, { length, random, misses }))
      if (rounds.length % 25 === 0) console.log(figures())
    }
    console.log(figures())
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
