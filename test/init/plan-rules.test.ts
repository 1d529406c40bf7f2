import { expect } from 'chai'
import type { Facts } from '../../src/init/plan/facts.js'
import { withEntries } from '../../src/init/plan/gitignore.js'
import { planInit } from '../../src/init/plan/index.js'
import { editPackageJson, nodeRange, stringAt } from '../../src/init/plan/package-json-edit.js'
import { movedStart } from '../../src/init/plan/process-types.js'
import type { Detected, FileStep, InitOptions, RunStep } from '../../src/init/types.js'
import { detected, facts, FILE, READY, SPEC, START, TARBALL } from './ready-app.js'
import { options } from './real-folder.js'

const plan = (
  found: Partial<Detected> = {},
  known: Facts = facts(),
  asked: Partial<InitOptions> = {},
) => planInit(detected(found), options(asked), known, () => ({ fileName: FILE, text: 'the file' }))
const steps = (...given: Parameters<typeof plan>) => plan(...given).steps
const only = (...given: Parameters<typeof plan>) => {
  const made = steps(...given)
  expect(made).to.have.length(1)
  return made[0]!
}
const scripts = (step: unknown) =>
  (JSON.parse((step as FileStep).after!) as { scripts: object }).scripts

describe('what is left for init to do', () => {
  it('is nothing where all is as it will be', () => {
    expect(plan()).to.deep.equal({ dir: '/app', steps: [], decisions: ['It is.'], warnings: [] })
  })

  it('is to bring the runtime, or the one that was built anew', () => {
    const bring = steps({}, facts(READY, { vendored: [] }))
    expect(bring[0]).to.deep.equal({
      kind: 'create',
      file: TARBALL,
      from: '/x.tgz',
      why: 'the runtime that starts PM2 in the dyno; commit it with the app',
    })
    expect(bring.map(({ kind }) => kind)).to.deep.equal(['create', 'run'])
    const name = 'shipit-runtime-1.2.0.tgz'
    expect(steps({}, facts(READY, { vendored: [{ name, isSame: false }] }))[0]).to.include({
      kind: 'edit',
      file: TARBALL,
      why: 'the runtime, newly built',
    })
    const older = { name: 'shipit-runtime-1.0.0.tgz', isSame: true }
    expect(only({}, facts(READY, { vendored: [older, { name, isSame: true }] }))).to.deep.equal({
      kind: 'remove',
      file: 'vendor/shipit-runtime-1.0.0.tgz',
      why: 'an older version of the runtime',
    })
  })

  it('is to write the ecosystem file, and to say which is used no longer', () => {
    expect(only({}, facts(READY, { existing: {} }))).to.deep.equal({
      kind: 'create',
      file: FILE,
      after: 'the file',
      why: 'what PM2 runs in each dyno, a comment a line',
    })
    const before = { [FILE]: 'old', 'process.json': '', 'pm2.json': '' }
    const anew = plan({}, facts(READY, { existing: before }))
    expect(anew.steps).to.deep.equal([
      { kind: 'edit', file: FILE, before: 'old', after: 'the file', why: 'written anew (--force)' },
    ])
    expect(anew.warnings).to.deep.equal([
      'process.json and pm2.json is no longer used, and stays where it is.',
    ])
  })

  it('leaves an ecosystem file alone, and says which flags are then not used', () => {
    const ecosystemFile = { file: 'mine.json', startArgs: ['--env', 'prod'], because: '' }
    const asked: Partial<InitOptions> = {
      format: 'yml',
      name: 'n',
      entry: 'e',
      instances: 1,
      memory: '1G',
      envNames: ['p'],
    }
    const start = 'shipit-runtime start mine.json --env prod'
    const known = facts({ ...READY, scripts: { start } })
    const made = plan({ ecosystemFile, start }, known, asked)
    expect(made.steps).to.deep.equal([])
    expect(made.warnings).to.deep.equal([
      '--format, --name, --entry, --instances, --memory, --env: not used, because mine.json is ' +
        'there. Edit it, or write a new one with --force.',
    ])
    expect(plan({ ecosystemFile, start }, known).warnings).to.deep.equal([])
  })

  it('is to let git ignore, and commit, what it should', () => {
    const step = (more: Partial<Facts>) => only({}, facts(READY, more))
    expect(step({ unignored: ['.env', '*.log'], gitignore: 'a' })).to.deep.equal({
      kind: 'edit',
      file: '.gitignore',
      before: 'a',
      after: 'a\n.env\n*.log\n',
      why: 'leave out .env, *.log',
    })
    expect(step({ isTarballIgnored: true })).to.include({
      kind: 'create',
      why: 'let the vendored runtime into commits',
    })
    expect(step({ isTarballIgnored: true, unignored: ['.env'] }).why).to.equal(
      'leave out .env\nlet the vendored runtime into commits',
    )
    expect(withEntries('', ['a'], false)).to.equal('a\n')
    const warned = (slugignore: string) => plan({}, facts(READY, { slugignore })).warnings.length
    for (const text of ['vendor', '/vendor/', 'a\nvendor/x', '*.tgz', '/*.tgz'])
      expect(warned(text), text).to.equal(1)
    for (const text of ['', 'vendors', 'a/vendor', 'x*.tgz', '#vendor'])
      expect(warned(text), text).to.equal(0)
  })

  it('repeats no secret in its reasons', () => {
    const made = plan({ start: 'API_TOKEN=s3cr3t node a.js' }, facts({ ...READY, scripts: {} }))
    expect(JSON.stringify(made.steps.map(({ why }) => why))).to.not.contain('s3cr3t')
  })
})

describe('what init does to package.json', () => {
  const edited = (found: Partial<Detected>, manifest: object = READY, more: Partial<Facts> = {}) =>
    only(found, facts(manifest, more))

  it('is to set what the start script is to be, with the reason', () => {
    const step = edited({ start: undefined }, { dependencies: READY.dependencies })
    expect(step).to.include({ kind: 'edit', file: 'package.json' })
    expect(step.why).to.equal(`scripts.start: (none) → ${START}`)
    expect(scripts(step)).to.deep.equal({ start: START })
  })

  it('is to keep a command that is not understood', () => {
    const kept = { script: 'start:app', command: './run', place: '', reason: '' }
    const step = edited(
      { kept, start: './run', scripts: { start: './run' } },
      { ...READY, scripts: { start: './run', prestart: 'x' } },
    )
    expect(step.why).to.equal(`scripts.start: ./run → ${START}\nscripts.start:app: ./run, as it is`)
    expect(scripts(step)).to.deep.equal({ start: START, prestart: 'x', 'start:app': './run' })
  })

  it('is to let others run what the start script was, with what ran before it', () => {
    const startCallers = [
      { place: 'package.json' as const, name: 'jobs', command: 'npm start -- --jobs' },
      { place: 'Procfile' as const, name: 'clock', command: 'npm start' },
    ]
    const found = { start: 'node a.js', startCallers, scripts: { start: 'node a.js' } }
    const manifest = {
      ...READY,
      scripts: { start: 'node a.js', prestart: 'x', jobs: 'npm start -- --jobs' },
    }
    const [step, procfile] = steps(found, facts(manifest, { procfile: 'clock: npm start\n' }))
    expect(scripts(step)).to.deep.equal({
      start: START,
      prestart: 'x',
      jobs: 'npm run start:app -- --jobs',
      'start:app': 'node a.js',
      'prestart:app': 'x',
    })
    expect(step!.why.split('\n')).to.deep.equal([
      `scripts.start: node a.js → ${START}`,
      'scripts.start:app: node a.js, for the process types that run it',
      'scripts.prestart:app: x',
      'scripts.jobs: npm start -- --jobs → npm run start:app -- --jobs',
    ])
    expect(procfile).to.deep.include({
      file: 'Procfile',
      after: 'clock: npm run start:app\n',
      why: 'clock: npm start → npm run start:app',
    })
  })

  it('is to run before the app what ran before it', () => {
    const before = ['npm run migrate', 'npm run seed']
    expect(scripts(edited({ before }))).to.deep.equal({
      start: START,
      prestart: 'npm run migrate && npm run seed',
    })
    const step = edited({ before }, { ...READY, scripts: { start: START, prestart: 'x' } })
    expect(step.why).to.equal('scripts.prestart: x && npm run migrate && npm run seed')
    const told = (packageManager: Detected['packageManager']) =>
      plan({ before, packageManager }).warnings.length
    expect([told('npm'), told('yarn'), told('yarn-berry')]).to.deep.equal([0, 0, 1])
  })

  it('is to depend on the runtime, where Heroku does not prune it', () => {
    const manifest = {
      scripts: READY.scripts,
      devDependencies: { 'shipit-runtime': SPEC, a: '1' },
    }
    const [step, run] = steps({}, facts(manifest))
    expect(JSON.parse((step as FileStep).after!)).to.deep.equal({
      scripts: READY.scripts,
      devDependencies: { a: '1' },
      dependencies: { 'shipit-runtime': SPEC },
    })
    expect(step!.why).to.equal(
      `dependencies.shipit-runtime: ${SPEC}\n` +
        'devDependencies.shipit-runtime removed: Heroku prunes these',
    )
    expect(run).to.include({ kind: 'run' })
  })

  it('is to say which Node.js the app needs', () => {
    const engines = (more: Partial<Detected>, version = '22.3.0') =>
      edited({ engines: undefined, ...more }, READY, { node: version }).why
    expect(engines({})).to.equal('engines.node: 22.x, so that Heroku runs the Node you test with')
    expect(engines({ needsNode: '24.1.0' })).to.equal(
      'engines.node: 24.x, which runs server.js without a build',
    )
    expect(engines({ pinnedNode: 20 })).to.match(/^engines\.node: 20\.x/)
    const ranges: [Parameters<typeof nodeRange>, string][] = [
      [['23.1.0'], '22.x'],
      [['22.1.0', 23], '23.x'],
      [['22.1.0', 20], '20.x'],
      [['22.1.0', 19], '22.x'],
      [['20.1.0', undefined, '22.18.0'], '22.x'],
      [['24.1.0', undefined, '22.18.0'], '24.x'],
      [['21.0.0', undefined, '23.6.0'], '23.x'],
    ]
    for (const [given, range] of ranges)
      expect(nodeRange(...given), given.join(' ')).to.equal(range)
  })

  it('goes by text alone, and keeps the order of what is not in order', () => {
    expect(stringAt({ a: { b: 5 } }, 'a', 'b')).to.equal(undefined)
    expect(stringAt({ a: 'x' }, 'a', 'length')).to.equal(undefined)
    expect(stringAt({ a: { b: 'x' } }, 'a', 'b')).to.equal('x')
    const listed = (...names: string[]) =>
      Object.keys(
        (
          JSON.parse(
            editPackageJson(
              JSON.stringify({
                dependencies: Object.fromEntries(names.map((name) => [name, '1'])),
              }),
              [{ path: ['dependencies', 'm'], value: '1' }],
            ),
          ) as { dependencies: object }
        ).dependencies,
      ).join('')
    expect(
      ['abz', 'az', 'nz', 'ab', 'za', 'azb', 'bzn', ''].map((all) => listed(...all)),
    ).to.deep.equal([...['abmz', 'amz', 'mnz', 'abm', 'zam', 'azbm', 'bznm', 'm']])
    const others = editPackageJson('{\n "scripts": {\n  "z": "1",\n  "a": "1"\n }\n}\n', [
      { path: ['scripts', 'b'], value: 'x' },
      { path: ['scripts', 'z'], value: undefined },
    ])
    expect(others).to.equal('{\n "scripts": {\n  "a": "1",\n  "b": "x"\n }\n}\n')
    expect(editPackageJson('{}', [{ path: ['a', 'b'], value: 'x' }])).to.equal(
      '{\n  "a": {\n    "b": "x"\n  }\n}',
    )
  })
})

describe('what init does to the Procfile', () => {
  const change = (found: Partial<Detected>, procfile?: string) => {
    const made = plan(found, facts(READY, procfile === undefined ? {} : { procfile }))
    const step = made.steps.find(({ file }) => file === 'Procfile') as FileStep | undefined
    return { after: step?.after, why: step?.why, kind: step?.kind, ...made }
  }
  const yarn = { startCommand: 'yarn start' as const }

  it('is nothing where its line runs the start script', () => {
    const made = change({ processCommand: 'npm start' }, 'web: npm start\n')
    expect(made).to.deep.include({ after: undefined, decisions: ['It is.'] })
    expect(change({}).after).to.equal(undefined)
  })

  it('is to let its line do so, behind what wraps it', () => {
    const made = change(
      { processCommand: 'bin/start-nginx node a.js', procfileRunsStart: false },
      'web: bin/start-nginx node a.js\n',
    )
    expect(made).to.deep.include({
      kind: 'edit',
      after: 'web: bin/start-nginx npm start\n',
      why: 'web: bin/start-nginx node a.js → bin/start-nginx npm start',
      decisions: [
        'It is.',
        'The Procfile decides what Heroku runs, so its web line must run the start script; ' +
          'other process types stay.',
      ],
    })
  })

  it("is to have yarn start an app of Plug'n'Play", () => {
    expect(change(yarn)).to.include({
      kind: 'create',
      after: 'web: yarn start\n',
      why:
        "web: yarn start, because Heroku's own `npm start` does not find what Yarn's Plug'n'Play " +
        'has installed',
    })
    for (const command of ['npm start', 'npm run start'])
      expect(
        change(
          { ...yarn, processCommand: `x && ${command} -- -a` },
          `web: x && ${command} -- -a\n`,
        ),
      ).to.include({ after: 'web: x && yarn start -- -a\n' })
    expect(
      change({ ...yarn, processCommand: 'pnpm started' }, 'web: pnpm started\n').after,
    ).to.equal(undefined)
  })

  it('warns of a web process that would be the worker a second time', () => {
    const { warnings } = change(
      { processType: 'bot', processCommand: 'npm start' },
      'bot: npm start',
    )
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.contain('--scale web=0 --scale bot=1')
  })

  it('warns of lines that start the apps of the file a second time', () => {
    const startCallers = [
      { place: 'Procfile' as const, name: 'jobs', command: 'npm start' },
      { place: 'package.json' as const, name: 'dev', command: 'yarn start' },
    ]
    const { warnings, after } = change({ startCallers }, 'jobs: npm start\n')
    expect(after).to.equal(undefined)
    expect(warnings.map((text) => text.split(',')[0])).to.deep.equal([
      "The Procfile's jobs line runs `npm start`",
      'scripts["dev"] runs `yarn start`',
    ])
    expect(warnings[0]).to.contain(`: ${START} --only NAME`)
    expect(change({ startCallers: [] }).warnings).to.deep.equal([])
    const moved = { startCallers, scripts: { 'start:app': 'node a.js' } }
    expect(change(moved, 'jobs: npm start\n')).to.deep.include({
      warnings: [],
      after: 'jobs: npm run start:app\n',
    })
  })

  it('moves the start script only where somebody needs it', () => {
    const caller = { place: 'Procfile' as const, name: 'jobs', command: 'npm start' }
    const moved = (more: Partial<Detected>) => movedStart(detected(more))
    expect(moved({ start: 'node a.js' })).to.equal(undefined)
    expect(moved({ start: undefined, startCallers: [caller] })).to.equal(undefined)
    expect(moved({ start: 'node a.js', startCallers: [caller] })).to.deep.equal({
      script: 'start:app',
      command: 'node a.js',
    })
    for (const script of ['start:app', 'app:start'])
      expect(moved({ startCallers: [caller], scripts: { [script]: 'x' } })).to.deep.equal({
        script,
        command: 'x',
      })
    expect(
      moved({ startCallers: [caller], scripts: { 'app:start': 'y', 'start:app': 'x' } }),
    ).to.deep.equal({ script: 'start:app', command: 'x' })
    expect(moved({ startCallers: [caller], scripts: { other: 'x' } })).to.equal(undefined)
  })
})

describe('what init does to the lockfile', () => {
  const run = (found: Partial<Detected>, known: Facts) =>
    steps(found, known).find(({ kind }) => kind === 'run') as RunStep | undefined
  const old = facts({ scripts: READY.scripts })

  it('is nothing where it holds the runtime, and something by each of three reasons', () => {
    expect(run({}, facts())).to.equal(undefined)
    expect(run({}, facts(READY, { lock: 'nothing' }))).to.not.equal(undefined)
    expect(run({}, facts(READY, { lock: undefined }))).to.not.equal(undefined)
    expect(run({}, facts(READY, { vendored: [] }))).to.not.equal(undefined)
    expect(run({}, old)).to.not.equal(undefined)
  })

  it('is what the package manager does, and how it is tried', () => {
    expect(run({}, old)).to.deep.equal({
      kind: 'run',
      command: (
        'npm install --package-lock-only --ignore-scripts --no-audit --no-fund ' +
        '--workspaces=false'
      ).split(' '),
      file: 'package-lock.json',
      mustHold: [`"${SPEC}"`, 'sha512-five'],
      manager: 'npm',
      isAlone: true,
      isApart: false,
      install: (
        'npm ci --include=dev --ignore-scripts --no-audit --no-fund --prefer-offline ' +
        '--workspaces=false'
      ).split(' '),
      why: 'brings package-lock.json in step; runs no scripts and leaves node_modules alone',
    })
    const v1 = run({}, facts({ scripts: {} }, { lock: '{"lockfileVersion": 1}' }))
    expect(v1).to.include({
      isApart: true,
      why:
        'adds the runtime to package-lock.json, which stays as it is otherwise, in version 1 of ' +
        'its format',
    })
    expect(v1!.command).to.include('--lockfile-version=1')
    expect(run({}, facts({}, { lock: '{"lockfileVersion": 3}' }))!.command).to.include(
      '--lockfile-version=3',
    )
    const absent = facts({}, { lock: undefined })
    expect(run({ lockfile: undefined }, absent)!.file).to.equal('package-lock.json')
    expect(run({ lockfile: undefined, packageManager: 'pnpm' }, absent)!.file).to.equal(
      'pnpm-lock.yaml',
    )
    expect(run({ lockfile: 'npm-shrinkwrap.json' }, old)!.file).to.equal('npm-shrinkwrap.json')
  })

  it('knows whether the app stands alone', () => {
    const isAlone = (found: Partial<Detected>, manifest = {}) =>
      run(found, facts(manifest))!.isAlone
    const pnpm = { packageManager: 'pnpm' as const }
    expect(isAlone({})).to.equal(true)
    expect(isAlone({}, { workspaces: [] })).to.equal(false)
    expect(isAlone({ hasPnpmWorkspace: true })).to.equal(true)
    expect(isAlone({ ...pnpm, hasPnpmWorkspace: true })).to.equal(false)
    expect(isAlone(pnpm)).to.equal(true)
  })

  it('is run by what fits the format', () => {
    const tool = ['npx', '--yes', 'pnpm@8']
    const step = run({ packageManager: 'pnpm' }, facts({}, { tool }))!
    expect(step.command.slice(0, 3)).to.deep.equal(tool)
    expect(step.install.slice(0, 3)).to.deep.equal(tool)
  })

  it('loses an old digest before, and of Yarn 1 has another way', () => {
    const lock = `"shipit-runtime@${SPEC}":\n  resolved "${SPEC}#old"\n`
    const yarn = { packageManager: 'yarn' as const, lockfile: 'yarn.lock' }
    const [edit, stale] = steps(yarn, facts(READY, { lock }))
    expect(edit).to.deep.equal({
      kind: 'edit',
      file: 'yarn.lock',
      before: lock,
      after: '',
      why: 'without the digest of the old runtime',
    })
    expect((stale as RunStep).command).to.include('--cache-folder')
    expect(stale).to.not.have.property('orElse')
    const fresh = run(yarn, facts(READY, { lock: '' }))!
    expect(fresh.command).to.not.include('--cache-folder')
    expect(fresh.orElse).to.deep.equal([...fresh.command, '--cache-folder', '<scratch>/cache'])
  })
})
