import { expect } from 'chai'
import { urlToAsk } from '../../src/deploy/health/serving.js'
import type { DeployPlan } from '../../src/deploy/plan.js'
import { STEPS } from '../../src/deploy/steps/index.js'
import {
  appOf,
  isChange,
  releaseOf,
  watchOf,
  type Needs,
  type Running,
} from '../../src/deploy/steps/step.js'
import type { SetUp } from '../../src/deploy/set-up/set-up.js'
import type { FormationChange } from '../../src/operate/formation-change.js'

const NEEDS: Needs = {
  isNew: false,
  hasConfig: false,
  isSameCommit: false,
  isPromotion: false,
  formation: [],
  follows: null,
  preboot: null,
  setUp: null,
}
const change = (before: number | null, after: number): FormationChange => ({
  type: 'web',
  before: before === null ? null : { quantity: before, size: 'Basic' },
  after: { quantity: after, size: 'Basic' },
  costClass: null,
  costs: null,
})
const LACKING: SetUp = {
  environment: null,
  coupling: null,
  stack: null,
  buildpacks: [],
  features: ['preboot'],
  configVars: [],
  addons: [],
  postdeploy: null,
  isPostdeployOwed: false,
  formation: {},
}
const postdeploy = { command: 'node seed.js' }
const following = (stage: string) => ({ stage }) as Needs['follows']
const preboot = { switchesAfter: 180_000, dynos: 1 }

describe('the steps of a deploy, in their order', () => {
  for (const [what, needs, names] of [
    ['another commit', {}, 'preflight push release boot health'],
    ['a new app', { isNew: true }, 'preflight create push release boot health'],
    ['a config var', { hasConfig: true }, 'preflight config push release boot health'],
    [
      'a config var alone',
      { hasConfig: true, isSameCommit: true },
      'preflight config release boot health',
    ],
    ['nothing', { isSameCommit: true }, 'boot health'],
    [
      'a new app by app.json',
      { isNew: true, setUp: { ...LACKING, postdeploy } },
      'preflight create set_up push release postdeploy boot health',
    ],
    [
      'what app.json asks for besides',
      { isSameCommit: true, setUp: LACKING },
      'preflight set_up release boot health',
    ],
    [
      'a postdeploy that is owed',
      { isSameCommit: true, setUp: { ...LACKING, features: [], postdeploy } },
      'preflight release postdeploy boot health',
    ],
    [
      'nothing of app.json',
      { isSameCommit: true, setUp: { ...LACKING, features: [] } },
      'boot health',
    ],
    ['preboot', { preboot }, 'preflight push release boot switch health'],
    ['more dynos', { formation: [change(1, 2)] }, 'preflight push release scale_up boot health'],
    ['a new type', { formation: [change(null, 2)] }, 'preflight push release scale_up boot health'],
    ['fewer dynos', { formation: [change(2, 1)] }, 'preflight push release boot health scale_down'],
    [
      'fewer dynos alone',
      { formation: [change(2, 1)], isSameCommit: true },
      'preflight release boot health scale_down',
    ],
    ['a build that is followed', { follows: following('build') }, 'push release boot health'],
    [
      'a boot that is followed',
      { follows: following('boot'), hasConfig: true, isNew: true },
      'release boot health',
    ],
    [
      "a boot that is followed, whatever app.json says: it is another deploy's",
      { follows: following('boot'), setUp: { ...LACKING, postdeploy } },
      'release boot health',
    ],
  ] as [string, Partial<Needs>, string][])
    it(`of ${what} are ${names}`, () => {
      const taken = STEPS.filter((step) => step.isNeeded({ ...NEEDS, ...needs }))
      expect(taken.map(({ name }) => name).join(' ')).to.equal(names)
    })

  it('change something unless they only look', () => {
    const is = (needs: Partial<Needs>) => isChange({ ...NEEDS, isSameCommit: true, ...needs })
    expect(is({})).to.equal(false)
    for (const needs of [
      { isSameCommit: false },
      { hasConfig: true },
      { formation: [change(1, 2)] },
      { setUp: LACKING },
    ]) {
      expect(is(needs)).to.equal(true)
      expect(is({ ...needs, follows: following('boot') })).to.equal(false)
    }
  })
})

describe('a step of a deploy', () => {
  const step = (name: string) => STEPS.find((one) => one.name === name)!
  const plan = (more: object = {}) =>
    ({
      app: 'a1',
      commit: { id: 'aaaaaaaaa', short: 'aaa' },
      upload: null,
      follows: null,
      force: false,
      addsRemote: false,
      configChanges: ['SHIPIT_ENV'],
      formation: [],
      isAlreadyLive: false,
      preboot,
      health: { path: '/', status: null, isNamed: false },
      ...more,
    }) as unknown as DeployPlan
  const says = (name: string, more: object = {}) => step(name).describe(plan(more))
  const running = (more: object = {}, planned: object = {}) =>
    ({
      plan: plan(planned),
      app: { web_url: 'https://a1.example/', maintenance: false },
      release: { version: 4 },
      watch: { hasWeb: true, switchover: {} },
      ...more,
    }) as unknown as Running
  const title = (name: string, planned: object = {}, more: object = {}) =>
    step(name).title(running(more, planned))
  const skips = (name: string, more: object = {}, planned: object = {}) =>
    step(name).skip!(running(more, planned))

  it('is described by what it will do', () => {
    expect([says('create'), says('create', { addsRemote: true })]).to.deep.equal([
      'create a1',
      'create a1, and the git remote heroku',
    ])
    expect(says('config')).to.equal('set config vars: SHIPIT_ENV')
    expect(says('push')).to.equal('push aaa to a1, and build')
    expect(says('push', { force: true })).to.include('(--force)')
    expect(says('push', { upload: {} })).to.equal('send the files to a1, and build')
    expect(says('push', { follows: {} })).to.equal('follow the build')
    expect(says('switch')).to.include('about 3 min after')
    const formation = [change(1, 2), { ...change(3, 2), type: 'worker' }]
    expect(says('scale_up', { formation })).to.equal('scale up: web=2:Basic')
    expect(says('scale_down', { formation })).to.equal('scale down: worker=2:Basic')
    const health = (path: string | null, status: number | null, isNamed: boolean) =>
      says('health', { health: { path, status, isNamed } })
    expect(health(null, null, false)).to.equal('health: not asked for')
    expect(health('/up', null, false)).to.match(/^ask \/up .* answers below 500$/)
    expect(health('/up', null, true)).to.match(/answers 2xx or 3xx$/)
    expect(health('/up', 204, true)).to.match(/answers 204$/)
  })

  it('is told as it begins by what it does', () => {
    expect(title('create')).to.equal('Creating a1')
    expect(title('config')).to.equal('Setting config vars of a1')
    expect(title('push')).to.equal('Pushing aaa to a1')
    expect(title('push', { upload: {} })).to.equal('Sending aaa to a1')
    expect(title('push', { follows: {} })).to.equal('Following the build of aaa')
    expect(title('release')).to.equal('Releasing v4')
    expect(title('boot')).to.equal('Starting dynos of v4')
    expect(title('boot', { isAlreadyLive: true })).to.equal('Looking at the dynos of v4')
    expect(title('switch')).to.equal('Waiting for preboot to switch to v4')
    expect(title('health')).to.equal('Asking https://a1.example/')
    expect([title('scale_up'), title('scale_down')]).to.deep.equal([
      'Scaling a1 up',
      'Scaling a1 down',
    ])
  })

  it('is skipped if there is nothing to do after all', () => {
    expect([skips('create'), skips('create', { app: undefined })]).to.deep.equal([true, undefined])
    expect(skips('switch')).to.equal(undefined)
    expect(skips('switch', { watch: { hasWeb: false, switchover: {} } })).to.equal(true)
    expect(skips('switch', { watch: { hasWeb: true } })).to.equal(true)
    expect(skips('health')).to.equal(undefined)
    expect(skips('health', { watch: { hasWeb: false } })).to.equal('no web dyno answers HTTP')
    expect(skips('health', {}, { health: { path: null } })).to.equal('it is not asked for (none)')
    expect(skips('health', { app: { web_url: null } })).to.equal('the app has no URL')
    expect(skips('health', { app: { web_url: 'x', maintenance: true } })).to.equal(
      'maintenance mode is on',
    )
  })

  it('needs what the ones before it have found', () => {
    expect(() => appOf({ plan: plan() })).to.throw('the app a1 has not been looked up')
    expect(() => releaseOf({})).to.throw('lists no release')
    expect(() => watchOf({})).to.throw('is not watched')
    const all = running()
    expect([appOf(all), releaseOf(all), watchOf(all)]).to.deep.equal([
      all.app,
      all.release,
      all.watch,
    ])
  })

  it('asks no URL of an app that has none, is in maintenance, or has no web dyno', () => {
    const ask = (path: string | null, hasWeb: boolean, app?: object) =>
      urlToAsk({ path } as never, { hasWeb } as never, app as never)
    const app = { web_url: 'https://a1.example/', maintenance: false }
    expect(ask('/up', true, app)).to.equal('https://a1.example/up')
    expect(ask(null, true, app)).to.equal(undefined)
    expect(ask('/up', false, app)).to.equal(undefined)
    expect(ask('/up', true, { ...app, maintenance: true })).to.equal(undefined)
    expect(ask('/up', true, { ...app, web_url: null })).to.equal(undefined)
    expect(ask('/up', true)).to.equal(undefined)
  })
})
