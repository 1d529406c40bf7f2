/**
 * What an app sees of each option of the ecosystem file: under the built runtime in a dyno and on a
 * laptop, and under pm2-runtime itself.
 * One file holds an app for each row; every app writes what it sees and ends.
 */
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { AppFolder, until } from '../runtime/harness.js'
import { inSoak, isSoak } from '../support/soak.js'
import { found, PM2_RUNTIME, RUNTIME } from './support/runtimes.js'

interface Facts {
  args: string[]
  nodeArgs: string[]
  cwd: string
  isCluster: boolean
  uid: number
  env: Record<string, string>
}

interface Row {
  option: string
  app: Record<string, unknown>
  /** What of the facts of its instances the row is about, and what it must be. */
  seen: (instances: Facts[]) => unknown
  is: unknown
  /** Where PM2 does otherwise. */
  pm2?: unknown
  /** Where a dyno must do otherwise than PM2, and a laptop need not. */
  dyno?: unknown
}

const PORT = '43210'
const variable = (name: string) => (instances: Facts[]) =>
  instances.map(({ env }) => env[name]).sort()
const args = ([one]: Facts[]) => one?.args
const isCluster = (instances: Facts[]) => instances.map((one) => one.isCluster)

const ROWS: Row[] = [
  { option: 'script alone', app: {}, seen: isCluster, is: [false] },
  {
    option: 'args, a line',
    app: { args: `one "two words" --three='4 5'` },
    seen: args,
    is: ['one', 'two words', `--three='4 5'`],
  },
  {
    option: 'args, a list',
    app: { args: ['one', 'two words'] },
    seen: args,
    is: ['one', 'two words'],
  },
  {
    option: 'node_args',
    app: { node_args: '--max-old-space-size=64 --no-deprecation' },
    seen: ([one]) => one?.nodeArgs.slice(0, 2),
    is: ['--max-old-space-size=64', '--no-deprecation'],
  },
  {
    option: 'interpreter_args in cluster mode',
    app: { interpreter_args: ['--no-deprecation'], exec_mode: 'cluster' },
    seen: ([one]) => one?.nodeArgs.includes('--no-deprecation'),
    is: true,
  },
  { option: 'interpreter: node', app: { interpreter: 'node' }, seen: isCluster, is: [false] },
  { option: 'cwd', app: { cwd: 'sub', script: 'inside.js' }, seen: ([one]) => one?.cwd, is: 'sub' },
  { option: 'exec_mode: cluster', app: { exec_mode: 'cluster' }, seen: isCluster, is: [true] },
  { option: 'exec_mode: fork_mode', app: { exec_mode: 'fork_mode' }, seen: isCluster, is: [false] },
  {
    option: 'execute_command',
    app: { execute_command: true, instances: 1 },
    seen: isCluster,
    is: [false],
  },
  { option: 'instances', app: { instances: 2 }, seen: isCluster, is: [true, true] },
  {
    option: 'instances in fork mode',
    app: { instances: 2, exec_mode: 'fork' },
    seen: isCluster,
    is: [false, false],
  },
  {
    option: "the instance's number",
    app: { instances: 2 },
    seen: variable('NODE_APP_INSTANCE'),
    is: ['0', '1'],
  },
  {
    option: 'instance_var',
    app: { instances: 2, instance_var: 'SLOT' },
    seen: variable('SLOT'),
    is: ['0', '1'],
  },
  {
    option: 'increment_var',
    app: { instances: 2, increment_var: 'BASE', env: { BASE: 7000 } },
    seen: variable('BASE'),
    is: ['7000', '7001'],
  },
  {
    option: 'env',
    app: { env: { TEXT: 'a=b c', NUMBER: 4, FLAG: true } },
    seen: ([one]) => [one?.env.TEXT, one?.env.NUMBER, one?.env.FLAG],
    is: ['a=b c', '4', 'true'],
  },
  {
    option: 'env_NAME by --env',
    app: { env: { A: '1', B: '1' }, env_blue: { B: '2' } },
    seen: ([one]) => [one?.env.A, one?.env.B],
    is: ['1', '2'],
  },
  {
    option: 'env in cluster mode',
    app: { exec_mode: 'cluster', env: { A: '1' }, env_blue: { B: '2' } },
    seen: ([one]) => [one?.env.A, one?.env.B],
    is: ['1', '2'],
  },
  {
    option: 'PORT in env',
    app: { env: { PORT: 1234 } },
    seen: variable('PORT'),
    is: ['1234'],
    dyno: [PORT],
  },
  {
    option: 'PORT in env_NAME',
    app: { env_blue: { PORT: 1234 } },
    seen: variable('PORT'),
    is: ['1234'],
    dyno: [PORT],
  },
  {
    option: 'port',
    app: { port: 1234, env: {} },
    seen: variable('PORT'),
    is: ['1234'],
    dyno: [PORT],
  },
  {
    option: 'DYNO in env',
    app: { env: { DYNO: 'mine.9' } },
    seen: variable('DYNO'),
    is: ['mine.9'],
    dyno: ['web.1'],
  },
  {
    option: 'filter_env, a list',
    app: { filter_env: ['HIDDEN'] },
    seen: ([one]) => [one?.env.HIDDEN_ONE, one?.env.SHOWN],
    is: [undefined, 'yes'],
  },
  { option: 'filter_env: true', app: { filter_env: true }, seen: variable('SHOWN'), is: ['yes'] },
  {
    option: 'append_env_to_name',
    app: { append_env_to_name: true },
    seen: ([one]) => one?.env.name?.endsWith('-blue'),
    is: true,
  },
  { option: 'namespace', app: { namespace: 'mine' }, seen: variable('namespace'), is: ['mine'] },
  {
    option: 'autostart: false',
    app: { autostart: false },
    seen: (instances) => instances.length,
    is: 0,
  },
  {
    option: 'a command line as script',
    app: { script: 'node probe.js by shell' },
    seen: args,
    is: ['by', 'shell'],
  },
  {
    option: '.sh',
    app: { script: 'probe.sh', args: 'x "y z"' },
    seen: args,
    is: ['sh', 'x', 'y z'],
  },
  { option: '.py', app: { script: 'probe.py', args: 'x' }, seen: args, is: ['py', 'x'] },
  { option: '.pl', app: { script: 'probe.pl', args: 'x' }, seen: args, is: ['pl', 'x'] },
  ...(found('ruby')
    ? [
        {
          option: '.rb',
          app: { script: 'probe.rb', args: 'x "y z"' },
          seen: args,
          is: ['rb', 'x', 'y z'],
        },
      ]
    : []),
  ...(found('php')
    ? [
        {
          option: '.php',
          app: { script: 'probe.php', args: 'x "y z"' },
          seen: args,
          is: ['php', 'x', 'y z'],
        },
      ]
    : []),
  {
    option: 'interpreter: bash',
    app: { script: 'noextension', interpreter: 'bash', args: 'x' },
    seen: args,
    is: ['sh', 'x'],
  },
  {
    option: 'interpreter: a path',
    app: {
      script: 'probe.pl',
      interpreter: found('perl') ?? 'perl',
      interpreter_args: '-w',
      args: 'x',
    },
    seen: args,
    is: ['pl', 'x'],
  },
  {
    option: 'interpreter: python3',
    app: { script: 'probe.py', interpreter: 'python3', args: 'x' },
    seen: args,
    is: ['py', 'x'],
  },
  {
    option: 'interpreter: none',
    app: { script: 'probe.sh', interpreter: 'none', args: 'x' },
    seen: args,
    is: ['sh', 'x'],
  },
  {
    option: "python's output unbuffered",
    app: { script: 'probe.py' },
    seen: variable('PYTHONUNBUFFERED'),
    is: ['1'],
  },
  {
    option: 'interpreter: node@ this one',
    app: { interpreter: `node@${process.versions.node}` },
    seen: isCluster,
    is: [false],
  },
  ...(process.getuid?.() === 0
    ? [
        {
          option: 'uid',
          app: { uid: 'nobody' },
          seen: ([one]: Facts[]) => [one?.uid === 0, one?.env.HOME],
          is: [false, '/nonexistent'],
        },
      ]
    : []),
]

const PROBE = `
const { renameSync, writeFileSync } = require('fs'), path = require('path')
const { name, PROBE, NODE_APP_INSTANCE, SLOT } = process.env
const facts = { args: process.argv.slice(2), nodeArgs: process.execArgv, cwd: path.relative(process.env.ROOT, process.cwd()), isCluster: require('cluster').isWorker, uid: process.getuid(), env: process.env }
const file = path.join(process.env.FACTS, PROBE + '.' + process.pid)
writeFileSync(file + '.part', JSON.stringify(facts))
renameSync(file + '.part', file + '.json')
// An instance of a cluster stays while its channel is open, under PM2 too.
process.exit(0)
`
/** In other languages: the arguments, and the one variable that is asked of them. */
const quick = (args: string) =>
  `{"args":[${args}],"nodeArgs":[],"cwd":"","isCluster":false,"uid":0,"env":{"PYTHONUNBUFFERED":"1"}}`
const SHELL = `#!/bin/bash
list='"sh"'; for one in "$@"; do list="$list,\\"$one\\""; done
echo '${quick('LIST')}' | sed "s/LIST/$list/" > "$FACTS/$PROBE.$$.json"
`
const FILES: Record<string, string> = {
  'probe.js': PROBE,
  'sub/inside.js': 'require("../probe.js")',
  'probe.sh': SHELL,
  noextension: SHELL,
  'probe.py': `import json, os, sys\nfacts = dict(args=["py"] + sys.argv[1:], nodeArgs=[], cwd="", isCluster=False, uid=0, env=dict(os.environ))\nopen(os.environ["FACTS"] + "/" + os.environ["PROBE"] + "." + str(os.getpid()) + ".json", "w").write(json.dumps(facts))\n`,
  'probe.pl': `open(my $f, ">", "$ENV{FACTS}/$ENV{PROBE}.$$.json"); print $f '${quick('LIST')}' =~ s/LIST/join(",", map { "\\"$_\\"" } ("pl", @ARGV))/er;\n`,
  'probe.rb': `facts = %q(${quick('LIST')}).sub('LIST') { (['rb'] + ARGV).map { |one| '"' + one + '"' }.join(',') }\nFile.write(ENV['FACTS'] + '/' + ENV['PROBE'] + '.' + Process.pid.to_s + '.json', facts)\n`,
  'probe.php': `<?php $all = array_map(fn ($one) => '"' . $one . '"', array_merge(['php'], array_slice($argv, 1))); file_put_contents(getenv('FACTS') . '/' . getenv('PROBE') . '.' . getmypid() . '.json', str_replace('LIST', join(',', $all), '${quick('LIST')}'));\n`,
}

const ecosystem = () =>
  JSON.stringify({
    apps: ROWS.map(({ app }, i) => ({
      name: `probe-${i}`,
      script: 'probe.js',
      autorestart: false,
      ...app,
      env: { ...(app.env as object), PROBE: `row${i}` },
    })),
  })
const expected = ROWS.reduce(
  (sum, { app }) => sum + (app.autostart === false ? 0 : Number(app.instances ?? 1)),
  0,
)

describe('every option that says how an app is run', function () {
  this.timeout(120_000)
  const seen: Record<string, Map<number, Facts[]>> = {}
  let app: AppFolder
  let warnings = ''

  const collect = async (where: string, bin: string, env: Record<string, string | undefined>) => {
    const facts = path.join(app.dir, `facts-${where}`)
    mkdirSync(facts)
    chmodSync(facts, 0o777)
    const run = await app.start(
      ['start', 'ecosystem.config.json', '--env', 'blue'],
      {
        FACTS: facts,
        ROOT: app.dir,
        HIDDEN_ONE: 'x',
        SHOWN: 'yes',
        NVM_DIR: path.join(app.dir, 'nvm'),
        ...env,
      },
      bin,
    )
    const files = () => readdirSync(facts).filter((name) => name.endsWith('.json'))
    await until(
      () => files().length >= expected || (bin === RUNTIME && run.child.exitCode !== null),
      25_000,
      () => `${where}: ${files().length} of ${expected}: ${files().join(' ')}\n${run.output}`,
    )
    if (bin === RUNTIME) expect((await run.ended).code, run.output).to.equal(0)
    else {
      run.child.kill('SIGTERM')
      await run.ended
    }
    seen[where] = new Map(
      ROWS.map((_, i) => [
        i,
        files()
          .filter((name) => name.startsWith(`row${i}.`))
          .map((name) => JSON.parse(readFileSync(path.join(facts, name), 'utf8')) as Facts),
      ]),
    )
    return run
  }

  before(async () => {
    app = new AppFolder({ ...FILES, 'ecosystem.config.json': ecosystem() }, RUNTIME)
    chmodSync(app.dir, 0o755)
    chmodSync(path.join(app.dir, 'probe.sh'), 0o755)
    // As nvm lays them out.
    const nvm = path.join(app.dir, 'nvm/versions/node', `v${process.versions.node}`, 'bin')
    mkdirSync(nvm, { recursive: true })
    symlinkSync(process.execPath, path.join(nvm, 'node'))
    warnings = (await collect('dyno', RUNTIME, { PORT })).stderr
    // Nearly as in a dyno: what differs is seen under pm2-runtime too.
    if (isSoak) await collect('laptop', RUNTIME, { DYNO: undefined })
    await collect('pm2', PM2_RUNTIME, { DYNO: undefined, PM2_HOME: path.join(app.dir, 'pm2') })
  })
  after(() => app.end())

  for (const [i, row] of ROWS.entries()) {
    it(row.option, () => {
      expect(row.seen(seen.dyno?.get(i) ?? []), 'in a dyno').to.deep.equal(
        'dyno' in row ? row.dyno : row.is,
      )
      if (isSoak) expect(row.seen(seen.laptop?.get(i) ?? []), 'on a laptop').to.deep.equal(row.is)
      expect(row.seen(seen.pm2?.get(i) ?? []), 'under pm2-runtime').to.deep.equal(
        'pm2' in row ? row.pm2 : row.is,
      )
    })
  }

  for (const name of ['ruby', 'php']) {
    if (!found(name)) it.skip(`scripts of ${name}: it is not installed here`)
  }

  it('warns of what the dyno decides', () => {
    expect(warnings).to.include(`\`PORT\` in the ecosystem file is ignored; the dyno says ${PORT}`)
    expect(warnings).to.include('`DYNO` in the ecosystem file is ignored; the dyno says web.1')
    expect(warnings).to.include('not started, as `autostart: false` wants it')
  })
})

describe('TypeScript', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())
  const require = createRequire(import.meta.url)
  const { version: typescript } = require('typescript/package.json') as { version: string }
  const SOURCE = `const word: string = 'typed'\nconsole.log(word, process.argv.slice(2).join(), require('cluster').isWorker)\nsetTimeout(() => process.exit(0), 0)\n`
  const link = (name: string) => {
    mkdirSync(path.join(app.dir, 'node_modules'), { recursive: true })
    symlinkSync(
      path.dirname(require.resolve(`${name}/package.json`)),
      path.join(app.dir, 'node_modules', name),
    )
  }

  for (const [how, options] of Object.entries({
    'by its extension': '',
    'by name': ', interpreter: tsx',
    'in cluster mode': ', exec_mode: cluster',
  })) {
    it(`runs through the app's own tsx, ${how}`, async () => {
      app = new AppFolder(
        {
          'app.ts': SOURCE,
          'package.json': '{}',
          'e.yml': `apps:\n  - { name: a, script: app.ts, args: [x], autorestart: false${options} }\n`,
        },
        RUNTIME,
      )
      link('tsx')
      const run = await app.start(['start', 'e.yml'])
      expect((await run.ended).code, run.output).to.equal(0)
      expect(run.appLines).to.deep.equal([`typed x ${how === 'in cluster mode'}`])
    })
  }

  describe("through the app's own ts-node where there is no tsx", () => {
    let installed: AppFolder
    before(function () {
      this.timeout(120_000)
      installed = new AppFolder({ 'package.json': '{}' })
      const { status, stderr } = spawnSync(
        'npm',
        [
          'install',
          '--no-audit',
          '--no-fund',
          '--no-package-lock',
          '--prefer-offline',
          '--loglevel=error',
          'ts-node@10.9.2',
          `typescript@${typescript}`,
        ],
        { cwd: installed.dir, encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(`npm install ts-node: ${stderr}`)
    })
    after(() => installed.end())

    for (const [how, options] of Object.entries({
      'by its extension': '',
      'by name': ', interpreter: ts-node',
      'in cluster mode': ', exec_mode: cluster',
    })) {
      const declare = how === 'by its extension' ? it : inSoak
      declare(how, async () => {
        app = new AppFolder(
          {
            'app.ts': SOURCE,
            'package.json': '{}',
            'tsconfig.json':
              '{ "ts-node": { "transpileOnly": true }, "compilerOptions": { "module": "commonjs", "target": "es2022" } }',
            'e.yml': `apps:\n  - { name: a, script: app.ts, args: [x], autorestart: false${options} }\n`,
          },
          RUNTIME,
        )
        symlinkSync(path.join(installed.dir, 'node_modules'), path.join(app.dir, 'node_modules'))
        const run = await app.start(['start', 'e.yml'])
        expect((await run.ended).code, run.output).to.equal(0)
        expect(run.appLines).to.deep.equal([`typed x ${how === 'in cluster mode'}`])
      })
    }

    it('which refuses a wrong type, as it does anywhere', async () => {
      app = new AppFolder(
        {
          'app.ts': `const n: number = 'word'\nconsole.log(n)\n`,
          'package.json': '{}',
          'e.yml': 'apps:\n  - { name: a, script: app.ts, autorestart: false }\n',
        },
        RUNTIME,
      )
      symlinkSync(path.join(installed.dir, 'node_modules'), path.join(app.dir, 'node_modules'))
      const run = await app.start(['start', 'e.yml'])
      expect((await run.ended).code, run.output).to.equal(1)
      expect(run.stderr).to.include("Type 'string' is not assignable to type 'number'")
    })
  })

  it('is refused with a way out where the app has neither', async function () {
    if ('typescript' in process.features) this.skip()
    app = new AppFolder(
      { 'app.ts': SOURCE, 'e.yml': 'apps:\n  - { name: a, script: app.ts }\n' },
      RUNTIME,
    )
    const run = await app.start(['start', 'e.yml'])
    expect((await run.ended).code).to.equal(1)
    expect(run.stderr).to.include('nothing here runs it').and.include('npm install tsx')
  })
})

describe('what a dyno cannot do', function () {
  this.timeout(60_000)
  let app: AppFolder
  afterEach(() => app.end())

  const REFUSED: Array<[string, string, string[]]> = [
    [
      'another version of Node',
      'interpreter: node@9.9.9',
      ['Node.js 9.9.9 is not installed here', 'engines.node'],
    ],
    [
      'an interpreter that is not there',
      'interpreter: nosuch',
      ['the interpreter `nosuch` is not installed'],
    ],
    [
      'a user that is not there',
      'uid: nosuchuser',
      [process.getuid?.() === 0 ? 'there is no user nosuchuser' : 'only root may'],
    ],
    ['a folder that is not there', 'cwd: gone', ['the folder `cwd` names does not exist']],
    ['no app to start', 'autostart: false', ['no app is to be started']],
  ]
  for (const [what, option, words] of REFUSED) {
    it(`is refused: ${what}`, async () => {
      app = new AppFolder(
        { 'a.js': '', 'e.yml': `apps:\n  - { name: a, script: a.js, ${option} }\n` },
        RUNTIME,
      )
      const run = await app.start(['start', 'e.yml'])
      expect((await run.ended).code).to.equal(1)
      for (const word of words) expect(run.stderr).to.include(word)
      expect(run.stderr).not.to.match(/\n\s+at /)
    })
  }

  it('does what pm2-runtime cannot where it may: another user in cluster mode', async function () {
    if (process.getuid?.() !== 0) this.skip()
    app = new AppFolder(
      {
        'a.js': 'console.log(process.getuid() === 0, require("cluster").isWorker); process.exit(0)',
        'e.yml':
          'apps:\n  - { name: a, script: a.js, exec_mode: cluster, uid: nobody, autorestart: false }\n',
      },
      RUNTIME,
    )
    chmodSync(app.dir, 0o755)
    const run = await app.start(['start', 'e.yml'])
    expect((await run.ended).code, run.output).to.equal(0)
    expect(run.appLines).to.deep.equal(['false true'])
  })

  it('starts none of the apps where one of them cannot be started', async () => {
    app = new AppFolder(
      {
        'a.js': 'require("fs").writeFileSync("ran", "")',
        'e.yml':
          'apps:\n  - { name: a, script: a.js, autorestart: false }\n  - { name: b, script: gone.js }\n',
      },
      RUNTIME,
    )
    expect((await (await app.start(['start', 'e.yml'])).ended).code).to.equal(1)
    expect(existsSync(path.join(app.dir, 'ran'))).to.equal(false)
  })
})
