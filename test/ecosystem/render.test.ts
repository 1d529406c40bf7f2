import { expect } from 'chai'
import { createRequire } from 'node:module'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readEcosystem, renderEcosystem, type RenderOptions } from '../../src/ecosystem/index.js'

type Conf = { apps: Record<string, unknown>[] }

const require = createRequire(import.meta.url)
const usual: RenderOptions = {
  name: 'api',
  script: 'dist/server.js',
  format: 'yml',
  esm: false,
  instances: 'max',
  envNames: [],
}

describe('the file that init writes', () => {
  let dir: string
  let pm2: {
    parseConfig: (text: string, file: string) => Conf
    verifyConfs: (apps: object[]) => object[] | Error
  }
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'ecosystem-render-'))
    process.env['PM2_SILENT'] = 'true'
    pm2 = require('pm2/lib/Common.js') as typeof pm2
  })
  after(async () => {
    delete process.env['PM2_SILENT']
    await rm(dir, { recursive: true, force: true })
  })

  it('teaches in a comment a line', () => {
    const { fileName, text } = renderEcosystem({
      ...usual,
      memory: '200M',
      envNames: ['prod', 'homolog'],
    })
    expect(fileName).to.equal('ecosystem.config.yml')
    expect(text).to
      .equal(`# What PM2 runs inside each dyno. Options: https://pm2.keymetrics.io/docs/usage/application-declaration/
apps:
  - name: api # what logs, shipit ps and shipit scale --instances call the app
    script: dist/server.js # the file that starts it
    exec_mode: cluster # instances share one port, and a reload replaces them one by one
    instances: max # as many as the dyno's memory and CPUs hold: shipit-runtime decides at each start
    max_memory_restart: 200M # an instance that grows beyond this is replaced, without a lost request
    env: # for every environment; PORT comes from the dyno, secrets belong in config vars
      NODE_ENV: production
    env_prod: # laid over env where the config var SHIPIT_ENV is prod
      NODE_ENV: production
    env_homolog: # laid over env where the config var SHIPIT_ENV is homolog
      NODE_ENV: production
`)
  })

  it('teaches in JavaScript too, of more than one app', () => {
    const { text } = renderEcosystem({
      ...usual,
      format: 'js',
      instances: 2,
      envNames: ['dev', 'test', 'development', 'devel', 'my.test'],
      extra: { kill_timeout: 5, unheard_of: "it's", env: { 'A-B': [1], NODE_ENV: 'x' } },
      beside: [
        { name: 'worker', script: 'w.py', instances: 1 },
        { name: 'b', script: 'b.js', instances: 3, instancesWhy: 'because' },
      ],
    })
    const expected = [
      'module.exports = {',
      '  apps: [',
      '    {',
      "      name: 'api', // what logs, shipit ps and shipit scale --instances call the app",
      "      exec_mode: 'cluster', // instances share one port, and a reload replaces them one by one",
      '      instances: 2, // processes in each dyno',
      '      unheard_of: "it\'s",',
      '      env: { // for every environment; PORT comes from the dyno, secrets belong in config vars',
      "        NODE_ENV: 'x',",
      "        'A-B': [1],",
      '      },',
      '      env_dev: { // laid over env where the config var SHIPIT_ENV is dev',
      "        NODE_ENV: 'development',",
      "        NODE_ENV: 'test',",
      "        NODE_ENV: 'development',",
      "        NODE_ENV: 'production',",
      "      'env_my.test': { // laid over env where the config var SHIPIT_ENV is my.test",
      "        NODE_ENV: 'production',",
      '    },',
      '    {',
      "      name: 'worker', // what logs, shipit ps and shipit scale --instances call the app",
      "      exec_mode: 'fork', // each instance is a process of its own",
      '      instances: 1, // one process in each dyno',
      '      instances: 3, // because',
      '  ],',
      '}',
    ]
    const lines = text.split('\n')
    let at = -1
    for (const line of expected) {
      at = lines.indexOf(line, at + 1)
      expect(at, line).to.be.above(-1)
    }
    expect(text).to.contain(
      '      kill_timeout: 5, // milliseconds an instance has to finish before it is killed\n',
    )
    const own = renderEcosystem({ ...usual, extra: { name_prefix: 'x', log_type: 'json' } }).text
    expect(own).to.contain('    name_prefix: x # put before the name\n')
    expect(own).to.match(/\n {4}log_type: json # .*[^.]\n/)
    for (const [name, mode] of Object.entries({ mydev: 'production', devs: 'production' }))
      expect(renderEcosystem({ ...usual, envNames: [name] }).text).to.match(
        new RegExp(`env_${name}:.*\\n {6}NODE_ENV: ${mode}\\n$`),
      )
    expect(text).to.match(/\n}\n$/)
  })

  it('leaves text without quotes that YAML reads as text alone', () => {
    const scalar = (name: string) =>
      /name: (.*) # what/.exec(renderEcosystem({ ...usual, name }).text)![1]
    for (const plain of ['a', '_a', './a/b.js', 'a b c', '5M', '200K', 'truer', 'a-1', '../x'])
      expect(scalar(plain), plain).to.equal(plain)
    for (const text of [
      ...['5Mx', 'x5M:', 'a  b', ' a', 'a ', '-a', 'a:b', '~', 'Yes', 'NULL', 'n', 'off', '1.5'],
      ...['.5', './5', '../.a', '', '5', 'a\tb', "a'b"],
    ])
      expect(scalar(text), text).to.equal(JSON.stringify(text))
  })

  it('is called .cjs where a .js file would be an ES module', () => {
    expect(renderEcosystem({ ...usual, format: 'js', esm: true }).fileName).to.equal(
      'ecosystem.config.cjs',
    )
    expect(renderEcosystem({ ...usual, format: 'js' }).fileName).to.equal('ecosystem.config.js')
    expect(renderEcosystem({ ...usual, format: 'json' }).fileName).to.equal('ecosystem.config.json')
  })

  it('runs by fork what Node does not run', () => {
    const mode = (options: Partial<RenderOptions>): string =>
      /exec_mode: (\w+)/.exec(renderEcosystem({ ...usual, ...options }).text)![1]!
    expect(mode({ script: 'app.py' })).to.equal('fork')
    expect(mode({ extra: { interpreter: 'tsx' } })).to.equal('fork')
    expect(mode({ script: 'bin/www', extra: { interpreter: 'node' } })).to.equal('cluster')
  })

  it('is strict JSON where it is JSON', () => {
    expect(JSON.parse(renderEcosystem({ ...usual, format: 'json' }).text)).to.deep.equal({
      apps: [
        {
          name: 'api',
          script: 'dist/server.js',
          exec_mode: 'cluster',
          instances: 'max',
          env: { NODE_ENV: 'production' },
        },
      ],
    })
  })

  it('refuses a name that cannot be in env_NAME', () => {
    for (const name of ['a b', '', ' a', 'a ', 'a:b'])
      expect(() => renderEcosystem({ ...usual, envNames: ['ok', name] })).to.throw(
        TypeError,
        `${JSON.stringify(name)} cannot be the name of an environment`,
      )
  })

  const wanted: [string, Partial<RenderOptions>][] = [
    ['the usual', {}],
    ['four instances and a memory limit', { instances: 4, memory: '1G' }],
    ['one instance', { instances: 1 }],
    ['environments', { envNames: ['prod', 'homolog', 'dev', 'eu-1.x'] }],
    ['a name that looks like a number', { name: '123' }],
    ['a name that looks like a boolean', { name: 'yes' }],
    ['a scoped name', { name: '@acme/api' }],
    ['a name with a colon, a hash and quotes', { name: `it's "a: b" #1 \\ {x}` }],
    ['a name that looks like a date', { name: '2020-01-01' }],
    ['a name that looks like null', { name: '~' }],
    ['a name with a line end and a tab', { name: 'a\n\tb' }],
    ['a name in another script', { name: 'имя é' }],
    ['a script without an extension', { script: 'bin/www' }],
    ['a script with a space', { script: 'my app/server.js' }],
    ['a script that begins with dots', { script: './.build/1.js' }],
    [
      'arguments',
      {
        extra: {
          args: ['--port', '80', 'a b'],
          node_args: '--enable-source-maps',
          cwd: 'packages/api',
        },
      },
    ],
    [
      'another interpreter in fork mode',
      { script: 'app.py', instances: 1, extra: { exec_mode: 'fork', interpreter: 'python3' } },
    ],
    ['a script of another language', { script: 'run.sh', instances: 1 }],
    ['Node by its path', { extra: { interpreter: '/usr/bin/node' } }],
    [
      'more of an environment',
      {
        envNames: ['prod'],
        extra: {
          env: { A: 'on', B: '1' },
          env_prod: { 'ODD NAME': 'x: y' },
          kill_timeout: 10_000,
          watch: false,
          wait_ready: true,
        },
      },
    ],
  ]
  for (const [what, options] of wanted) {
    for (const format of ['yml', 'json', 'js'] as const) {
      for (const esm of format === 'js' ? [true, false] : [false]) {
        it(`reads back without a problem and is read by PM2: ${what}, ${format}${esm ? ' among ES modules' : ''}`, async () => {
          const all = { ...usual, ...options, format, esm }
          const { fileName, text } = renderEcosystem(all)
          const folder = await mkdtemp(path.join(dir, 'app-'))
          await mkdir(folder, { recursive: true })
          if (esm) await writeFile(path.join(folder, 'package.json'), '{"type": "module"}')
          const file = path.join(folder, fileName)
          await writeFile(file, text)

          const found = await readEcosystem(file)
          expect(found.problems).to.deep.equal([])
          const app = found.apps[0]!
          expect(app).to.include({ name: all.name, script: all.script, instances: all.instances })
          expect(app.env).to.include({ NODE_ENV: 'production' })
          expect(all.envNames.every((name) => `env_${name}` in app)).to.equal(true)

          const theirs = pm2.parseConfig(await readFile(file, 'utf8'), file)
          expect(theirs.apps[0]).to.deep.include({
            name: all.name,
            script: all.script,
            instances: all.instances,
            ...(options.memory ? { max_memory_restart: options.memory } : {}),
          })
          for (const [key, value] of Object.entries(options.extra ?? {}).filter(
            ([name]) => !name.startsWith('env'),
          ))
            expect(theirs.apps[0]![key]).to.deep.equal(value)
          expect(pm2.verifyConfs(structuredClone(theirs.apps))).to.be.an('array')
          expect(
            text.split('\n').every((line) => line === line.trimEnd()),
            'no white space at a line end',
          ).to.equal(true)
        })
      }
    }
  }
})
