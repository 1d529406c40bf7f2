/**
 * What Heroku does besides the plain case: sequences as its documents tell them, each with its
 * source. A sequence is had from the embedded Heroku if that claims to do the same; what it does not
 * do, the proxy before it does.
 */
import type { Dyno } from '../../../src/heroku/index.js'
import { NEW, OLD, skipTime, World } from '../embedded/index.js'
import type { Behaviour } from '../embedded/program.js'

/** What a user does to an app meanwhile. */
export type Verb = 'deploy' | 'reload' | 'scale' | 'rollback'

export interface Sequence {
  name: string
  source: string
  by: 'the embedded Heroku' | 'the proxy'
  /** The verbs that it may meet, and how each ends: well, or with the code of an error. */
  ends: Partial<Record<Verb, string>>
  /** The app before: OLD was deployed, and for all verbs but the deploy NEW after it. */
  arrange?: (world: World) => Promise<unknown>
  behaviours?: Record<string, Behaviour>
  /** Commits that were deployed before a deploy; default OLD. */
  before?: readonly string[]
  /** Called as the verb begins its change, whose first request or push has come. */
  meanwhile?: (world: World) => void
  /** What must be true in the end, for a deploy. */
  proof?: (world: World) => boolean
}

const LIMITED = {
  status: 429,
  json: { id: 'rate_limit', message: 'Your account reached the API rate limit.' },
}
const SLOW: Behaviour = { listensAfter: 8000 }

const after = (ms: number, work: () => void): void => void setTimeout(work, ms)

export const SEQUENCES: readonly Sequence[] = [
  {
    name: 'preboot, whose old dynos go on serving and are not listed',
    source: 'https://devcenter.heroku.com/articles/preboot',
    by: 'the embedded Heroku',
    ends: { deploy: 'well', reload: 'well', scale: 'well', rollback: 'well' },
    arrange: (world) => world.enablePreboot(),
    proof: ({ answered }) => answered.at(-1) === NEW,
  },
  {
    name: 'a formation that is listed a moment after the first release',
    source: 'https://devcenter.heroku.com/articles/platform-api-reference#formation',
    by: 'the proxy',
    ends: { deploy: 'well' },
    before: [],
    meanwhile: ({ proxy }) => {
      proxy.reshape('GET', /\/formation$/, () => [], 3)
      proxy.reshape('GET', /\/dynos$/, () => [], 3)
    },
    proof: ({ answered }) => answered.at(-1) === NEW,
  },
  {
    name: 'Eco dynos that sleep',
    source: 'https://devcenter.heroku.com/articles/eco-dyno-hours#dyno-sleeping',
    by: 'the proxy',
    ends: { deploy: 'well', reload: 'well', scale: 'well', rollback: 'well' },
    arrange: async (world) => {
      await world.scale('web', 1, 'Eco')
      await world.scale('worker', 0, 'Eco')
      await world.settled()
      const asleep = new Set(world.dynoIds())
      world.proxy.reshape<Dyno[]>('GET', /\/dynos$/, (dynos) =>
        dynos.map((dyno) => (asleep.has(dyno.id) ? { ...dyno, state: 'idle' } : dyno)),
      )
    },
  },
  {
    name: 'a release of the same slug while the dynos boot',
    source:
      'https://devcenter.heroku.com/articles/config-vars#setting-up-config-vars-for-a-deployed-application',
    by: 'the embedded Heroku',
    ends: { deploy: 'well', reload: 'well', scale: 'well', rollback: 'well' },
    behaviours: { [OLD]: SLOW, [NEW]: SLOW },
    meanwhile: (world) => after(2000, () => void world.setConfig({ COLOUR: 'blue' })),
  },
  {
    name: 'maintenance mode during a rollback',
    source: 'https://devcenter.heroku.com/articles/maintenance-mode',
    by: 'the embedded Heroku',
    ends: { deploy: 'boot', rollback: 'well' },
    behaviours: { [NEW]: { exits: { after: 1000, status: 1 } } },
    arrange: (world) => world.directly('PATCH', '/apps/a1', { maintenance: true }),
    proof: ({ requests, currentCommit }) => requests.length === 0 && currentCommit === OLD,
  },
  {
    name: 'a build that ends while its push breaks',
    source: 'https://devcenter.heroku.com/articles/git#deploy-your-code',
    by: 'the embedded Heroku',
    ends: { deploy: 'well' },
    behaviours: { [NEW]: { build: { takes: 20_000 } } },
    arrange: ({ git }) => Promise.resolve((git.breaks = 19_000)),
    proof: ({ calls }) => calls.join() === 'push bbbbbbb',
  },
  {
    name: 'log sessions that expire while they are read',
    source: 'https://devcenter.heroku.com/articles/platform-api-reference#log-session',
    by: 'the embedded Heroku',
    ends: { deploy: 'boot', reload: 'well', scale: 'well', rollback: 'well' },
    behaviours: { [OLD]: SLOW, [NEW]: SLOW },
    meanwhile: (world) => {
      after(2000, () => {
        skipTime(60 * 60_000)
        world.proxy.cutStreams()
      })
      // Told in the log alone, and after that.
      for (const ms of [8500, 9000])
        after(ms, () =>
          world.running('web.1').print('shipit source=web.1 app=api instance=0 event=exit code=1'),
        )
    },
  },
  {
    name: 'answers of 429 in bursts',
    source: 'https://devcenter.heroku.com/articles/platform-api-reference#rate-limits',
    by: 'the proxy',
    ends: { deploy: 'well', reload: 'well', scale: 'well', rollback: 'well' },
    behaviours: { [OLD]: SLOW, [NEW]: SLOW },
    meanwhile: ({ proxy }) => {
      for (const ms of [500, 4000])
        after(ms, () => proxy.reply('GET', /^\/apps\/a1\/(dynos|formation|releases)/, LIMITED, 3))
    },
  },
]
