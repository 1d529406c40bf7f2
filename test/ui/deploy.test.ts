import { expect } from 'chai'
import type { DeployEvent, DeployPlan } from '../../src/deploy/index.js'
import { describePlan, describeWarnings } from '../../src/ui/deploy-plan.js'
import { deployTasks, plainDeploy, type PlainOptions } from '../../src/ui/deploy-view.js'
import { errorAnnotation } from '../../src/ui/printable.js'

const EVENTS: DeployEvent[] = [
  { type: 'started', step: 'push', title: 'Pushing 1a2b3c4 to myapp' },
  { type: 'line', step: 'push', text: '\u001B[31m-----> Building\u001B[0m\u0007 on the stack' },
  { type: 'finished', step: 'push', title: 'Pushing 1a2b3c4 to myapp', ms: 65_000, detail: 'v7' },
  { type: 'started', step: 'boot', title: 'Starting dynos of v7' },
  { type: 'line', step: 'boot', text: 'web.1 is starting' },
  {
    type: 'failed',
    step: 'boot',
    title: 'Starting dynos of v7',
    message: 'web.1 exited with status 1.',
    ms: 900,
  },
  { type: 'skipped', step: 'health', reason: 'no web dyno answers HTTP' },
]

describe('a deploy off a terminal', () => {
  it('is plain lines that name what failed, without a control byte', () => {
    let text = ''
    const show = plainDeploy({
      write: (part) => {
        text += part
      },
    })
    for (const event of EVENTS) show(event)
    expect(text).to.equal(
      [
        '-----> Pushing 1a2b3c4 to myapp',
        '       -----> Building on the stack',
        '       Done in 1 m 05 s: v7',
        '-----> Starting dynos of v7',
        '       web.1 is starting',
        ' !     Starting dynos of v7 failed after 900 ms: web.1 exited with status 1.',
        '-----> Skipping health: no web dyno answers HTTP',
        '',
      ].join('\n'),
    )
  })
})

describe('a deploy in CI', () => {
  const shown = (events: DeployEvent[], options: PlainOptions) => {
    let text = ''
    const show = plainDeploy(
      {
        write: (part) => {
          text += part
        },
      },
      options,
    )
    for (const event of events) show(event)
    return text
  }

  it('has the time before each line, where it is asked for', () => {
    const lines = shown(EVENTS, { timestamps: true }).trimEnd().split('\n')
    expect(lines).to.have.lengthOf(7)
    for (const line of lines) expect(line).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .+/)
    expect(lines[0]).to.match(/Z -----> Pushing 1a2b3c4 to myapp$/)
  })

  it('is a group a step under GitHub Actions, with what failed below its group', () => {
    expect(shown(EVENTS, { groups: true })).to.equal(
      [
        '::group::Pushing 1a2b3c4 to myapp',
        '       -----> Building on the stack',
        '       Done in 1 m 05 s: v7',
        '::endgroup::',
        '::group::Starting dynos of v7',
        '       web.1 is starting',
        '::endgroup::',
        ' !     Starting dynos of v7 failed after 900 ms: web.1 exited with status 1.',
        '-----> Skipping health: no web dyno answers HTTP',
        '',
      ].join('\n'),
    )
  })

  it('lets no output of a build or an app speak to the runner', () => {
    const before = process.env.GITHUB_ACTIONS
    process.env.GITHUB_ACTIONS = 'true'
    try {
      const text = shown(
        [
          { type: 'line', step: 'push', text: '  ::add-mask::a' },
          { type: 'line', step: 'push', text: 'x ##[error]y' },
          { type: 'line', step: 'push', text: 'std::vector' },
        ],
        { groups: true },
      )
      expect(text.split('\n').map((line) => line.trim())).to.deep.equal([
        ': :add-mask::a',
        'x ## [error]y',
        'std::vector',
        '',
      ])
      expect(errorAnnotation('a: b', '100%\nof it')).to.equal(
        '::error title=a%3A b::100%25%0Aof it\n',
      )
    } finally {
      if (before === undefined) delete process.env.GITHUB_ACTIONS
      else process.env.GITHUB_ACTIONS = before
    }
  })
})

describe('a deploy on a terminal', () => {
  it('shows each step with its output under it and its time, and keeps the bytes of a build from steering it', async () => {
    const written: string[] = []
    const streams = [process.stdout, process.stderr] as const
    const originals = streams.map((stream) => stream.write)
    for (const stream of streams)
      stream.write = ((part: string | Uint8Array) => {
        written.push(String(part))
        return true
      }) as typeof stream.write
    const listeners = process.listenerCount('SIGINT')
    try {
      const view = deployTasks()
      for (const event of EVENTS) {
        view.events(event)
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(process.listenerCount('SIGINT')).to.equal(listeners)
      await view.end()
    } finally {
      for (const [i, stream] of streams.entries())
        stream.write = originals[i] as typeof stream.write
    }
    const text = written.join('')
    expect(text).to.include('Pushing 1a2b3c4 to myapp: v7 [1 m 05 s]')
    expect(text).to.include('Starting dynos of v7 [900 ms]')
    expect(text).to.include('no web dyno answers HTTP')
    expect(text).to.not.include('\u0007')
  })
})

describe('steps inside one another on a terminal', () => {
  it('all end, the inner one within the outer one', async () => {
    const write = process.stdout.write
    const listeners = process.listenerCount('SIGINT')
    let text = ''
    process.stdout.write = ((part: string | Uint8Array) => {
      text += String(part)
      return true
    }) as typeof write
    try {
      const { events, end } = deployTasks()
      events({ type: 'started', step: 'interrupt', title: 'Looking' })
      events({ type: 'started', step: 'rollback', title: 'Rolling back' })
      events({ type: 'finished', step: 'rollback', title: 'Rolling back', ms: 1 })
      events({ type: 'finished', step: 'interrupt', title: 'Looking', ms: 1 })
      await end()
    } finally {
      process.stdout.write = write
    }
    expect(text).to.match(
      /Rolling back \[1 ms\][^]*Looking \[1 ms\]|Looking \[1 ms\][^]*Rolling back \[1 ms\]/,
    )
    expect(process.listenerCount('SIGINT')).to.equal(listeners)
  })
})

describe('a plan in words', () => {
  const plan: DeployPlan = {
    app: 'myapp',
    platform: 'Heroku',
    appState: 'exists',
    place: {},
    addsRemote: false,
    environment: 'production',
    commit: { id: '1a2b3c4'.repeat(6), short: '1a2b3c4', subject: 'Fix \u001B[2Jit' },
    split: null,
    upload: null,
    branch: 'main',
    current: { release: { id: 'r', version: 6 }, slug: 's', commit: 'f00ba44'.repeat(6) },
    isAlreadyLive: false,
    follows: null,
    promotes: null,
    setUp: null,
    configChanges: ['SHIPIT_ENV'],
    formation: [],
    shipitEnv: 'prod',
    steps: ['preflight', 'config', 'push', 'release', 'boot', 'health'],
    health: { path: '/healthz', isNamed: true, status: null, headers: [], timeout: null },
    preboot: null,
    waitTimeout: 1,
    rollback: true,
    force: false,
    overwrites: null,
    warnings: ['Uncommitted \u001B]0;x\u0007work'],
    findings: [],
  }

  it('says what replaces what, each step, and what a failure does', () => {
    const text = describePlan(plan).join('\n')
    expect(text)
      .to.include('Deploy 1a2b3c4 Fix it (main)')
      .and.include('myapp on Heroku (production)')
      .and.include('replacing v6, commit f00ba44')
    expect(text)
      .to.include('2. set config vars: SHIPIT_ENV')
      .and.include('/healthz')
      .and.include('goes back to v6')
  })

  it('names what --force drops, and says where it is not known', () => {
    const overwrites = { commit: 'abcdef0'.repeat(6), count: 3, subject: 'Their \u001B[2Jwork' }
    expect(describePlan({ ...plan, force: true, overwrites })).to.include(
      '    --force drops 3 commits that only the app has, the newest: abcdef0 Their work',
    )
    expect(
      describePlan({
        ...plan,
        force: true,
        overwrites: { ...overwrites, count: null, subject: null },
      }).join('\n'),
    )
      .to.include("drops the app's commit abcdef0")
      .and.include('not in this repository')
  })

  it('says that there is nothing to deploy', () => {
    expect(describePlan({ ...plan, isAlreadyLive: true })).to.deep.equal([
      '1a2b3c4 Fix it (main) serves already as v6 of myapp on Heroku (production): nothing to deploy.',
    ])
  })

  it('warns without a control byte', () => {
    expect(describeWarnings(plan)).to.have.lengthOf(1)
    expect(describeWarnings(plan)[0]).to.include('Uncommitted work')
  })
})
