/** What an app lacks of app.json, and how it gets it. */
import { expect } from 'chai'
import type { AppJson } from '../../src/app-json/index.js'
import { applySetUp } from '../../src/deploy/set-up/apply-set-up.js'
import { planSetUp, type Found } from '../../src/deploy/set-up/plan-set-up.js'
import { prepareSetUp } from '../../src/deploy/set-up/prepare-set-up.js'
import { postdeployFailure, type Postdeploy } from '../../src/deploy/set-up/postdeploy.js'
import { isLacking, type SetUp } from '../../src/deploy/set-up/set-up.js'
import type { Platform } from '../../src/deploy/platform.js'
import { ShipitError } from '../../src/errors.js'
import type { Addon, Attachment } from '../../src/heroku/index.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'
import { releaseOf, scripted } from './scripted.js'

const appJson = (more: Partial<AppJson> = {}): AppJson => ({
  stack: 'heroku-24',
  buildpacks: ['heroku/nodejs'],
  features: ['preboot'],
  env: [],
  addons: [],
  formation: { web: '2' },
  postdeploy: { command: 'node seed.js' },
  ...more,
})
const found = (more: Partial<Found> = {}): Found => ({
  buildpacks: [],
  features: [],
  configVars: {},
  addons: [],
  attachments: [],
  hasCode: false,
  ...more,
})
const addonOf = (id: string, service: string, state = 'provisioned'): Addon =>
  ({
    id,
    name: `${service}-${id}`,
    addon_service: { id: 's', name: service },
    plan: { id: 'p', name: `${service}:mini` },
    config_vars: ['REDIS_URL'],
    state,
  }) as Addon
const attached = (name: string, id: string): Attachment =>
  ({ id: name, name, addon: { id, name: id }, app: { id: 'a', name: 'a1' } }) as Attachment

describe('what an app lacks of app.json', () => {
  it('is all of it for one that is made', () => {
    expect(planSetUp(appJson(), found(), ['A'])).to.deep.equal({
      environment: null,
      coupling: null,
      stack: 'heroku-24',
      buildpacks: ['heroku/nodejs'],
      features: ['preboot'],
      configVars: ['A'],
      addons: [],
      postdeploy: { command: 'node seed.js' },
      isPostdeployOwed: false,
      formation: { web: '2' },
    })
  })

  it('is no stack and no postdeploy that is not named', () => {
    const plan = planSetUp(appJson({ stack: undefined, postdeploy: undefined }), found(), [])
    expect([plan.stack, plan.postdeploy]).to.deep.equal([null, null])
  })

  it('is nothing that the app has, has been given otherwise, or has done', () => {
    const plan = planSetUp(
      appJson(),
      found({ buildpacks: ['heroku/python'], features: ['preboot'], hasCode: true }),
      [],
    )
    expect(plan).to.deep.include({ buildpacks: [], features: [], postdeploy: null, formation: {} })
  })

  it('is a postdeploy that failed before', () => {
    const owed = found({ hasCode: true, configVars: { SHIPIT_POSTDEPLOY: 'owed' } })
    const plan = planSetUp(appJson(), owed, [])
    expect(plan.postdeploy).to.deep.equal({ command: 'node seed.js' })
    expect(plan).to.deep.include({ isPostdeployOwed: true, formation: {} })
  })

  it('are add-ons, one a service that is listed, or by the name of the attachment', () => {
    const lacked = (plans: AppJson['addons'], more: Partial<Found>) =>
      planSetUp(appJson({ addons: plans }), found(more), []).addons.map(
        ({ plan, as, name }) => `${plan} ${as} ${name}`,
      )
    const redis = { plan: 'heroku-redis:mini', options: {} }
    const cache = { ...redis, as: 'cache' }
    expect(lacked([redis, redis], {})).to.have.lengthOf(2)
    expect(lacked([redis, redis], { addons: [addonOf('1', 'heroku-redis')] })).to.deep.equal([
      'heroku-redis:mini null null',
    ])
    const both = [addonOf('1', 'heroku-redis'), addonOf('2', 'heroku-redis')]
    expect(
      lacked([redis, cache], { addons: both, attachments: [attached('CACHE', '1')] }),
    ).to.deep.equal([])
    expect(
      lacked([redis, cache], { addons: [both[0]!], attachments: [attached('CACHE', '1')] }),
    ).to.deep.equal(['heroku-redis:mini null null'])
    // None of a service is taken for one of another, nor by the name of what is attached.
    const others = [addonOf('1', 'papertrail'), addonOf('2', 'papertrail')]
    expect(lacked([redis], { addons: others })).to.deep.equal(['heroku-redis:mini null null'])
    expect(
      lacked([redis], { addons: [both[0]!], attachments: [attached('CACHE', '2')] }),
    ).to.deep.equal([])
    expect(lacked([cache], {})).to.deep.equal(['heroku-redis:mini cache null'])
    // One that is being provisioned is waited for.
    expect(
      lacked([redis], { addons: [addonOf('1', 'heroku-redis', 'provisioning')] }),
    ).to.deep.equal(['heroku-redis:mini null heroku-redis-1'])
  })

  it('is asked of the platform, and its values of whoever is there', async () => {
    const env = [
      { name: 'A', isGenerated: false, isRequired: true },
      { name: 'B', isGenerated: false, isRequired: true, description: 'the b' },
      { name: 'C', isGenerated: false, isRequired: true },
    ]
    const { platform } = scripted({
      buildpacks: () => Promise.resolve([]),
      configVars: () => Promise.resolve({ A: '1' }),
      addons: () => Promise.resolve([]),
      attachments: () => Promise.resolve([]),
      currentRelease: () => Promise.resolve(releaseOf(3)),
      feature: () => Promise.resolve({ name: 'preboot', enabled: true } as never),
    })
    const request = { appJson: appJson({ env }), app: { name: 'a1' } as never, given: { C: 'c' } }
    const error = await failureOf(prepareSetUp(platform, request))
    expect(error).to.include({ code: 'usage', why: 'B: the b' })
    expect(error.message).to.include('without a value: B. Nothing')
    expect(error.details).to.deep.equal({ missing_config: ['B'] })

    const asked = await prepareSetUp(platform, { ...request, ask: () => Promise.resolve('typed') })
    expect(asked.values).to.deep.equal({ B: 'typed', C: 'c' })
    expect(asked.missing).to.deep.equal([])
    expect(asked.setUp).to.deep.include({ configVars: ['C', 'B'], features: [], postdeploy: null })

    const empty = prepareSetUp(platform, { ...request, ask: () => Promise.resolve('') })
    expect((await failureOf(empty)).message).to.include('without a value: B.')

    const two = { ...request, appJson: appJson({ features: ['preboot', 'none', 'off'] }) }
    const features = scripted({
      ...platform,
      buildpacks: () => Promise.resolve([]),
      configVars: () => Promise.resolve({}),
      addons: () => Promise.resolve([]),
      attachments: () => Promise.resolve([]),
      currentRelease: () => Promise.resolve(releaseOf(3, { slug: null })),
      feature: (_app, name) =>
        Promise.resolve(name === 'none' ? undefined : ({ name, enabled: name !== 'off' } as never)),
    })
    const lacked = await prepareSetUp(features.platform, two)
    expect(lacked.setUp).to.deep.include({ features: ['none', 'off'], formation: { web: '2' } })

    const made = await prepareSetUp(scripted({}).platform, { ...two, app: undefined })
    expect(made.setUp).to.deep.include({
      features: ['preboot', 'none', 'off'],
      postdeploy: { command: 'node seed.js' },
      formation: { web: '2' },
    })

    const dry = await prepareSetUp(platform, { ...request, isDryRun: true })
    expect([dry.missing, dry.setUp.configVars]).to.deep.equal([['B'], ['C', 'B']])
  })
})

it('an app lacks something of app.json if it lacks any part', () => {
  const none = planSetUp(appJson({ buildpacks: [], features: [] }), found({ hasCode: true }), [])
  expect(isLacking(none)).to.equal(false)
  const coupling = { pipeline: { id: 'p', name: 'shop' }, stage: 'review' } as const
  const addons = [{ plan: 'heroku-redis:mini', as: null, options: {}, name: null }]
  for (const part of [
    { coupling },
    { buildpacks: ['heroku/nodejs'] },
    { features: ['preboot'] },
    { configVars: ['A'] },
    { addons },
  ])
    expect(isLacking({ ...none, ...part })).to.equal(true)
})

describe('an app that gets what it lacks', () => {
  const setUp = (more: Partial<SetUp>): SetUp => ({
    ...planSetUp(appJson({ buildpacks: [], features: [] }), found(), []),
    ...more,
  })
  const apply = (answers: Partial<Platform>, wanted: Partial<SetUp>) => {
    const said: string[] = []
    const { platform, asked } = scripted(answers)
    const done = applySetUp('a1', setUp(wanted), {
      platform,
      values: { A: 'secret' },
      signal: new AbortController().signal,
      line: (phrase) => void said.push(phrase),
      poll: 1,
    })
    return { done, said, asked }
  }
  const redis = { plan: 'heroku-redis:mini', as: 'CACHE', options: { version: '7' }, name: null }

  it('has it one after the other, add-ons once they are there', async () => {
    const set: unknown[] = []
    let looks = 0
    const { done, said, asked } = apply(
      {
        setBuildpacks: (_app, packs) => Promise.resolve(set.push(packs)),
        enableFeature: () => Promise.resolve({}),
        updateConfigVars: (_app, vars) => Promise.resolve(set.push(vars)).then(() => ({})),
        addToPipeline: (...args) => Promise.resolve(set.push(args)).then(() => ({})),
        createAddon: (_app, wanted) => {
          set.push(wanted)
          return Promise.resolve(addonOf('1', 'heroku-redis', 'provisioning'))
        },
        addon: () =>
          Promise.resolve(
            addonOf('1', 'heroku-redis', ++looks < 3 ? 'provisioning' : 'provisioned'),
          ),
      },
      {
        coupling: { pipeline: { id: 'p', name: 'shop' }, stage: 'review' },
        buildpacks: ['heroku/nodejs'],
        features: ['preboot'],
        configVars: ['A'],
        addons: [redis],
      },
    )
    const phrases = [
      'review of shop',
      'buildpacks heroku/nodejs',
      'features preboot',
      'config vars A',
    ]
    const told = [
      ...phrases,
      'add-on heroku-redis-1 (heroku-redis:mini)',
      'heroku-redis-1 is there, as REDIS_URL',
    ]
    expect([await done, said]).to.deep.equal([told, told])
    expect(set).to.deep.equal([
      ['p', 'a1', 'review'],
      ['heroku/nodejs'],
      { A: 'secret' },
      { plan: 'heroku-redis:mini', attachment: { name: 'CACHE' }, config: { version: '7' } },
    ])
    expect(asked.filter((call) => call.startsWith('addon '))).to.have.lengthOf(3)
  })

  it('asks for no more of an add-on than app.json says', async () => {
    const wanted: object[] = []
    const plain = { ...redis, as: null, options: {} }
    const { done } = apply(
      {
        createAddon: (_app, one) => {
          wanted.push(one)
          return Promise.resolve(addonOf('1', 'heroku-redis'))
        },
      },
      { addons: [plain] },
    )
    await done
    expect(wanted).to.deep.equal([{ plan: 'heroku-redis:mini' }])
  })

  it('waits for an add-on that is being provisioned, and makes no second one', async () => {
    const { done, asked } = apply(
      { addon: () => Promise.resolve(addonOf('1', 'heroku-redis')) },
      { addons: [{ ...redis, name: 'heroku-redis-1' }] },
    )
    await done
    expect(asked).to.deep.equal(['addon heroku-redis-1'])
  })

  it('that the platform refuses has its words, what was done, and how to go on', async () => {
    const { done } = apply(
      {
        updateConfigVars: () => Promise.resolve({}),
        createAddon: () =>
          Promise.reject(new ShipitError('refused', { message: 'No card.', next: 'Add a card.' })),
      },
      { configVars: ['A'], addons: [redis] },
    )
    const error = await failureOf(done)
    expect(error).to.include({
      code: 'refused',
      message: 'No card. a1 exists and has config vars A.',
      why: 'app.json asks for config vars A; add-on heroku-redis:mini as CACHE.',
      next: 'Add a card.\nGo on from there: shipit deploy --create --app a1',
    })
    expect(error.details).to.deep.equal({ app: 'a1', done: ['config vars A'] })
  })

  it('that the platform refuses at once has nothing but itself', async () => {
    const refusal = new ShipitError('refused', { message: 'No.' })
    const refused = { setBuildpacks: () => Promise.reject(refusal) }
    const error = await failureOf(apply(refused, { buildpacks: ['heroku/nodejs'] }).done)
    expect(error.message).to.equal('No. a1 exists.')
    expect(error.details).to.deep.equal({ app: 'a1', done: [] })
  })

  it('that fails for another reason, or is stopped, does so as it is', async () => {
    const bug = new TypeError('ours')
    const { done } = apply({ createAddon: () => Promise.reject(bug) }, { addons: [redis] })
    expect(await done.catch((error: unknown) => error)).to.equal(bug)
    const stop = new AbortController()
    const stopped = new ShipitError('interrupted', { message: 'Stopped.' })
    const { platform, asked } = scripted({
      enableFeature: () => Promise.resolve(stop.abort(stopped)) as never,
    })
    const parts = { platform, values: {}, signal: stop.signal, line: () => undefined, poll: 1 }
    const wanted = setUp({ features: ['one', 'two'] })
    expect(await failureOf(applySetUp('a1', wanted, parts))).to.equal(stopped)
    expect(asked).to.deep.equal(['enableFeature one'])
  })

  it('says of an add-on without config vars that it is there', async () => {
    const bare = { ...addonOf('1', 'heroku-redis'), config_vars: [] }
    const { done } = apply({ createAddon: () => Promise.resolve(bare) }, { addons: [redis] })
    expect((await done).at(-1)).to.equal('heroku-redis-1 is there')
  })

  describe('waits for an add-on', () => {
    useVirtualClock()

    it('for a quarter of an hour at most', async () => {
      const provisioning = () => Promise.resolve(addonOf('1', 'heroku-redis', 'provisioning'))
      const { platform } = scripted({ createAddon: provisioning, addon: provisioning })
      const { signal } = new AbortController()
      const parts = { platform, values: {}, signal, line: () => undefined, poll: 60_000 }
      const begun = Date.now()
      const error = await failureOf(applySetUp('a1', setUp({ addons: [redis] }), parts))
      expect(error.code).to.equal('timeout')
      expect(error.message).to.match(/^heroku-redis-1 is still being provisioned after 15 min\./)
      expect(error.next).to.match(/^shipit addons info heroku-redis-1 --app a1\n/)
      expect(Date.now() - begun).to.be.within(900_000, 960_000)
    })
  })

  it('tells of an add-on that could not be provisioned', async () => {
    const failed = { ...addonOf('1', 'heroku-redis', 'deprovisioned'), provision_message: 'Full.' }
    const { done } = apply({ createAddon: () => Promise.resolve(failed) }, { addons: [redis] })
    const error = await failureOf(done)
    expect(error.message).to.equal(
      'heroku-redis-1 could not be provisioned. a1 exists and has add-on heroku-redis-1 ' +
        '(heroku-redis:mini).',
    )
    expect(error.why).to.include('Full.')
  })
})

describe('a postdeploy that failed', () => {
  const release = { id: 'r4', version: 4 }
  const failed = (ended: Postdeploy, environment: SetUp['environment'] = null) =>
    postdeployFailure(
      { app: 'a1', release, setUp: { ...planSetUp(appJson(), found(), []), environment } },
      ended,
    )

  it('is told with its exit code and its last lines', () => {
    const error = failed({ dyno: 'run.1', exitCode: 3, output: ['one', 'two'] })
    expect(error).to.include({
      code: 'release',
      exitCode: 11,
      message:
        'v4 of a1 serves, but postdeploy of app.json failed: exit code 3 of node seed.js in run.1.',
      why: 'The last lines of it:\n  one\n  two',
      next:
        'Correct it, then run it again with the next deploy: shipit deploy --create --app a1\n' +
        'Or by hand: shipit run --app a1 -- node seed.js',
    })
    expect(error.details).to.deep.equal({
      app: 'a1',
      release,
      rolled_back_to: null,
      serving: release,
      postdeploy: { dyno: 'run.1', exit_code: 3 },
    })
    const silent = failed({ dyno: 'run.1', exitCode: 1, output: [] }, 'review')
    expect(silent.why).to.equal('It printed nothing.')
    expect(silent.next).to.include('Run `shipit review up` as before.')
  })

  it('is told with what kept it from being run', () => {
    const failure = new ShipitError('network', { message: 'It broke.', why: 'No wire.' })
    const error = failed({ failure })
    expect(error.message).to.match(/failed: It broke\.$/)
    expect(error.why).to.equal('No wire.')
    expect(error.details).to.deep.include({ postdeploy: null })
  })
})
