/**
 * What the runtime relies on inside PM2, by name. PM2 is pinned to an exact version; when the pin
 * moves, this says what broke.
 * God runs in a process of its own here, since loading it changes the console and the cluster
 * module.
 */
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const require = createRequire(import.meta.url)
const folder = path.dirname(require.resolve('pm2/package.json'))
const source = (file: string) => readFileSync(path.join(folder, file), 'utf8')

describe('PM2, as the runtime relies on it', function () {
  this.timeout(30_000)
  const home = mkdtempSync(path.join(os.tmpdir(), 'shipit-contract-'))
  after(() => rmSync(home, { recursive: true, force: true }))

  /** Runs code with God loaded; `answer` prints its result. */
  const withGod = (code: string): unknown => {
    const start = `const lines = []; const write = (v) => process.stdout.write('ANSWER' + JSON.stringify(v)); console.log = console.error = console.trace = (...a) => lines.push(a.join(' '));
      process.env.PM2_HOME = ${JSON.stringify(home)}; process.env.PM2_DISABLE_VERSION_CHECK = 'true'; process.env.PM2_WORKER_INTERVAL = '50';
      const God = require(${JSON.stringify(path.join(folder, 'lib/God.js'))}); const answer = (v) => { write(v); process.exit(0) };
      const { EventEmitter } = require('events');
      const conf = (more) => ({ name: 'a', namespace: 'default', exec_mode: 'fork_mode', pm_exec_path: '/x.js', pm_cwd: '/', pm_pid_path: process.env.PM2_HOME + '/a.pid', pm_out_log_path: '/dev/null', pm_err_log_path: '/dev/null', merge_logs: true, autostart: true, autorestart: true, instance_var: 'NODE_APP_INSTANCE', instances: 1, kill_timeout: 1000, vizion: false, env: {}, ...more });
      const fake = (pid) => Object.assign(new EventEmitter(), { process: { pid } });\n`
    const out = execFileSync(process.execPath, ['-e', start + code], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    return JSON.parse(out.slice(out.indexOf('ANSWER') + 6))
  }

  it('is the version that the package pins', () => {
    const pinned = (
      JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: { pm2: string } }
    ).devDependencies.pm2
    expect(pinned).to.equal('7.0.4')
    expect((JSON.parse(source('package.json')) as { version: string }).version).to.equal(pinned)
  })

  it('God: has the functions that we call and those that we replace', () => {
    const names = [
      'prepare',
      'reloadProcessId',
      'restartProcessId',
      'deleteProcessId',
      'stopProcessId',
      'nodeApp',
      'forkMode',
      'killProcess',
      'getMonitorData',
      'getFormatedProcesses',
      'handleExit',
      'executeApp',
      'injectVariables',
    ]
    expect(
      withGod(`answer(${JSON.stringify(names)}.filter((name) => typeof God[name] !== 'function'))`),
    ).to.deep.equal([])
    expect(withGod(`answer([typeof God.clusters_db, typeof God.bus.emit])`)).to.deep.equal([
      'object',
      'function',
    ])
  })

  it('God.prepare: spawns through God.forkMode and God.nodeApp, looked up at each call, and numbers instances', () => {
    const code = `const seen = [];
      God.forkMode = (env, done) => { seen.push(['fork', env.NODE_APP_INSTANCE, env.pm_id]); const child = fake(1); child.pm2_env = env; done(null, child) };
      God.nodeApp = (env, done) => { seen.push(['cluster', env.NODE_APP_INSTANCE, env.pm_id]); const child = fake(2); child.pm2_env = env; done(null, child); setImmediate(() => child.emit('online')) };
      God.prepare(conf(), () => God.prepare(conf({ exec_mode: 'cluster_mode' }), () => answer(seen)))`
    expect(withGod(code)).to.deep.equal([
      ['fork', 0, 0],
      ['cluster', 1, 1],
    ])
  })

  it('God.prepare: asks for the process before it returns, so that one that is already there misses no event', () => {
    const code = `let isAsked = false; God.forkMode = (env, done) => { isAsked = true; const child = fake(1); child.pm2_env = env; done(null, child) };
      God.prepare(conf({ exec_mode: 'fork_mode' }), () => {}); answer(isAsked)`
    expect(withGod(code)).to.equal(true)
  })

  it('God.handleExit: decides the restart by `restart_task`, and backs off 100, 150, 225', () => {
    const code = `const delays = []; let n = 0;
      God.forkMode = (env, done) => { const child = fake(++n); child.pm2_env = env; done(null, child);
        if (n > 3) return answer(delays);
        setTimeout(() => { child.emit('exit', 1, null); delays.push([env.prev_restart_delay, env.restart_task !== undefined]) }, 5) };
      God.prepare(conf({ exp_backoff_restart_delay: 100 }), () => {})`
    expect(withGod(code)).to.deep.equal([
      [100, true],
      [150, true],
      [225, true],
    ])
  })

  it('God.handleExit: leaves `restart_task` unset for autorestart: false and stop_exit_codes', () => {
    const code = (
      more: string,
    ) => `God.forkMode = (env, done) => { const child = fake(1); child.pm2_env = env; done(null, child); child.emit('exit', 7, null); answer(env.restart_task === undefined) };
      God.prepare(conf(${more}), () => {})`
    expect(withGod(code('{ autorestart: false }'))).to.equal(true)
    expect(withGod(code('{ stop_exit_codes: [7] }'))).to.equal(true)
    expect(withGod(code('{}'))).to.equal(false)
  })

  it('God.pm2_being_killed: stops restarts', () => {
    const code = `God.forkMode = (env, done) => { const child = fake(1); child.pm2_env = env; done(null, child); God.pm2_being_killed = true; child.emit('exit', 7, null); answer(env.restart_task === undefined) };
      God.prepare(conf(), () => {})`
    expect(withGod(code)).to.equal(true)
  })

  it("God.reloadProcessId: waits for the new one's `listening`, then stops the old, parked as _old_<id>, through God.killProcess", () => {
    const code = `let n = 0; const seen = [];
      God.nodeApp = (env, done) => { const worker = fake(++n); worker.pm2_env = env; done(null, worker); setImmediate(() => { worker.emit('online'); setTimeout(() => { seen.push('listening ' + worker.process.pid); worker.emit('listening') }, 20) }) };
      God.killProcess = (pid, env, done) => { seen.push('kill ' + pid + ' ' + env.pm_id + ' ' + env.status); done(null, true) };
      God.prepare(conf({ exec_mode: 'cluster_mode' }), () => God.reloadProcessId({ id: 0 }, () => answer([seen, Object.keys(God.clusters_db)])))`
    const [seen, left] = withGod(code) as [string[], string[]]
    expect(seen.slice(-2)).to.deep.equal(['listening 2', 'kill 1 _old_0 stopping'])
    expect(left).to.deep.equal(['0'])
  })

  it('God.bus: carries `process:event` with `online`, and takes `process:msg` with raw `ready`', () => {
    const code = `const events = []; God.bus.on('process:event', (e) => events.push(e.event));
      God.forkMode = (env, done) => { const child = fake(1); child.pm2_env = env; done(null, child); setTimeout(() => { const before = [...events]; God.bus.emit('process:msg', { raw: 'ready', process: { name: 'a', pm_id: 0 } }); answer([before, events]) }, 50) };
      God.prepare(conf({ wait_ready: true, listen_timeout: 5000 }), () => {})`
    expect(withGod(code)).to.deep.equal([[], ['online', 'start']])
  })

  it('the modules that we leave out are still asked for by these names', () => {
    expect(source('lib/God.js'))
      .to.include("require('../modules/vizion')")
      .and.include("require('./Watcher')")
      .and.include("require('./Worker.js')")
    expect(source('lib/Worker.js'))
      .to.include("require('./VersionCheck.js')")
      .and.include("require('./tools/SysMetrics.js')")
    expect(source('lib/God/ClusterMode.js')).to.include("require('../tools/typestrip.js')")
    expect(source('lib/God/ActionMethods.js')).to.include("require('pidusage')")
  })

  it('the worker compares `monit.memory` of God.getMonitorData with max_memory_restart, and reloads', () => {
    const code = `God.forkMode = (env, done) => { const child = fake(1); child.pm2_env = env; done(null, child) };
      God.getMonitorData = (_e, done) => { const list = God.getFormatedProcesses(); for (const p of list) p.monit = { memory: 200, cpu: 0 }; done(null, list) };
      God.reloadProcessId = (o, done) => answer(o.id);
      God.prepare(conf({ max_memory_restart: 100 }), () => {})`
    expect(withGod(code)).to.equal(0)
  })

  it("the agent and the daemon's sockets lie where we start them", () => {
    expect(() => require.resolve('pm2/modules/pm2-io-agent/src/InteractorDaemon.js')).not.to.throw()
    const daemon = source('lib/Daemon.js')
    for (const option of ['ignore_signals', 'pub_socket_file', 'rpc_socket_file', 'pid_file'])
      expect(daemon).to.include(`opts.${option}`)
    expect(daemon).to.include('Daemon.prototype.innerStart')
  })
})
