import { expect } from 'chai'
import { parse } from 'yaml'
import { detect } from '../../src/init/detect/index.js'
import { callingScript } from '../../src/init/detect/start-callers.js'
import { planInit } from '../../src/init/plan/index.js'
import { renderEcosystem } from '../../src/ecosystem/index.js'
import { nodeRange } from '../../src/init/plan/package-json-edit.js'
import { editPackageJson } from '../../src/init/plan/package-json-edit.js'
import { withEntries } from '../../src/init/plan/gitignore.js'
import type { Facts } from '../../src/init/plan/facts.js'
import type { FileStep, InitOptions, InitPlan, InitStep } from '../../src/init/types.js'
import { memoryFolder } from './memory-folder.js'
import { options, plainEcosystem } from './real-folder.js'

const runtime = {
  version: '1.2.0',
  file: '/x/shipit-runtime-1.2.0.tgz',
  sha1: 'aa',
  sha512: 'bb==',
}

function plan(
  files: Record<string, string | object>,
  asked: Partial<InitOptions> = {},
  facts: Partial<Facts> = {},
  render = plainEcosystem.render,
): InitPlan {
  const folder = memoryFolder({ 'server.js': '', ...files })
  const text = (file: string) => folder.read(file)
  const given = options(asked)
  const detected = detect(folder, { ignoreEcosystemFile: given.force })
  const all: Facts = {
    dir: '/app',
    packageJson: text('package.json')!,
    procfile: text('Procfile'),
    gitignore: text('.gitignore'),
    runtime,
    vendored: [],
    isTarballIgnored: false,
    unignored: [],
    existing: {},
    node: '22.3.0',
    deploy: {},
    isRoot: true,
    ...facts,
  }
  return planInit(detected, given, all, render)
}

/** With the ecosystem file as it is really written. */
const wholePlan = (files: Record<string, string | object>) => plan(files, {}, {}, renderEcosystem)

/** Of a project in which no server.js lies. */
function workerPlan(files: Record<string, string | object | undefined>): InitPlan {
  const folder = memoryFolder(
    Object.fromEntries(
      Object.entries(files).filter(
        (entry): entry is [string, string | object] => entry[1] !== undefined,
      ),
    ),
  )
  const facts: Facts = {
    dir: '/app',
    packageJson: folder.read('package.json')!,
    procfile: folder.read('Procfile'),
    runtime,
    vendored: [],
    isTarballIgnored: false,
    unignored: [],
    existing: {},
    node: '22.3.0',
    deploy: {},
    isRoot: true,
  }
  return planInit(detect(folder), options(), facts, renderEcosystem)
}

const step = (steps: InitStep[], file: string) =>
  steps.find((each) => each.file === file && each.kind !== 'run') as FileStep | undefined
const manifest = (made: InitPlan) =>
  JSON.parse(step(made.steps, 'package.json')!.after!) as Record<string, Record<string, string>>
const node = { 'package.json': { name: 'api', scripts: { start: 'node server.js' } } }

describe('the plan of shipit init', () => {
  it('names each file before package.json points at it, and the lockfile last', () => {
    const { steps } = plan(node, {}, { unignored: ['.env'] })
    expect(steps.map(({ kind, file }) => `${kind} ${file}`)).to.deep.equal([
      'create vendor/shipit-runtime-1.2.0.tgz',
      'create ecosystem.config.yml',
      'create .gitignore',
      'edit package.json',
      'run package-lock.json',
    ])
  })

  it('sets the start script, the dependency and engines, and says what the start was', () => {
    const made = plan(node)
    expect(manifest(made)).to.deep.include({
      scripts: { start: 'shipit-runtime start ecosystem.config.yml' },
      dependencies: { 'shipit-runtime': 'file:vendor/shipit-runtime-1.2.0.tgz' },
      engines: { node: '22.x' },
    })
    expect(step(made.steps, 'package.json')!.why).to.contain(
      'node server.js → shipit-runtime start',
    )
  })

  it('leaves engines alone where there are some', () => {
    expect(
      manifest(plan({ 'package.json': { ...node['package.json'], engines: { node: '>=20' } } }))[
        'engines'
      ],
    ).to.deep.equal({ node: '>=20' })
  })

  it('is plain data', () => {
    const made = plan(node)
    expect(JSON.parse(JSON.stringify(made))).to.deep.equal(made)
  })

  it('hands the flags to the ecosystem file', () => {
    const made = plan(
      { 'package.json': { type: 'module', scripts: { start: 'node server.js' } } },
      { format: 'js', name: 'shop', instances: 3, memory: '200M', envNames: ['homolog'] },
    )
    expect(step(made.steps, 'ecosystem.config.cjs')!.after).to.equal(
      'name: shop\nscript: server.js\n{"instances":3,"memory":"200M","envNames":["homolog"]}\n',
    )
    expect(manifest(made)['scripts']!['start']).to.equal(
      'shipit-runtime start ecosystem.config.cjs',
    )
  })

  it("carries the start command's words, node's flags and variables over, but no port, secret or NODE_ENV=production", () => {
    const start =
      'NODE_ENV=production PORT=3000 API_TOKEN=x DEBUG=app NODE_OPTIONS="--trace-warnings --max-old-space-size=300" node -r ./t.js server.js --name "a b"'
    const made = plan({ 'package.json': { scripts: { start } } })
    expect(step(made.steps, 'ecosystem.config.yml')!.after).to.contain(
      '"args":["--name","a b"],"node_args":"--trace-warnings --max-old-space-size=300 -r ./t.js","env":{"DEBUG":"app"}}',
    )
    expect(made.warnings.join('\n')).to.match(
      /PORT=3000 is left out[^]*API_TOKEN looks like a secret/,
    )
    expect(step(made.steps, 'ecosystem.config.yml')!.after).to.not.contain('API_TOKEN')
  })

  it('repeats no secret of a command in what it says', () => {
    const made = plan({
      'package.json': {
        scripts: {
          start:
            'API_TOKEN=s3cr3t DATABASE_URL="postgres://me:s3cr3t@db/x" DEBUG=app node server.js | tee TOKEN=s3cr3t',
        },
      },
      Procfile: 'web: SESSION_SECRET=s3cr3t node server.js\n',
    })
    const said = [...made.decisions, ...made.warnings, ...made.steps.map(({ why }) => why)].join(
      '\n',
    )
    expect(said).to.not.contain('s3cr3t')
    expect(said).to.contain('scripts.start: API_TOKEN=… DATABASE_URL=… DEBUG=app node server.js')
  })

  it('keeps what ran before the app in prestart', () => {
    const made = plan({
      'package.json': {
        scripts: {
          prestart: 'node check.js',
          start: 'npm run migrate && node server.js',
          migrate: 'node m.js',
        },
      },
    })
    expect(manifest(made)['scripts']!['prestart']).to.equal('node check.js && npm run migrate')
  })

  it('makes the Procfile run the start script and leaves its other lines', () => {
    const Procfile = '# types\r\nrelease: node m.js\r\nweb: node server.js\r\nworker: node w.js\r\n'
    expect(step(plan({ ...node, Procfile }).steps, 'Procfile')!.after).to.equal(
      '# types\r\nrelease: node m.js\r\nweb: npm start\r\nworker: node w.js\r\n',
    )
    for (const web of [
      'npm start',
      'yarn start',
      'npm run migrate && npm start',
      'shipit-runtime start ecosystem.config.yml',
    ]) {
      expect(step(plan({ ...node, Procfile: `web: ${web}\n` }).steps, 'Procfile'), web).to.equal(
        undefined,
      )
    }
    expect(
      step(
        plan({ ...node, Procfile: 'web: FORCE=1 bin/start-nginx node server.js\n' }).steps,
        'Procfile',
      )!.after,
    ).to.equal('web: FORCE=1 bin/start-nginx npm start\n')
    expect(
      step(
        plan({ ...node, Procfile: 'web: bin/start-pgbouncer bin/start-nginx npm start\n' }).steps,
        'Procfile',
      ),
    ).to.equal(undefined)
    const early = plan({
      'package.json': { scripts: { start: 'node server.js' } },
      Procfile: 'web: npm run migrate && npm start',
    })
    expect(manifest(early)['scripts']).to.not.have.property('prestart')
  })

  it('keeps a start command that it does not understand, as a script of its own', () => {
    const made = wholePlan({
      'package.json': { scripts: { start: 'bash start.sh "a b"', build: 'make' } },
      'server.js': '',
      'start.sh': '',
    })
    expect(manifest(made)['scripts']).to.include({
      start: 'shipit-runtime start ecosystem.config.yml',
      'start:app': 'bash start.sh "a b"',
    })
    const { after } = step(made.steps, 'ecosystem.config.yml')!
    expect(after)
      .to.match(/script: npm .*\n/)
      .and.match(/exec_mode: fork /)
      .and.match(/instances: 1 .*name its file/)
      .and.match(/args: "run start:app" /)
  })

  it('writes the apps of a line that starts several', () => {
    const made = wholePlan({
      'package.json': { scripts: { start: 'node web.js & node jobs.js --all & wait' } },
      'web.js': 'listen(process.env.PORT)',
      'jobs.js': '',
    })
    const { apps } = parse(step(made.steps, 'ecosystem.config.yml')!.after!) as { apps: object[] }
    expect(apps).to.have.length(2)
    expect(apps[0]).to.include({ script: 'web.js', exec_mode: 'cluster', instances: 'max' })
    expect(apps[1]).to.include({
      name: 'jobs',
      script: 'jobs.js',
      exec_mode: 'fork',
      instances: 1,
      args: '--all',
    })
  })

  it('lets other process types run what the start script was', () => {
    const Procfile =
      'web: npm start -- --services=web\nworker: npm start -- --services=jobs\nclock: npm run clock\n'
    const made = wholePlan({
      'package.json': { scripts: { start: 'node server.js', clock: 'yarn start --clock' } },
      'server.js': '',
      Procfile,
    })
    expect(step(made.steps, 'Procfile')!.after).to.equal(
      'web: npm start\nworker: npm run start:app -- --services=jobs\nclock: npm run clock\n',
    )
    expect(manifest(made)['scripts']).to.deep.equal({
      start: 'shipit-runtime start ecosystem.config.yml',
      'start:app': 'node server.js',
      clock: 'yarn run start:app --clock',
    })
    expect(parse(step(made.steps, 'ecosystem.config.yml')!.after!)).to.have.nested.property(
      'apps[0].args',
      '--services=web',
    )
  })

  it('gives each command that ran the start script what that was, however it ran it, and no other', () => {
    const calls = (command: string) => callingScript(command, 'start:app')
    for (const [command, own] of [
      ['npm start', 'npm run start:app'],
      ['npm -s run start', 'npm run start:app'],
      ['JOBS=1 yarn start --worker', 'JOBS=1 yarn run start:app --worker'],
      [
        'npm run migrate && pnpm start -- --jobs',
        'npm run migrate && pnpm run start:app -- --jobs',
      ],
      ['bash -c "npm start"', 'bash -c "npm run start:app"'],
      ['pm2-runtime npm --name jobs -- start', 'pm2-runtime npm --name jobs -- run start:app'],
      ['node --run start', 'node --run start:app'],
      ['concurrently npm:start npm:jobs', 'concurrently npm:start:app npm:jobs'],
      ['run-p jobs start', 'run-p jobs start:app'],
    ] as const)
      expect(calls(command), command).to.equal(own)
    for (const command of [
      'npm run start:worker',
      'cd api && npm start',
      'npm --prefix api start',
      'npm start -w api',
      'yarn workspace api start',
      'pnpm --filter api start',
      'node start',
      'npm run startup',
      'run-p start:*',
    ]) {
      expect(calls(command), command).to.equal(command)
    }
  })

  it('runs before a moved start script what ran before it', () => {
    const made = wholePlan({
      'package.json': { scripts: { prestart: 'node check.js', start: 'node server.js' } },
      Procfile: 'worker: npm start -- --jobs\n',
      'server.js': 'listen(process.env.PORT)',
    })
    expect(manifest(made)['scripts']).to.include({
      'start:app': 'node server.js',
      'prestart:app': 'node check.js',
      prestart: 'node check.js',
    })
  })

  it('completes the Procfile after a run that ended with package.json', () => {
    const files = {
      'package.json': {
        scripts: {
          start: 'shipit-runtime start ecosystem.config.yml',
          'start:app': 'node server.js',
        },
        dependencies: {},
      },
      'ecosystem.config.yml': 'apps: []',
      Procfile: 'web: npm start\nworker: npm start -- --jobs\n',
    }
    expect(step(plan(files).steps, 'Procfile')!.after).to.equal(
      'web: npm start\nworker: npm run start:app -- --jobs\n',
    )
  })

  it('says which line starts the web app by accident, if it was written after init', () => {
    const made = plan({
      'package.json': { scripts: { start: 'shipit-runtime start ecosystem.config.yml' } },
      'ecosystem.config.yml': 'apps: []',
      Procfile: 'web: npm start\nworker: npm start\n',
    })
    expect(made.warnings.join())
      .to.contain(
        "The Procfile's worker line runs `npm start`, which starts the apps of the ecosystem file",
      )
      .and.contain('--only NAME')
  })

  it('gives a script that is run by a pattern no name of that pattern', () => {
    const made = wholePlan({
      'package.json': {
        scripts: { start: 'run-s start:* && ./bin/after.sh', 'start:a': 'node a.js' },
      },
      'a.js': '',
    })
    expect(manifest(made)['scripts'])
      .to.include({ 'app:start': 'run-s start:* && ./bin/after.sh' })
      .and.not.have.property('start:app')
  })

  for (const [what, files] of [
    [
      'its worker line runs the start script',
      {
        'package.json': { scripts: { start: 'node bot.js' } },
        'bot.js': '',
        Procfile: 'worker: npm start\n',
      },
    ],
    [
      'its worker line is the start script',
      {
        'package.json': { scripts: { start: 'node bot.js' } },
        'bot.js': '',
        Procfile: 'release: node m.js\nworker: node bot.js\n',
      },
    ],
    [
      'it has no start script',
      {
        'package.json': { main: 'index.js' },
        'index.js': '',
        'bot.js': '',
        Procfile: 'worker: node bot.js\n',
        'server.js': undefined,
      },
    ],
  ] as const) {
    it(`makes the worker of a project without a web process the app, where ${what}`, () => {
      const made = workerPlan(files)
      expect(step(made.steps, 'ecosystem.config.yml')!.after)
        .to.match(/script: bot\.js/)
        .and.match(/exec_mode: fork/)
        .and.match(/instances: 1 .*twice/)
      expect(step(made.steps, 'Procfile')?.after ?? files.Procfile).to.match(/worker: npm start\n/)
      expect(manifest(made)['scripts']).to.deep.equal({
        start: 'shipit-runtime start ecosystem.config.yml',
      })
      expect(made.warnings.join()).to.contain(
        'Have none of it: shipit deploy --scale web=0 --scale worker=1',
      )
    })
  }

  it('takes a Procfile that adds workers to a web app for no more than that', () => {
    const made = wholePlan({
      'package.json': { scripts: { start: 'node server.js' } },
      'server.js': 'listen(process.env.PORT)',
      'jobs.js': '',
      Procfile: 'worker: node jobs.js\n',
    })
    expect(step(made.steps, 'Procfile')).to.equal(undefined)
    expect(step(made.steps, 'ecosystem.config.yml')!.after)
      .to.match(/script: server\.js/)
      .and.match(/exec_mode: cluster/)
  })

  it("lets yarn start a Plug'n'Play app, where npm finds no bin", () => {
    const lock = { 'yarn.lock': '__metadata:\n  version: 8\n' }
    const procfile = (files: Record<string, string | object>) =>
      step(plan({ ...node, ...lock, ...files }).steps, 'Procfile')
    expect(procfile({})).to.include({ kind: 'create', after: 'web: yarn start\n' })
    expect(procfile({ Procfile: 'worker: node w.js' })!.after).to.equal(
      'worker: node w.js\nweb: yarn start\n',
    )
    expect(procfile({ Procfile: 'web: npm start\n' })!.after).to.equal('web: yarn start\n')
    expect(procfile({ Procfile: 'web: node server.js\n' })!.after).to.equal('web: yarn start\n')
    expect(procfile({ Procfile: 'web: yarn start\n' })).to.equal(undefined)
    for (const linker of ['node-modules', 'pnpm'])
      expect(procfile({ '.yarnrc.yml': `nodeLinker: ${linker}\n` })).to.equal(undefined)
  })

  it("carries PM2's flags into the file", () => {
    const made = wholePlan({
      'package.json': {
        scripts: {
          start: 'pm2-runtime server.js -i 3 -n api --max-memory-restart 300M --no-treekill',
        },
      },
      'server.js': '',
    })
    const { apps } = parse(step(made.steps, 'ecosystem.config.yml')!.after!) as { apps: object[] }
    expect(apps[0]).to.include({
      name: 'api',
      script: 'server.js',
      instances: 3,
      max_memory_restart: '300M',
      treekill: false,
    })
  })

  it('asks for a Node that runs the entry', () => {
    const made = plan(
      { 'package.json': { scripts: { start: 'node src/server.ts' } }, 'src/server.ts': '' },
      {},
      { node: '20.19.0' },
    )
    expect(manifest(made)['engines']).to.deep.equal({ node: '22.x' })
  })

  it('uses an ecosystem file that is there, with the environment that the start named', () => {
    const made = plan(
      {
        'package.json': { scripts: { start: 'pm2-runtime start process.json --env prod' } },
        'process.json': '{}',
      },
      { memory: '1G', instances: 2 },
    )
    expect(made.steps.map(({ file }) => file)).to.not.include('ecosystem.config.yml')
    expect(manifest(made)['scripts']!['start']).to.equal(
      'shipit-runtime start process.json --env prod',
    )
    expect(made.warnings.join()).to.match(/--instances, --memory: not used.*--force/)
  })

  it('replaces an older runtime and takes it away last', () => {
    const { steps } = plan(
      node,
      {},
      { vendored: [{ name: 'shipit-runtime-1.0.0.tgz', isSame: false }] },
    )
    expect(steps.at(-1)).to.include({ kind: 'remove', file: 'vendor/shipit-runtime-1.0.0.tgz' })
  })

  it('takes the runtime out of devDependencies, which Heroku prunes', () => {
    expect(
      manifest(
        plan({ 'package.json': { devDependencies: { 'shipit-runtime': '1.0.0', tsx: '4' } } }),
      )['devDependencies'],
    ).to.deep.equal({ tsx: '4' })
  })

  for (const [manager, files, command] of [
    [
      'npm',
      {},
      'npm install --package-lock-only --ignore-scripts --no-audit --no-fund --workspaces=false',
    ],
    [
      'Yarn 1',
      { 'yarn.lock': '# yarn lockfile v1\n' },
      'yarn install --ignore-scripts --ignore-engines --non-interactive --no-progress --modules-folder <scratch>/modules',
    ],
    ['Yarn 4', { 'yarn.lock': '__metadata:\n' }, 'yarn install --mode=update-lockfile'],
    [
      'pnpm',
      { 'pnpm-lock.yaml': '' },
      'pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile --ignore-workspace',
    ],
    [
      'pnpm and its workspace file',
      { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': 'overrides:\n  ms: 2.1.2\n' },
      'pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile',
    ],
  ] as const) {
    it(`brings the lockfile in step with ${manager}`, () => {
      const run = plan({ ...node, ...files }).steps.find(({ kind }) => kind === 'run')
      expect(run).to.have.property('command').that.deep.equals(command.split(' '))
    })
  }

  it('warns where .slugignore would drop the runtime', () => {
    expect(plan(node, {}, { slugignore: 'test\nvendor/\n' }).warnings.join()).to.contain(
      '.slugignore',
    )
  })
})

describe('the edit of package.json', () => {
  const edit = (text: string) =>
    editPackageJson(text, [
      { path: ['scripts', 'start'], value: 'x' },
      { path: ['dependencies', 'm'], value: '1' },
    ])

  it('keeps tabs, the order of keys and a missing last newline', () => {
    expect(
      edit('{\n\t"b": 1,\n\t"scripts": {\n\t\t"start": "y",\n\t\t"a": "z"\n\t},\n\t"a": []\n}'),
    ).to.equal(
      '{\n\t"b": 1,\n\t"scripts": {\n\t\t"start": "x",\n\t\t"a": "z"\n\t},\n\t"a": [],\n\t"dependencies": {\n\t\t"m": "1"\n\t}\n}',
    )
  })

  it('keeps four spaces, CRLF, a byte order mark and the last newline', () => {
    expect(edit('\ufeff{\r\n    "name": "a"\r\n}\r\n')).to.equal(
      '\ufeff{\r\n    "name": "a",\r\n    "scripts": {\r\n        "start": "x"\r\n    },\r\n    "dependencies": {\r\n        "m": "1"\r\n    }\r\n}\r\n',
    )
  })

  it('puts the dependency in order where the list is in order', () => {
    expect(
      Object.keys(
        (JSON.parse(edit('{"dependencies":{"a":"1","z":"1"}}')) as { dependencies: object })
          .dependencies,
      ),
    ).to.deep.equal(['a', 'm', 'z'])
    expect(
      Object.keys(
        (JSON.parse(edit('{"dependencies":{"z":"1","a":"1"}}')) as { dependencies: object })
          .dependencies,
      ),
    ).to.deep.equal(['z', 'a', 'm'])
  })
})

describe('smaller choices', () => {
  it('names a long-term line of Node that the runtime supports', () => {
    expect(
      ['20.20.2', '21.1.0', '22.0.0', '23.5.0', '18.1.0', '16.0.0'].map((version) =>
        nodeRange(version),
      ),
    ).to.deep.equal(['20.x', '20.x', '22.x', '22.x', '20.x', '20.x'])
    expect(nodeRange('20.20.2', 22)).to.equal('22.x')
    expect(nodeRange('22.1.0', 16)).to.equal('22.x')
  })

  it('appends to .gitignore without touching what is there', () => {
    expect(withEntries('dist', ['.env'], false)).to.equal('dist\n.env\n')
    expect(withEntries('dist\r\n', ['.env'], false)).to.equal('dist\r\n.env\r\n')
    expect(withEntries('*.tgz\n', [], true)).to.equal('*.tgz\n!/vendor/shipit-runtime-*.tgz\n')
    expect(withEntries('a\n', [], false)).to.equal('a\n')
    const only = '!/vendor/shipit-runtime-*.tgz\n'
    for (const pattern of ['/*.tgz', '**/*.tgz', '*.t*', '*.* '])
      expect(withEntries(`${pattern}\n`, [], true), pattern).to.equal(`${pattern}\n${only}`)
    for (const pattern of ['vendor', 'x/*.tgz', '*.tgz\nvendor/', '*.tgzx'])
      expect(withEntries(`${pattern}\n`, [], true), pattern).to.equal(
        `${pattern}\n!/vendor/\n/vendor/*\n${only}`,
      )
  })
})
