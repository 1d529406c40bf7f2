import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parsePm2CommandLine } from '../../src/ecosystem/pm2-command-line.js'

const folder = path.dirname(createRequire(import.meta.url).resolve('pm2/package.json'))

/** The flags that PM2's own programs declare before their commands, long and short. */
function flagsOf(program: string): string[] {
  const source = readFileSync(path.join(folder, 'lib/binaries', program), 'utf8')
  const declared = [
    ...source.slice(0, source.indexOf('.command(')).matchAll(/\.option\('([^']+)'/g),
  ].map(([, spec]) => spec!)
  return declared.flatMap((spec) => spec.match(/(?<=^|[ ,])--?[a-z][a-z0-9-]*/gi) ?? [])
}

/** What PM2's own programs say of a flag that has a value. */
function specs(): { flags: string[]; takes: 'value' | 'optional' | 'none' }[] {
  return ['CLI.js', 'Runtime4Docker.js', 'DevCLI.js'].flatMap((program) => {
    const source = readFileSync(path.join(folder, 'lib/binaries', program), 'utf8')
    return [...source.slice(0, source.indexOf('.command(')).matchAll(/\.option\('([^']+)'/g)]
      .map(([, spec]) => spec!)
      .filter((spec) => !/-v|--version/.test(spec))
      .map((spec) => ({
        flags: spec.match(/(?<=^|[ ,])--?[a-z][a-z0-9-]*/gi) ?? [],
        takes: spec.includes('<') ? 'value' : spec.includes('[') ? 'optional' : 'none',
      }))
  })
}

describe("PM2's command lines, as options of an ecosystem file", () => {
  it('knows every flag of pm2, pm2-runtime and pm2-dev', () => {
    // `pm2 --version` starts nothing.
    const flags = [
      ...flagsOf('CLI.js'),
      ...flagsOf('Runtime4Docker.js'),
      ...flagsOf('DevCLI.js'),
    ].filter((flag) => !/^(-v|--version)$/.test(flag))
    expect(flags.length).to.be.greaterThan(60)
    const unknown = flags.filter((flag) =>
      parsePm2CommandLine([flag, '1', 'app.js']).refused.some(({ why }) =>
        why.includes('no such flag'),
      ),
    )
    expect(unknown).to.deep.equal([])
  })

  it('refuses four flags of pm2-runtime alone, each with its reason', () => {
    const refused = flagsOf('Runtime4Docker.js').flatMap(
      (flag) => parsePm2CommandLine(['app.js', flag, '1']).refused,
    )
    expect(refused.map(({ flag }) => flag)).to.deep.equal([
      '--secret',
      '--public',
      '--machine-name',
      '--web',
    ])
    expect(refused.map(({ why }) => why).filter((why) => why.length < 20)).to.deep.equal([])
  })

  it('takes values behind a space, an equals sign and a short flag', () => {
    for (const words of [['--instances', '4'], ['--instances=4'], ['-i', '4'], ['-i4']]) {
      expect(parsePm2CommandLine([...words, 'app.js'])).to.deep.include({
        file: 'app.js',
        options: { instances: 4 },
      })
    }
  })

  it('leaves what follows two dashes to the app', () => {
    expect(
      parsePm2CommandLine(['start', 'app.js', '-i', 'max', '--', '-i', '2', '--name', 'x']),
    ).to.deep.include({
      file: 'app.js',
      options: { instances: 'max' },
      args: ['-i', '2', '--name', 'x'],
    })
  })

  it('does not take the file for the value of a flag that needs none', () => {
    expect(parsePm2CommandLine(['--watch', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { watch: true },
    })
    expect(parsePm2CommandLine(['--max-restarts', '5', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { max_restarts: 5 },
    })
    expect(parsePm2CommandLine(['--stop-exit-codes', '0', '1', 'app.js'])).to.deep.include({
      file: 'app.js',
      options: { stop_exit_codes: [0, 1] },
    })
  })

  it('refuses keys, without repeating them', () => {
    const { refused } = parsePm2CommandLine(['app.js', '--secret', 's3cr3t', '--public', 'p'])
    expect(refused.map(({ flag }) => flag)).to.deep.equal(['--secret', '--public'])
    expect(JSON.stringify(refused)).to.not.include('s3cr3t')
  })

  it('sets the option that each flag is for', () => {
    const rows: Record<string, Record<string, unknown>> = {
      '-n api': { name: 'api' },
      '-i -1': { instances: -1 },
      '-i 12': { instances: 12 },
      '-i 1x': { instances: '1x' },
      '-i x1': { instances: 'x1' },
      '--namespace n': { namespace: 'n' },
      '--interpreter bun': { interpreter: 'bun' },
      '--node-args --inspect': { node_args: '--inspect' },
      '--interpreter-args=-r x': { node_args: '-r x' },
      '--cwd sub': { cwd: 'sub' },
      '--max-memory-restart 1G': { max_memory_restart: '1G' },
      '-c 0_*': { cron_restart: '0_*' },
      '--cron-restart 0': { cron_restart: '0' },
      '-k 3000': { kill_timeout: 3000 },
      '--listen-timeout soon': { listen_timeout: 'soon' },
      '--restart-delay 10': { restart_delay: 10 },
      '--exp-backoff-restart-delay 100': { exp_backoff_restart_delay: 100 },
      '--max-restarts 5': { max_restarts: 5 },
      '--min-uptime 1m': { min_uptime: '1m' },
      '--stop-exit-codes 0,1 2': { stop_exit_codes: [0, 1, 2] },
      '--stop-exit-codes=3,4': { stop_exit_codes: [3, 4] },
      '--uid 1000': { uid: '1000' },
      '--gid 100': { gid: '100' },
      '-u www': { uid: 'www' },
      '--log-type json': { log_type: 'json' },
      '--log-date-format YYYY': { log_date_format: 'YYYY' },
      '--filter-env A,B': { filter_env: ['A', 'B'] },
      '--watch-delay 2': { watch_delay: 2000 },
      '--watch-delay 1.5s': { watch_delay: 1500 },
      '--watch-delay 700ms': { watch_delay: 700 },
      '--ignore-watch a,b': { ignore_watch: ['a', 'b'] },
      '--watch=a,b': { watch: ['a', 'b'] },
      '--watch': { watch: true },
      '--no-watch': { watch: false },
      '--ignore a,b': { ignore_watch: ['a', 'b', 'node_modules'] },
      '--ignore': { ignore_watch: ['node_modules'] },
      '--timestamp': { log_date_format: 'YYYY-MM-DD-HH:mm:ss' },
      '--time': { time: true },
      '--disable-logs': { disable_logs: true },
      '--merge-logs': { merge_logs: true },
      '--wait-ready': { wait_ready: true },
      '--shutdown-with-message': { shutdown_with_message: true },
      '--source-map-support': { source_map_support: true },
      '--disable-source-map-support': { disable_source_map_support: true },
      '-x': { exec_mode: 'fork' },
      '--no-autorestart': { autorestart: false },
      '--no-autostart': { autostart: false },
      '--no-treekill': { treekill: false },
      '--no-pmx': { pmx: false },
      '--no-automation': { automation: false },
      '--no-vizion': { vizion: false },
      '--trace': { trace: true },
      '--disable-trace': { disable_trace: true },
      '--v8': { v8: true },
      '--event-loop-inspector': { event_loop_inspector: true },
      '--deep-monitoring': { deep_monitoring: true },
      '--max-restarts': {},
    }
    for (const [line, options] of Object.entries(rows)) {
      const read = parsePm2CommandLine(['app.js', ...line.split(/ (?!x$)/)])
      expect(read, line).to.deep.include({ options, more: [], refused: [], dropped: [] })
    }
  })

  it('takes a value where PM2 takes one, and no more', () => {
    const wrong = specs().flatMap(({ flags, takes }) =>
      flags.flatMap((flag) => {
        // The last word can be nothing but a file.
        const { file, more } = parsePm2CommandLine([flag, '7', 'app.js'])
        const isTaken = file === 'app.js' && more.length === 0
        // PM2 takes the file for what is watched, and starts none: surely not what is meant.
        const expected = takes !== 'none' && flag !== '--watch'
        return isTaken === expected ? [] : [`${flag}: ${takes}`]
      }),
    )
    expect(wrong).to.deep.equal([])
  })

  it('drops and refuses with a reason what no dyno needs, and what no file carries', () => {
    const dropped = parsePm2CommandLine([
      ...['app.js', '-o', 'a', '-e', 'b', '-p', 'c', '--no-daemon', '--attach', '--silent'],
      ...['--parallel', '3', '--sort', 'x', '--service-name', 'y', '-a', '-f', '-m', '-w'],
      '--log',
    ])
    expect(dropped).to.deep.include({ file: 'app.js', more: [], refused: [], options: {} })
    expect(dropped.dropped.map(({ flag }) => flag)).to.deep.equal([
      ...['--output', '--error', '--pid', '--no-daemon', '--attach', '--silent', '--parallel'],
      ...['--sort', '--service-name', '--update-env', '--force', '--mini-list', '--write', '--log'],
    ])
    expect(dropped.dropped.filter(({ why }) => why.length < 10)).to.deep.equal([])
    const refused = parsePm2CommandLine(['--ext', 'js', '--post-exec', 'x', '--web', 'app.js'])
    expect(refused).to.deep.include({ file: 'app.js', more: [], dropped: [], options: {} })
    expect(refused.refused.map(({ flag }) => flag)).to.deep.equal(['--ext', '--post-exec', '--web'])
    expect(parsePm2CommandLine(['--nothing', 'app.js']).refused).to.deep.equal([
      { flag: '--nothing', why: 'PM2 7.0.4 has no such flag' },
    ])
  })

  it('keeps what is not of an app apart: environment, choice, delay and output', () => {
    const read = (...words: string[]) => parsePm2CommandLine(['app.js', ...words])
    expect(read()).to.deep.equal({
      file: 'app.js',
      more: [],
      args: [],
      options: {},
      output: 'raw',
      dropped: [],
      refused: [],
    })
    expect(read('--env', 'prod', '--only', 'a,b', '--delay', '2.5')).to.deep.include({
      env: 'prod',
      only: 'a,b',
      delay: 2.5,
      more: [],
    })
    expect(read('--delay', 'soon').delay).to.equal(0)
    expect(read('--env=prod').env).to.equal('prod')
    expect(read('--env').env).to.equal('')
    for (const output of ['json', 'format', 'formatted', 'raw'] as const)
      expect(read(`--${output}`).output).to.equal(output)
    expect(read('--jsonx')).to.deep.include({ output: 'raw' })
    expect(read('--xjson').refused).to.have.length(1)
  })

  it('takes the words of PM2 for starting as no file, and further files as apps', () => {
    for (const verb of 'start restart reload startOrRestart startOrReload startOrGracefulReload'.split(
      ' ',
    ))
      expect(parsePm2CommandLine([verb, 'a.js', 'b.js'])).to.deep.include({
        file: 'a.js',
        more: ['b.js'],
      })
    expect(parsePm2CommandLine(['starter', 'a.js'])).to.deep.include({ file: 'starter' })
    expect(parsePm2CommandLine(['restart.js'])).to.deep.include({ file: 'restart.js' })
    expect(parsePm2CommandLine(['a.js', 'start'])).to.deep.include({
      file: 'a.js',
      more: ['start'],
    })
    expect(parsePm2CommandLine(['-'])).to.deep.include({ file: '-' })
    expect(parsePm2CommandLine([])).not.to.have.property('file')
  })

  const NO_FLAG = 'PM2 7.0.4 has no such flag'
  const CODES_AND_FORK = { stop_exit_codes: [1, 2], exec_mode: 'fork' }

  it('takes for a value what can be one', () => {
    const rows: [string, object][] = [
      ['--max-restarts app.js', { file: 'app.js', options: {} }],
      ['--max-restarts 5x', { file: '5x', options: {} }],
      ['--max-restarts -x', { options: { exec_mode: 'fork' } }],
      ['--log out.log app.js', { file: 'app.js', more: [] }],
      ['-l out.log app.js', { file: 'app.js', more: [] }],
      ['--machine-name x app.js', { file: 'app.js', more: [] }],
      ['--secret abc app.js', { file: 'app.js' }],
      ['--web 80 app.js', { file: 'app.js' }],
      [
        '--stop-exit-codes 1 --time 2',
        { file: '2', options: { stop_exit_codes: [1], time: true } },
      ],
      ['--name=a=b app.js', { file: 'app.js', options: { name: 'a=b' } }],
      ['-nAPI app.js', { file: 'app.js', options: { name: 'API' } }],
      ['-n', { options: { name: '' } }],
      ['--name= app.js', { file: 'app.js', options: { name: '' } }],
      ['my-app.js a-b', { file: 'my-app.js', more: ['a-b'] }],
      ['--watch-delay 5msx app.js', { file: 'app.js', options: { watch_delay: 5000 } }],
      ['app.js --only', { file: 'app.js', only: '' }],
      ['--delay 5 app.js', { file: 'app.js', delay: 5 }],
      ['---env app.js', { file: 'app.js', refused: [{ flag: '---env', why: NO_FLAG }] }],
      ['--envx app.js', { file: 'app.js', refused: [{ flag: '--envx', why: NO_FLAG }] }],
      ['---name=x app.js', { file: 'app.js', refused: [{ flag: '---name', why: NO_FLAG }] }],
      ['--web 80x app.js', { file: '80x', more: ['app.js'] }],
      ['--stop-exit-codes 1 2 -x app.js', { file: 'app.js', options: CODES_AND_FORK }],
      ['--log -x app.js', { file: 'app.js', options: { exec_mode: 'fork' } }],
    ]
    for (const [line, expected] of rows)
      expect(parsePm2CommandLine(line.split(' ')), line).to.deep.include(expected)
  })

  it('takes no name of an object for a flag', () => {
    expect(
      parsePm2CommandLine(['--constructor', 'app.js', '--__proto__']).refused.map(
        ({ flag }) => flag,
      ),
    ).to.deep.equal(['--constructor', '--__proto__'])
  })
})
