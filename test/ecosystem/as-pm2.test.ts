import { expect } from 'chai'
import { createRequire } from 'node:module'
import { readApp } from '../../src/ecosystem/app.js'
import { splitWords } from '../../src/ecosystem/coerce.js'
import { environmentOf } from '../../src/ecosystem/index.js'
import { APP_OPTIONS } from '../../src/ecosystem/options.js'

type Conf = Record<string, unknown>

const require = createRequire(import.meta.url)

/** What we keep and PM2 lets slip or adds: each with its reason. */
function comparable(conf: Conf): Conf {
  const { username: _whoRuns, ...rest } = conf
  if (rest['exec_interpreter'] !== undefined) rest['interpreter'] = rest['exec_interpreter']
  delete rest['exec_interpreter']
  if (typeof rest['exec_mode'] === 'string')
    rest['exec_mode'] = rest['exec_mode'].replace('_mode', '')
  // 0 is PM2's own word for max.
  if (rest['instances'] === 'max') rest['instances'] = 0
  for (const option of APP_OPTIONS) {
    if (rest[option.name] === option.default) delete rest[option.name]
  }
  // PM2 adds an empty env, and merge_logs where instances are not named.
  if (JSON.stringify(rest['env']) === '{}') delete rest['env']
  delete rest['merge_logs']
  return rest
}

describe('apps, beside PM2 itself', () => {
  let pm2: {
    verifyConfs: (apps: Conf[]) => Conf[] | Error
    mergeEnvironmentVariables: (app: Conf, env?: string) => Conf
    prepareAppConf: (options: Conf, app: Conf) => Conf | Error
  }
  const silent = process.env['PM2_SILENT']
  const programmatic = process.env['PM2_PROGRAMMATIC']
  before(() => {
    process.env['PM2_SILENT'] = 'true'
    process.env['PM2_PROGRAMMATIC'] = 'true'
    pm2 = require('pm2/lib/Common.js') as typeof pm2
  })
  after(() => {
    for (const [name, value] of Object.entries({
      PM2_SILENT: silent,
      PM2_PROGRAMMATIC: programmatic,
    })) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  const accepted: Conf[] = [
    {},
    { name: 'api' },
    { script: 'dist/src/server.min.js' },
    { script: 'bin/www' },
    { script: '.hidden' },
    { script: undefined, cmd: 'app.js' },
    { script: undefined, command: 'app.js' },
    { name: 'x', script: undefined, exec: 'app.js' },
    { name: 'x', exec: 'other.js' },
    { instances: 4 },
    { instances: '4' },
    { instances: 'max' },
    { instances: 0 },
    { instances: -1 },
    { instances: '-1' },
    { exec_mode: 'cluster' },
    { exec_mode: 'cluster_mode' },
    { exec_mode: 'fork' },
    { exec_mode: 'fork_mode' },
    { execMode: 'fork_mode', instances: 1 },
    { execute_command: true },
    { max_memory_restart: '100M' },
    { max_memory_restart: '1G' },
    { max_memory_restart: '300K' },
    { max_memory_restart: 1_000_000 },
    { max_memory_restart: '1000000' },
    { maxMemoryRestart: '20M' },
    { min_uptime: '10s' },
    { min_uptime: '5m' },
    { min_uptime: '1h' },
    { min_uptime: 5000 },
    { max_restarts: '10' },
    { max_restarts: 10 },
    { kill_timeout: '3000' },
    { killTimeout: 3000 },
    { listen_timeout: 1.5 },
    { restart_delay: 100, exp_backoff_restart_delay: 100 },
    { args: '--port 80 --name "a b"' },
    { args: "--title='x y' -v" },
    { args: ['--port', '80'] },
    { args: '' },
    { node_args: '--harmony --max-old-space-size=200' },
    { interpreterArgs: ['--harmony'] },
    { interpreter_args: '--a', node_args: '--b' },
    { interpreter: 'python3' },
    { exec_interpreter: 'bash' },
    { execInterpreter: 'bash' },
    { interpreter: 'ruby', exec_interpreter: 'bash' },
    { watch: true, ignore_watch: 'node_modules logs' },
    { watch: ['src'], watch_options: { usePolling: true } },
    { watch: 'src' },
    { autorestart: false },
    { autorestart: true },
    { pmx: false },
    { pmx: 'false' },
    { automation: false },
    { vizion: false },
    { time: true },
    { cron: '0 0 * * *' },
    { cron_restart: '*/5 * * * *' },
    { out: 'a', output: 'b', out_log: 'c' },
    { err: 'a', error: 'b' },
    { log: 'x.log' },
    { log_file: true },
    { combine_logs: true, instances: 2 },
    { env: { A: '1' }, env_prod: { A: '2' } },
    { envs: { A: '1' }, colour: 'red' },
    { port: '3000' },
    { uid: undefined, namespace: 'web' },
    { stop_exit_codes: [1, 2] },
    { stop_exit_codes: '3' },
    { disable_trace: true },
    { source_map_support: true },
    { wait_ready: true, treekill: false },
    { filter_env: ['AWS'] },
    { increment_var: 'PORT', instance_var: 'N' },
    { instances: null, name: null },
    { windowsHide: false, io: { tracing: false } },
  ]
  for (const conf of accepted) {
    it(`start with the same options: ${JSON.stringify(conf)}`, () => {
      const raw = { script: 'app.js', ...conf }
      const theirs = pm2.verifyConfs([structuredClone(raw)])
      expect(theirs, String(theirs)).to.be.an('array')
      const { app, problems } = readApp(structuredClone(raw), ['apps', 0])
      expect(problems.filter(({ severity }) => severity === 'error')).to.deep.equal([])
      expect(comparable(app)).to.deep.equal(comparable((theirs as Conf[])[0]!))
    })
  }

  const refused: Conf[] = [
    { name: 12 },
    { autorestart: 'true' },
    { watch: 1 },
    { max_memory_restart: '100MB' },
    { max_memory_restart: '1.5G' },
    { max_memory_restart: 'lots' },
    { max_memory_restart: true },
    { min_uptime: 5 },
    { min_uptime: '5d' },
    { max_restarts: -1 },
    { max_restarts: 'many' },
    { kill_timeout: 'soon' },
    { kill_timeout: true },
    { exec_mode: 'clusterd' },
    { args: 5 },
    { node_args: { a: 1 } },
    { env: 5 },
    { env: ['A=1'] },
    { cwd: ['a'] },
    { post_update: 'npm i' },
    { io: 'x' },
    { port: 'http' },
  ]
  for (const conf of refused) {
    it(`are refused as PM2 refuses them: ${JSON.stringify(conf)}`, () => {
      const raw = { script: 'app.js', ...conf }
      expect(pm2.verifyConfs([structuredClone(raw)])).to.be.an('error')
      const errors = readApp(structuredClone(raw), ['apps', 0]).problems.filter(
        ({ severity }) => severity === 'error',
      )
      expect(errors.map(({ path }) => path)).to.deep.equal([['apps', 0, Object.keys(conf)[0]]])
    })
  }

  const lines = [
    'a b',
    '--x="a b" c',
    "--x='a b'",
    '"a b" c',
    "'a b' c",
    'a"b c"',
    '--a=1 --b',
    '""',
    '" " x',
    '',
    '  a  ',
    '-- --x',
    `a='b"c' "d'e"`,
    'x="1"y',
    '"open',
    'k=v="q r"',
  ]
  for (const line of lines) {
    it(`cut a line of arguments alike: ${line}`, () => {
      const [theirs] = pm2.verifyConfs([{ script: 'app.js', args: line }]) as Conf[]
      expect(splitWords(line)).to.deep.equal(theirs!['args'])
    })
  }

  const environments: [string, Conf, string?][] = [
    ['env alone', { env: { A: '1', B: 'b' } }],
    ['a named one over env', { env: { A: '1', B: 'b' }, env_prod: { A: '2', C: 'c' } }, 'prod'],
    ['another one than named', { env: { A: '1' }, env_homolog: { A: '2' } }, 'prod'],
    ['no env at all', { env_prod: { A: '2' } }, 'prod'],
    [
      'numbers and booleans',
      { env: { N: 1, T: true, F: false, Z: 0, E: '' }, env_prod: { N: 2.5 } },
      'prod',
    ],
    ['a map and a list as JSON', { env: { M: { a: 1 }, L: ['a', 'b'] } }, undefined],
    ['nothing', { env: { X: null } }],
    ['a port', { port: 4000, env: { PORT: '3000' } }],
    ['a port and a named PORT', { port: 4000, env: { A: '1' }, env_prod: { PORT: 80 } }, 'prod'],
    ['an empty name', { env: { A: '1' }, env_: { A: '2' } }, ''],
  ]
  for (const [what, conf, name] of environments) {
    it(`get the same variables: ${what}`, () => {
      const raw = { script: 'package.json', name: 'x', exec_interpreter: 'none', ...conf }
      const { app } = readApp(structuredClone(raw), ['apps', 0])
      const kept = { ...process.env }
      const theirs = pm2.prepareAppConf(
        { cwd: process.cwd() },
        structuredClone({ ...raw, env: conf['env'] ?? {} }),
      )
      const merged = pm2.mergeEnvironmentVariables(theirs as Conf, name)
      delete merged['current_conf']
      // Node hands a child every value as String writes it.
      const seen = Object.fromEntries(
        Object.entries(merged).map(([key, value]) => [key, String(value)]),
      )
      expect(environmentOf(app, name, kept)).to.deep.equal(seen)
    })
  }

  const filters: unknown[] = [['AWS', 'TOKEN'], 'SECRET', true, false, [], '']
  for (const filter of filters) {
    it(`hide the same variables: filter_env ${JSON.stringify(filter)}`, () => {
      const before = { ...process.env }
      Object.assign(process.env, { AWS_KEY: 'k', MY_TOKEN: 't', SECRET: 's', PLAIN: 'p' })
      const base = { ...process.env }
      try {
        const theirs = pm2.prepareAppConf(
          { cwd: process.cwd() },
          {
            script: 'package.json',
            name: 'x',
            exec_interpreter: 'none',
            env: {},
            filter_env: filter,
          },
        ) as { env: Conf }
        const { app } = readApp({ script: 'package.json', filter_env: filter }, ['apps', 0])
        expect(environmentOf(app, undefined, base)).to.deep.equal({ ...theirs.env })
      } finally {
        for (const name of ['AWS_KEY', 'MY_TOKEN', 'SECRET', 'PLAIN']) delete process.env[name]
        Object.assign(process.env, before)
      }
    })
  }
})
