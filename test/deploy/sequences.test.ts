/** The sequences of test/support/sequences, met by what a user does to an app. */
import { expect } from 'chai'
import { planDeploy, runDeploy } from '../../src/deploy/index.js'
import { ShipitError } from '../../src/errors.js'
import { applyChange, planOneMore, reload, rollBack } from '../../src/operate/index.js'
import { requestOf } from '../support/deploys.js'
import { NEW, OLD, World } from '../support/embedded/index.js'
import { SEQUENCES, type Verb } from '../support/sequences/index.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const TIMEOUT = 300_000

const DO: Record<Verb, (world: World) => Promise<unknown>> = {
  deploy: async ({ platform, git }) =>
    runDeploy(await planDeploy(platform, requestOf(NEW)), {
      platform,
      git,
      events: () => undefined,
    }),
  reload: ({ api }) => reload(api, 'a1', { waitTimeout: TIMEOUT }),
  scale: async ({ api }) =>
    applyChange(api, 'a1', await planOneMore(api, 'a1', 'worker', 1), { timeout: TIMEOUT }),
  rollback: ({ api }) => rollBack(api, 'a1', { timeout: TIMEOUT }),
}

describe('what Heroku does besides the plain case', () => {
  useVirtualClock()

  let world: World
  afterEach(() => world.stop())

  for (const { name, source, by, ends, ...sequence } of SEQUENCES)
    describe(`${name} (${source}; ${by})`, () => {
      for (const [verb, end] of Object.entries(ends) as [Verb, string][])
        it(`${verb} ends ${end === 'well' ? end : `with ${end}`}`, async () => {
          const types = ['web', 'worker']
          const of = (commit: string) => {
            const behaviour = sequence.behaviours?.[commit]
            return { ...behaviour, build: { types, ...behaviour?.build } }
          }
          const before = sequence.before ?? [OLD]
          world = await World.start({
            commits: verb === 'deploy' ? before : [...before, NEW],
            behaviours: { [OLD]: of(OLD), [NEW]: of(NEW) },
          })
          await sequence.arrange?.(world)
          world.onChange = () => sequence.meanwhile?.(world)
          const outcome = await DO[verb](world).then(
            () => 'well',
            (error: unknown) => {
              if (!(error instanceof ShipitError)) throw error
              return end === 'well' ? error.message : error.code
            },
          )
          expect(outcome).to.equal(end)
          if (verb === 'deploy') expect(sequence.proof?.(world) ?? true).to.equal(true)
          if (verb === 'rollback') expect(world.currentCommit).to.equal(OLD)
        })
    })
})
