import { expect } from 'chai'
import { githubReviews, REVIEW_WORKFLOW } from '../../src/init/ci/github-reviews.js'
import { githubWorkflow, WORKFLOW } from '../../src/init/ci/github.js'
import { planAppJson } from '../../src/init/plan/app-json.js'
import type { Draft } from '../../src/init/plan/draft.js'
import { newEcosystemFile } from '../../src/init/plan/ecosystem-file.js'
import type { Facts } from '../../src/init/plan/facts.js'
import { planInit } from '../../src/init/plan/index.js'
import {
  plainLaunch,
  type Detected,
  type FileStep,
  type InitOptions,
} from '../../src/init/types.js'
import type { RenderOptions } from '../../src/ecosystem/index.js'
import { detected, facts, FILE, LOCK, READY } from './ready-app.js'
import { options } from './real-folder.js'

const plan = (
  found: Partial<Detected> = {},
  known: Facts = facts(),
  asked: Partial<InitOptions> = {},
) => planInit(detected(found), options(asked), known, () => ({ fileName: FILE, text: 'the file' }))
describe('the ecosystem file of what was found', () => {
  const file = (found: Partial<Detected> = {}, asked: Partial<InitOptions> = {}) => {
    let seen: RenderOptions | undefined
    newEcosystemFile(detected(found), options(asked), (given) => {
      seen = given
      return { fileName: '', text: '' }
    })
    return seen!
  }
  const launched = (more: object) => file({ launch: { ...plainLaunch(), ...more } })

  it('has a name, a format and a script', () => {
    expect(file()).to.deep.equal({
      name: 'shop',
      script: 'server.js',
      format: 'yml',
      esm: false,
      instances: 'max',
      envNames: [],
      extra: {},
      beside: [],
    })
    expect(
      file({ moduleType: 'module' }, { format: 'js', memory: '1G', envNames: ['p'] }),
    ).to.include({
      format: 'js',
      esm: true,
      memory: '1G',
    })
    expect(launched({ options: { name: 'flag' } }).name).to.equal('flag')
    expect(launched({ options: { name: 5 } }).name).to.equal('shop')
    const named = file(
      { launch: { ...plainLaunch(), options: { name: 'flag' } } },
      { name: 'asked' },
    )
    expect(named).to.include({ name: 'asked' })
  })

  it('has as many processes as somebody said, and one where more would be wrong', () => {
    const count = ({ instances, instancesWhy = '' }: RenderOptions) => [
      instances,
      instancesWhy.split(' ').slice(0, 3).join(' '),
    ]
    const kept = { script: '', command: '', place: '', reason: '' }
    const stated = (instances: unknown) => ({ ...plainLaunch(), options: { instances } })
    const as = 'as the start'
    expect(count(file({ kept, single: 'so' }, { instances: 3 }))).to.deep.equal([3, ''])
    expect(count(file({ launch: stated(0) }))).to.deep.equal(['max', as])
    expect(count(file({ launch: stated('0') }))).to.deep.equal(['max', as])
    expect(count(file({ launch: stated(1), kept, single: 'so' }))).to.deep.equal([1, as])
    expect(count(file({ kept, single: 'so' }))).to.deep.equal([1, 'a command of'])
    expect(count(file({ single: 'it is so', processType: 'bot' }))).to.deep.equal([1, 'it is so'])
    expect(count(file({ processType: 'bot' }))).to.deep.equal([1, 'a worker that'])
    expect(count(file())).to.deep.equal(['max', ''])
    expect(file({ kept }).extra).to.deep.equal({ exec_mode: 'fork' })
    expect(file({ processType: 'bot' }).extra).to.deep.equal({ exec_mode: 'fork' })
    expect(file({ processType: 'bot', launch: stated(2) }).extra).to.deep.equal({})
  })

  it('has what the start command gave besides', () => {
    expect(
      launched({
        cwd: 'api',
        interpreter: 'tsx',
        args: ['--port', '1'],
        nodeArgs: ['-r', 'x'],
        env: { A: '1' },
        options: { name: 'n', instances: 2, kill_timeout: 5 },
      }).extra,
    ).to.deep.equal({
      cwd: 'api',
      interpreter: 'tsx',
      args: '--port 1',
      node_args: '-r x',
      kill_timeout: 5,
      env: { A: '1' },
    })
    for (const word of ['a b', '', 'a"b', "a'b", 'a\\b'])
      expect(launched({ args: ['x', word] }).extra, word).to.deep.equal({ args: ['x', word] })
  })

  it('hands the flags of NODE_OPTIONS to node, as Node.js splits them', () => {
    const nodeArgs = (NODE_OPTIONS: string) =>
      launched({ env: { NODE_OPTIONS }, nodeArgs: ['--last'] }).extra!['node_args']
    expect(nodeArgs('--a --b=1')).to.equal('--a --b=1 --last')
    expect(nodeArgs('--a="b c"  "--d \\"e\\" \\\\f"')).to.deep.equal([
      '--a=b c',
      '--d "e" \\f',
      '--last',
    ])
    // As `NODE_OPTIONS=--title=… node -p process.title` tells.
    expect(nodeArgs('--title=a\\b')).to.deep.equal(['--title=a\\b', '--last'])
    expect(nodeArgs('--title="a\\b"')).to.equal('--title=ab --last')
    expect(nodeArgs('--title=a"b c"d')).to.deep.equal(['--title=ab cd', '--last'])
    expect(nodeArgs('$NODE_OPTIONS --a')).to.equal('--a --last')
    expect(nodeArgs('')).to.equal('--last')
  })

  it('has the apps that ran beside the first', () => {
    const launch = { ...plainLaunch(), args: ['x'], options: { exec_mode: 'cluster' } }
    expect(file({ beside: [{ name: 'jobs', entry: 'jobs.js', launch }] }).beside).to.deep.equal([
      {
        name: 'jobs',
        script: 'jobs.js',
        instances: 1,
        extra: { args: 'x', exec_mode: 'fork' },
        instancesWhy: 'it ran beside the web app as one process',
      },
    ])
  })
})

describe('the app.json and the workflows that init plans', () => {
  it('name what is used, and what of it', () => {
    const planned = (dependencies: string[], more: Partial<Facts> = {}) => {
      const draft: Draft = { steps: [], decisions: [], warnings: [] }
      planAppJson(draft, detected({ dependencies }), { ...facts(), ...more })
      return draft.steps[0] as FileStep
    }
    const reasons = (...given: Parameters<typeof planned>) => planned(...given).why.split('\n')
    const [postgres, redis] = ['heroku-postgresql:essential-0', 'heroku-redis:mini']
    const general = 'what the app needs beside its code, for `deploy --create` and `review up`'
    for (const name of ['pg', 'postgres', 'pg-promise', 'pg-native'])
      expect(reasons([name])).to.deep.equal([general, `${postgres}: the app uses ${name}`])
    for (const name of ['ioredis', 'redis', '@redis/client', 'bull', 'bullmq', 'connect-redis'])
      expect(reasons([name])).to.deep.equal([general, `${redis}: the app uses ${name}`])
    for (const name of ['@prisma/client', 'prisma'])
      for (const provider of ['postgres', 'postgresql'])
        expect(reasons([name], { prismaSchema: `provider="${provider}"` })).to.deep.equal([
          general,
          `${postgres}: the app uses Prisma`,
        ])
    expect(reasons(['prisma'], { prismaSchema: 'provider = "postgresqlx"' })).to.deep.equal([
      general,
    ])
    const envExample = { file: '.env.x', text: 'DYNO=1\nPORT=1\n' }
    expect(reasons([], { envExample })).to.deep.equal([general])
    expect(planned([], { envExample }).after).to.not.contain('"env"')
    const own = { file: '.env.x', text: 'A=1\nREDIS_URL=1\n' }
    expect(reasons(['redis'], { envExample: own })).to.deep.equal([
      general,
      `${redis}: the app uses redis`,
      'config vars: the names in .env.x',
    ])
    const made = (name: string) =>
      planned([], { envExample: { file: 'e', text: `${name}=1` } }).after!.includes('generator')
    for (const name of ['SESSION_SECRET', 'COOKIE_KEY', 'JWTSECRET', 'SECRET', 'SECRET_KEY_BASE'])
      expect(made(name), name).to.equal(true)
    for (const name of ['STRIPE_SECRET', 'MY_SECRET', 'SECRET_X', 'API_KEY', 'SESSION_NAME'])
      expect(made(name), name).to.equal(false)
  })

  const input = { deploy: {}, packageManager: 'npm' as const, hasLockfile: true, hasEngines: true }

  it('are written, left alone, or written anew', () => {
    const asked = { ci: 'github' as const, reviews: true }
    const made = plan({}, facts(), asked)
    expect(made.steps).to.deep.equal([
      {
        kind: 'create',
        file: WORKFLOW,
        after: githubWorkflow(input),
        why: 'a push is deployed, a pull request rehearsed on the runner; its head says what it needs',
      },
      {
        kind: 'create',
        file: REVIEW_WORKFLOW,
        after: githubReviews(input),
        why: 'a pull request has an app of its own while it is open; its head says what it needs',
      },
    ])
    const there = facts(READY, { workflow: 'mine', reviewWorkflow: githubReviews(input) })
    const left = plan({}, there, asked)
    expect(left.steps).to.deep.equal([])
    expect(left.warnings).to.deep.equal([
      `${WORKFLOW} is there and is left as it is. To write it anew: --force, which writes the ` +
        'ecosystem file anew as well.',
    ])
    expect(plan({}, there, { ...asked, force: true }).steps).to.deep.include({
      kind: 'edit',
      file: WORKFLOW,
      before: 'mine',
      after: githubWorkflow(input),
      why: 'a push is deployed, a pull request rehearsed on the runner; its head says what it needs',
    })
    expect(plan({}, facts(), { ci: 'github' }).steps).to.have.length(1)
    expect(plan({}, facts(), { reviews: true }).steps).to.deep.equal([])
    const below = plan({}, facts(READY, { isRoot: false }), asked)
    expect(below.steps).to.deep.equal([])
    expect(below.warnings[0]).to.match(/^No workflow is written: GitHub looks for /)
  })

  it('know what will be there once the steps before are done', () => {
    const after = (found: Partial<Detected>, manifest: object = READY, lock = LOCK) =>
      (plan(found, facts(manifest, { lock }), { ci: 'github' }).steps.at(-1) as FileStep).after
    const bare = { lockfile: undefined, engines: undefined }
    expect(after(bare, {}, '')).to.equal(githubWorkflow(input))
    expect(after({ engines: '22.x', lockfile: undefined })).to.equal(
      githubWorkflow({ ...input, hasLockfile: false }),
    )
    expect(after({ packageManager: 'yarn', lockfile: 'yarn.lock' }, {}, '')).to.equal(
      githubWorkflow({ ...input, packageManager: 'yarn' }),
    )
  })

  it('name branch, environment and tool as the file and the project do', () => {
    const workflow = (more: object) => githubWorkflow({ ...input, ...more })
    const branch = (ref: string) =>
      /branches: \[(.*)\]/.exec(workflow({ deploy: { p: { ref } } }))![1]
    for (const [ref, name] of [
      ['refs/heads/a/b', 'a/b'],
      ['x/refs/heads/a', 'x/refs/heads/a'],
      ['v1.2-a', 'v1.2-a'],
      ['a b', 'main'],
      ['a,b', 'main'],
      ['', 'main'],
    ] as const)
      expect(branch(ref), ref).to.equal(name)
    const first = (...names: string[]) =>
      /shipit deploy(.*) --yes --timestamps/.exec(
        workflow({ deploy: Object.fromEntries(names.map((name) => [name, {}])) }),
      )![1]
    expect(first('a', 'b')).to.equal(' a')
    expect(first('a', 'production')).to.equal(' production')
    for (const odd of ['a b', '-a', 'a;', '$a']) expect(first(odd), odd).to.equal('')
    for (const name of ['.a', '_a', 'a-b.c']) expect(first(name), name).to.equal(` ${name}`)
    expect(workflow({ deploy: { p: {} } })).to.not.contain('Config vars for the rehearsal')
    expect(workflow({ deploy: { p: { config: ['A'] } } })).to.contain('(deploy.p.config)')
    expect(workflow({ deploy: { 'p q': { config: ['A'] } } })).to.not.contain('Config vars for')
    const needsApp = (more: object) => workflow(more).match(/HEROKU_APP/g)?.length ?? 0
    expect(needsApp({ deploy: { p: { app: 'a' } } })).to.equal(0)
    expect(needsApp({ deploy: { p: {} } })).to.be.greaterThan(1)
    for (const [packageManager, tool, command] of [
      ['npm', 'npm', 'npm ci'],
      ['yarn', 'yarn', 'yarn install --frozen-lockfile'],
      ['yarn-berry', 'yarn', 'yarn install --immutable'],
      ['pnpm', 'pnpm', 'pnpm install --frozen-lockfile'],
    ] as const) {
      const locked = workflow({ packageManager })
      expect(locked).to.contain(`          cache: ${tool}\n`).and.contain(`- run: ${command}\n`)
      expect(locked.includes('corepack enable')).to.equal(tool !== 'npm')
      expect(workflow({ packageManager, hasLockfile: false }))
        .to.contain(`- run: ${tool} install\n`)
        .and.not.contain('cache:')
    }
  })

  it('check out the head of a pull request, and change a comment that is there', () => {
    const text = githubReviews(input)
    expect(text.match(/ref: \$\{\{ github\.event\.pull_request\.head\.sha \}\}/g)).to.have.length(2)
    expect(text.match(/--method PATCH/g)).to.have.length(2)
    expect(text.match(/--method POST/g)).to.have.length(1)
  })
})
