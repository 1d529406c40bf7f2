import { expect } from 'chai'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { chooseEnvironment, deploySource, makePlan } from '../../src/deploy/index.js'
import { parseDuration } from '../../src/lib/duration.js'
import { bootState } from '../../src/deploy/health/boot-state.js'
import { healthUrl, probe } from '../../src/deploy/health/probe.js'
import type { RepositoryState } from '../../src/git/index.js'
import { refusal } from '../support/failures.js'
import type { App, Dyno, DynoState, Formation, Release } from '../../src/heroku/index.js'
import { NOTHING_TO_SET_UP as NOTHING } from './scripted.js'

type Known = Extract<RepositoryState, { isRepository: true }>

const clean: Known = {
  isRepository: true,
  isBare: false,
  isLinkedWorktree: false,
  isShallow: false,
  root: '/app',
  subdirectory: '',
  branch: 'main',
  commit: { id: 'b'.repeat(40), short: 'bbbbbbb', subject: 'Change' },
  changed: [],
  untracked: [],
  remotes: [],
}

describe('what is deployed', () => {
  it('is HEAD, without a warning on a clean main', () => {
    expect(deploySource(clean)).to.deep.equal({
      commit: clean.commit,
      split: null,
      upload: null,
      branch: 'main',
      warnings: [],
    })
  })

  it('has its own word for each repository that cannot be deployed', () => {
    const states: [RepositoryState, RegExp][] = [
      [{ isRepository: false }, /not in a git repository/],
      [{ ...clean, isBare: true }, /bare repository/],
      [{ ...clean, commit: undefined }, /no commit yet/],
      [{ ...clean, isShallow: true }, /shallow clone/],
      [{ ...clean, commit: { ...clean.commit!, id: 'b'.repeat(64) } }, /SHA-256/],
    ]
    for (const [state, word] of states) {
      const error = refusal(() => deploySource(state))
      expect(error.code).to.equal('git')
      expect(error.message).to.match(word)
      expect(error.next).to.be.a('string')
    }
    expect(refusal(() => deploySource({ ...clean, isShallow: true })).next).to.include(
      'git fetch --unshallow',
    )
  })

  it('names the files that are not in it', () => {
    const [warning] = deploySource({
      ...clean,
      changed: ['index.js'],
      untracked: ['new.js'],
    }).warnings
    expect(warning).to.include('index.js').and.include('new.js (new)').and.include('bbbbbbb alone')
    const many = Array.from({ length: 14 }, (_, i) => `f${i}`)
    expect(deploySource({ ...clean, changed: many }).warnings[0]).to.include('f9 and 4 more')
  })

  it('warns of another branch, of none, and of a folder that is not the root', () => {
    expect(deploySource({ ...clean, branch: 'feature' }).warnings).to.deep.equal([
      'This deploys branch feature, not main.',
    ])
    expect(deploySource({ ...clean, branch: 'master' }).warnings).to.deep.equal([])
    expect(deploySource({ ...clean, branch: undefined }).warnings[0]).to.include('HEAD is detached')
    expect(deploySource({ ...clean, subdirectory: 'packages/api' }).warnings[0])
      .to.include('packages/api')
      .and.include('whole repository')
  })
})

describe('the environment', () => {
  const deploy = { production: { app: 'myapp' }, homolog: { app: 'myapp-homolog' } }

  it('is the named one, the only one, or asked for', () => {
    expect(chooseEnvironment(deploy, [], 'homolog')).to.deep.equal({
      name: 'homolog',
      target: { app: 'myapp-homolog' },
    })
    expect(
      chooseEnvironment({ production: { app: 'myapp' } }, [], undefined)?.valueOf(),
    ).to.deep.equal({ name: 'production', target: { app: 'myapp' } })
    expect(chooseEnvironment(deploy, [], undefined)).to.equal('ask')
    expect(chooseEnvironment({}, [], undefined)).to.equal(undefined)
  })

  it("that is not there, or is of PM2's ssh deploy, is refused with the names there are", () => {
    expect(refusal(() => chooseEnvironment(deploy, [], 'prod')).next).to.include(
      'production, homolog',
    )
    expect(refusal(() => chooseEnvironment(deploy, ['old'], 'old')).message).to.include('ssh')
  })
})

describe('a commit that was named', () => {
  const commit = { id: 'c'.repeat(40), short: 'ccccccc', subject: 'Of develop' }

  it('is deployed instead of the one that is checked out', () => {
    expect(deploySource(clean, { ref: 'develop', commit, isTyped: true })).to.deep.equal({
      commit,
      split: null,
      upload: null,
      branch: 'develop',
      warnings: [],
    })
  })

  it('is told of where it is the ecosystem file that names it, unless it is checked out anyway', () => {
    const [warning] = deploySource(
      { ...clean, branch: 'feature' },
      { ref: 'develop', commit, isTyped: false },
    ).warnings
    expect(warning)
      .to.include('`ref: develop`')
      .and.include('ccccccc')
      .and.include('feature, commit bbbbbbb')
    expect(
      deploySource(clean, { ref: 'main', commit: clean.commit!, isTyped: false }).warnings,
    ).to.deep.equal([])
  })

  it('does not take uncommitted work along in silence', () => {
    expect(
      deploySource({ ...clean, changed: ['index.js'] }, { ref: 'develop', commit, isTyped: true })
        .warnings[0],
    ).to.include('ccccccc alone: index.js')
  })
})

describe('the plan', () => {
  const found = { maintenance: false } as App
  const release = { id: 'r4', version: 4, slug: { id: 's4' } } as Release
  const facts = {
    app: 'a1',
    platform: 'Heroku',
    source: deploySource(clean),
    create: false,
    addRemote: false,
    waitTimeout: 600_000,
    rollback: true,
    force: false,
    found,
    release,
    currentCommit: 'a'.repeat(40),
    shipitEnv: undefined,
    formation: [],
    findings: [],
    hasPreboot: false,
    webDynos: { quantity: 2, size: 'Standard-1X' },
    prebootSwitch: 180_000,
  }

  it('warns of maintenance mode, of a name too short for Heroku, and of a deploy in the way', () => {
    const warnings = (more: object) => makePlan({ ...facts, ...more }).warnings
    expect(warnings({ found: { maintenance: true } })).to.deep.equal([
      "Maintenance mode is on: the app's URL answers 503, so its health is not checked.",
    ])
    expect(warnings({})).to.deep.equal([])
    expect(warnings({ app: 'ab', found: undefined })[0]).to.match(/^Heroku wants 3 characters/)
    expect(warnings({ app: 'abc', found: undefined })).to.deep.equal([])
    expect(warnings({ app: 'ab' })).to.deep.equal([])
    const inTheWay = { stage: 'build', commit: null, by: 'ada', since: '2026-01-01T00:00:00Z' }
    expect(warnings({ inTheWay })[0]).to.match(
      /^Another deploy is in progress, which this one would not go beside: a build by ada/,
    )
  })

  it('makes the app in its place, and names it as a remote, only if it is not there', () => {
    const place = { team: 'acme' }
    const planned = (more: object) => {
      const { place: where, addsRemote, appState, environment } = makePlan({ ...facts, ...more })
      return [where, addsRemote, appState, environment]
    }
    expect(planned({ place, addRemote: true })).to.deep.equal([{}, false, 'exists', null])
    const none = { found: undefined, release: undefined }
    expect(planned({ ...none, place, addRemote: true })).to.deep.equal([
      place,
      true,
      'to-be-created',
      null,
    ])
    expect(planned(none)).to.deep.equal([{}, false, 'to-be-created', null])
    const environment = { name: 'production', target: {} }
    expect(planned({ environment })[3]).to.equal('production')
  })

  it('names the release it replaces and every step', () => {
    const plan = makePlan(facts)
    expect(plan.current).to.deep.equal({
      release: { id: 'r4', version: 4 },
      slug: 's4',
      commit: 'a'.repeat(40),
    })
    expect(plan.steps).to.deep.equal(['preflight', 'push', 'release', 'boot', 'health'])
    expect(plan).to.deep.include({
      isAlreadyLive: false,
      health: { path: '/', isNamed: false, status: null, headers: [], timeout: null },
      preboot: null,
      appState: 'exists',
    })
  })

  it('is plain data: JSON and back is the same', () => {
    const plan = makePlan(facts)
    expect(JSON.parse(JSON.stringify(plan))).to.deep.equal(plan)
  })

  it('creates an app that is not there', () => {
    expect(
      makePlan({ ...facts, found: undefined, release: undefined, create: true }),
    ).to.deep.include({
      appState: 'to-be-created',
      current: null,
      steps: ['preflight', 'create', 'push', 'release', 'boot', 'health'],
    })
  })

  it('pushes nothing when only the environment differs', () => {
    const environment = { name: 'production', target: { env: 'prod' } }
    const plan = makePlan({ ...facts, currentCommit: clean.commit?.id ?? '', environment })
    expect(plan.steps).to.deep.equal(['preflight', 'config', 'release', 'boot', 'health'])
    expect(plan.configChanges).to.deep.equal(['SHIPIT_ENV'])
    expect(
      makePlan({ ...facts, currentCommit: clean.commit?.id ?? '', environment, shipitEnv: 'prod' })
        .isAlreadyLive,
    ).to.equal(true)
  })

  it('only looks if nothing is lacking of the same commit, which of files nobody knows', () => {
    const isLive = (more: object) =>
      makePlan({ ...facts, currentCommit: clean.commit!.id, ...more }).isAlreadyLive
    const setUp = { ...NOTHING, features: ['preboot'] }
    expect([isLive({}), isLive({ setUp: NOTHING }), isLive({ setUp })]).to.deep.equal([
      true,
      true,
      false,
    ])
    const source = { ...facts.source, upload: { files: 1, isDirty: false } }
    const scale = { web: '3' }
    const formation = [{ type: 'web', quantity: 1, size: 'Standard-1X' }]
    for (const more of [
      { follows: { stage: 'boot' } },
      { source },
      { currentCommit: null },
      { scale, formation },
    ])
      expect(isLive(more), JSON.stringify(more)).to.equal(false)
  })

  it("prefers the flags to the environment's health", () => {
    const environment = { name: 'production', target: { health: '/healthz' } }
    expect(makePlan({ ...facts, environment }).health).to.include({
      path: '/healthz',
      isNamed: true,
    })
    expect(
      makePlan({
        ...facts,
        environment,
        health: { path: 'ready', status: '200', headers: ['X-Key: 1'] },
      }).health,
    ).to.deep.equal({
      path: '/ready',
      isNamed: true,
      status: '200',
      headers: ['x-key'],
      timeout: null,
    })
    const asMap = {
      name: 'production',
      target: {
        health: { path: '/up', status: '204', header: { Accept: 'text/plain' }, timeout: '90s' },
      },
    }
    expect(makePlan({ ...facts, environment: asMap }).health).to.deep.equal({
      path: '/up',
      isNamed: true,
      status: '204',
      headers: ['accept'],
      timeout: 90_000,
    })
    expect(makePlan({ ...facts, environment, health: { path: 'none' } }).health).to.include({
      path: null,
      isNamed: false,
    })
  })

  it('waits for the switch of preboot, where web dynos of a size that has it serve', () => {
    const plan = makePlan({ ...facts, hasPreboot: true })
    expect(plan.preboot).to.deep.equal({ switchesAfter: 180_000, dynos: 2 })
    expect(plan.steps).to.deep.equal(['preflight', 'push', 'release', 'boot', 'switch', 'health'])
    for (const other of [
      { release: undefined },
      { webDynos: { quantity: 0, size: 'Standard-1X' } },
      { webDynos: { quantity: 1, size: 'Basic' } },
      { webDynos: undefined },
    ]) {
      expect(makePlan({ ...facts, hasPreboot: true, ...other }).preboot).to.equal(null)
    }
  })
})

describe('durations', () => {
  it('are seconds, or have a unit', () => {
    expect(['90', '90s', '10m', '1h', '0.5m'].map(parseDuration)).to.deep.equal([
      90_000, 90_000, 600_000, 3_600_000, 30_000,
    ])
    expect(['', '0', 'soon', '10d', '-5s'].map(parseDuration)).to.deep.equal([
      undefined,
      0,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('how far a release has come', () => {
  const dyno = (name: string, state: DynoState, version: number) =>
    ({
      id: `${name}-${version}`,
      name,
      type: name.split('.')[0],
      state,
      release: { id: `r${version}`, version },
    }) as Dyno
  const row = (type: string, quantity: number) => ({ type, quantity }) as Formation

  it('is up when all run it and none of an older one is left', () => {
    expect(
      bootState(
        [dyno('web.1', 'up', 5), dyno('web.2', 'up', 5)],
        [row('web', 2), row('worker', 0)],
        5,
      ).state,
    ).to.equal('up')
    expect(bootState([dyno('web.1', 'up', 5)], [row('web', 2)], 5)).to.deep.include({
      state: 'waiting',
      waitingFor: ['1 of 2 web dynos not started yet'],
    })
    expect(
      bootState([dyno('web.1', 'up', 5), dyno('web.1', 'up', 4)], [row('web', 1)], 5),
    ).to.deep.include({ state: 'waiting', waitingFor: ['web.1 of v4 has not gone yet'] })
  })

  it('does not count one-off dynos and release phases, nor the crash of an older release', () => {
    expect(
      bootState(
        [dyno('web.1', 'up', 5), dyno('run.7', 'crashed', 5), dyno('release.5', 'up', 4)],
        [row('web', 1)],
        5,
      ).state,
    ).to.equal('up')
    expect(bootState([dyno('web.1', 'crashed', 4)], [row('web', 1)], 5).state).to.equal('waiting')
    expect(bootState([dyno('web.1', 'crashed', 5)], [row('web', 1)], 5).state).to.equal('crashed')
  })

  it('takes a sleeping eco dyno as up, and nothing to run as up', () => {
    expect(bootState([dyno('web.1', 'idle', 5)], [row('web', 1)], 5).state).to.equal('up')
    expect(bootState([], [row('web', 0)], 5).state).to.equal('up')
  })
})

describe('the health probe', () => {
  it('asks the app alone, whatever the path looks like', () => {
    expect(healthUrl('https://a1.herokuapp.com/', '/healthz?full=1')).to.equal(
      'https://a1.herokuapp.com/healthz?full=1',
    )
    for (const path of ['//elsewhere.example/x', '/https://elsewhere.example/x'])
      expect(new URL(healthUrl('https://a1.herokuapp.com/', path)).host).to.equal(
        'a1.herokuapp.com',
      )
  })
  it('takes the head of an answer, whose body may have no end, and how long it took', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(302, 'Over there', { location: '/login' }).write('and on')
      closed = once(response, 'close')
    })
    let closed: Promise<unknown> | undefined
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/up`
    const begun = performance.now()
    const answer = await probe(url, { signal: new AbortController().signal })
    const { ms, ...rest } = answer as Extract<typeof answer, { isAnswer: true }>
    expect(rest).to.deep.equal({
      isAnswer: true,
      status: 302,
      reason: 'Over there',
      boot: undefined,
      location: new URL('/login', url).href,
    })
    expect(ms).to.be.within(0, performance.now() - begun)
    await closed
    server.close()
  })
  it('says in words what kept it from an answer', async () => {
    const { signal } = new AbortController()
    expect(await probe('http://a1.localhost:1/', { signal })).to.deep.equal({
      isAnswer: false,
      why: 'nothing accepts connections there',
    })
  })
})
