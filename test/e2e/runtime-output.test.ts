/** What reaches the dyno's log of what its apps print. */
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AppFolder, until } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'

const EXIT_LATER = 'setTimeout(() => process.exit(0), 50)'

describe('output', function () {
  this.timeout(120_000)
  let app: AppFolder
  afterEach(() => app.end())

  const ran = async (
    files: Record<string, string>,
    apps: string,
    env: Record<string, string | undefined> = {},
  ) => {
    app = new AppFolder({ ...files, 'e.yml': `apps:\n${apps}` }, RUNTIME)
    const run = await app.start(['start', 'e.yml'], env)
    expect((await run.ended).code, run.output).to.equal(0)
    return run
  }
  const one = (options = '') => `  - { name: one, script: one.js, autorestart: false${options} }\n`
  const two = (options = '') => `  - { name: two, script: two.js, autorestart: false${options} }\n`

  for (const mode of ['fork', 'cluster']) {
    it(`of one app is what it wrote, byte for byte (${mode})`, async () => {
      const text =
        'plain\n\n  indented\ttab\n\x1b[31mred\x1b[0m\rcarriage\r\né😀 \x00\x07\n[PM2] not ours\n'
      app = new AppFolder(
        {
          'one.js': `process.stdout.write(${JSON.stringify(text)}); process.stdout.write(Buffer.from([0xff, 0xfe, 10])); process.stderr.write(${JSON.stringify(text)}); ${EXIT_LATER}`,
          'e.yml': `apps:\n${one(`, exec_mode: ${mode}`)}`,
        },
        RUNTIME,
      )
      const [out, err] = await bytesOf(app.dir)
      expect(ours(out)).to.deep.equal(
        Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xfe, 10])]),
      )
      expect(err.toString()).to.equal(text)
    })
  }

  it('of several apps has [name:instance] before each line, and a last line its line feed', async () => {
    const run = await ran(
      {
        'one.js': `process.stdout.write('a\\n\\nb'); ${EXIT_LATER}`,
        'two.js': `console.error('c'); ${EXIT_LATER}`,
      },
      one() + two(', instances: 2'),
    )
    expect(run.appLines.sort()).to.deep.equal(['[one:0] ', '[one:0] a', '[one:0] b'])
    expect(
      run.stderr
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).to.deep.equal(['[two:0] c', '[two:1] c'])
  })

  it('keeps our own lines apart from a last line without a line feed', async () => {
    const run = await ran({ 'one.js': `process.stdout.write('no end'); ${EXIT_LATER}` }, one())
    expect(run.stdout).to.match(
      /^no end\nshipit source=web\.1 app=one instance=0 event=exit code=0/m,
    )
  })

  it('splits lines of more than 10,000 bytes as Heroku does, prefix included', async () => {
    const source = `process.stdout.write('é'.repeat(12000) + '\\nend\\n'); ${EXIT_LATER}`
    const alone = await ran({ 'one.js': source }, one())
    expect(alone.appLines).to.deep.equal([
      'é'.repeat(5000),
      'é'.repeat(5000),
      'é'.repeat(2000),
      'end',
    ])
    await app.end()
    const both = await ran({ 'one.js': source, 'two.js': EXIT_LATER }, one() + two())
    const lines = both.appLines.map((line) => line.replace('[one:0] ', ''))
    expect(lines.join('')).to.equal('é'.repeat(12_000) + 'end')
    expect(Math.max(...both.appLines.map((line) => Buffer.byteLength(line)))).to.be.within(
      9_998,
      10_000,
    )
  })

  it('of instances that share it never mixes inside a line, however slowly it is read', async () => {
    const source = `const digit = process.env.NODE_APP_INSTANCE; process.on('message', () => {}); const begin = setInterval(() => { if (!require('fs').existsSync('go')) return; clearInterval(begin); for (let i = 0; i < 1500; i++) console.log(digit.repeat(1 + (i * 997) % 9999)); process.exit(0) }, 10)`
    app = new AppFolder({ 'one.js': source, 'e.yml': `apps:\n${one(', instances: 3')}` }, RUNTIME)
    const run = await app.start(['start', 'e.yml'])
    await run.says('instance=2 event=online')
    run.child.stdout?.pause()
    app.write('go', '')
    const slowly = setInterval(() => {
      run.child.stdout?.resume()
      setImmediate(() => run.child.stdout?.pause())
    }, 1)
    await until(() => (run.stdout.match(/event=exit/g) ?? []).length === 3, 60_000)
    clearInterval(slowly)
    run.child.stdout?.resume()
    expect((await run.ended).code).to.equal(0)
    expect(run.appLines).to.have.length(4500)
    expect(run.appLines.filter((line) => new Set(line).size !== 1)).to.deep.equal([])
  })

  it('of 50,000 lines a second on both streams by two instances arrives whole and in order', async () => {
    const source = `let n = 0; const id = process.env.NODE_APP_INSTANCE; const begun = Date.now()
      const tick = () => { const due = Math.min(50000, (Date.now() - begun) * 25); for (; n < due; n++) (n % 2 ? console.error : console.log)(id + ' ' + n + ' ' + 'x'.repeat(60)); if (n < 50000) setTimeout(tick, 5); else process.exit(0) }; setTimeout(tick, 500)`
    const run = await ran({ 'one.js': source }, one(', instances: 2'))
    const numbers = (text: string, id: string) =>
      text
        .split('\n')
        .filter((line) => line.startsWith(`${id} `))
        .map((line) => Number(line.split(' ')[1]))
    const all = Array.from({ length: 50_000 }, (_, i) => i)
    for (const id of ['0', '1']) {
      expect(numbers(run.stdout, id)).to.deep.equal(all.filter((n) => n % 2 === 0))
      expect(numbers(run.stderr, id)).to.deep.equal(all.filter((n) => n % 2 === 1))
    }
  })

  it('that nobody reads waits in the app, not in memory, and is whole once it is read', async () => {
    const source = `for (let n = 0; n < 200000; n++) console.log(n + ' ' + 'x'.repeat(500)); process.exit(0)`
    app = new AppFolder(
      { 'one.js': source, 'two.js': EXIT_LATER, 'e.yml': `apps:\n${one()}${two()}` },
      RUNTIME,
    )
    const child = spawn(process.execPath, [RUNTIME, 'start', 'e.yml'], {
      cwd: app.dir,
      detached: true,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        DYNO: 'web.1',
        SHIPIT_METRICS: 'off',
        TMPDIR: app.dir,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let bytes = 0
    await new Promise<void>((resolve) => child.stdout.once('readable', resolve))
    // 100 MB want to come; time enough for a supervisor that would take them.
    let largest = 0
    let looks = 0
    await until(() => {
      largest = Math.max(largest, residentMegabytes(child.pid as number))
      return (looks += 1) > 75
    }, 30_000)
    child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
    expect(await new Promise((resolve) => child.once('close', resolve))).to.equal(0)
    expect(bytes).to.be.greaterThan(100e6)
    expect(largest).to.be.below(120)
  })

  for (const mode of ['fork', 'cluster']) {
    it(`has an uncaught exception once (${mode})`, async () => {
      app = new AppFolder(
        {
          'one.js': 'throw new Error("only once")',
          'e.yml': `apps:\n${one(`, exec_mode: ${mode}`)}`,
        },
        RUNTIME,
      )
      const run = await app.start(['start', 'e.yml'])
      expect((await run.ended).code).to.equal(1)
      expect(run.output.match(/Error: only once/g)).to.have.length(1)
    })
  }

  it('says where in the source an exception is, by the source map, unless the file declines', async () => {
    const map = JSON.stringify({
      version: 3,
      sources: ['original.ts'],
      names: [],
      mappings: 'AAAA;AAIA',
      file: 'one.js',
    })
    const source = `'use strict'\nthrow new Error('mapped')\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`
    app = new AppFolder(
      {
        'one.js': source,
        'two.js': source,
        'e.yml': `apps:\n${one()}`,
        'plain.yml': `apps:\n${one(', disable_source_map_support: true')}`,
      },
      RUNTIME,
    )
    const [mapped, plain] = [
      await app.start(['start', 'e.yml']),
      await app.start(['start', 'plain.yml']),
    ]
    await Promise.all([mapped.ended, plain.ended])
    expect(mapped.stderr).to.include('original.ts:5')
    expect(plain.stderr).not.to.include('original.ts').and.not.to.equal('')
  })

  const STYLES: Array<[string, string, RegExp]> = [
    ['time', ', time: true', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d: hello$/],
    ['log_date_format', ', log_date_format: "[at] YYYY/MM/DD"', /^at \d{4}\/\d\d\/\d\d: hello$/],
    [
      'log_type: json',
      ', log_type: json',
      /^\{"message":"hello","timestamp":"\d{4}-[^"]+Z","type":"out","process_id":0,"app_name":"one"\}$/,
    ],
    [
      'log_type: json and a date',
      ', log_type: json, log_date_format: YYYY',
      /^\{"message":"hello","timestamp":"\d{4}","type":"out"/,
    ],
    ['merge_logs', ', merge_logs: true', /^hello$/],
  ]
  for (const [what, options, form] of STYLES) {
    for (const mode of ['fork', 'cluster']) {
      it(`is dressed by ${what} (${mode})`, async () => {
        const run = await ran(
          { 'one.js': `console.log('hello'); ${EXIT_LATER}` },
          one(`${options}, exec_mode: ${mode}`),
        )
        expect(run.appLines).to.have.length(1)
        expect(run.appLines[0]).to.match(form)
      })
    }
  }

  it('goes to the log in place of files, with one warning, and to nowhere with disable_logs', async () => {
    const files = {
      'one.js': `console.log('to a file'); ${EXIT_LATER}`,
      'two.js': `console.log('unheard'); console.error('unheard'); ${EXIT_LATER}`,
    }
    const run = await ran(
      files,
      one(', out_file: a.log, error_file: b.log') + two(', log_file: c.log, disable_logs: true'),
    )
    expect(run.appLines).to.deep.equal(['[one:0] to a file'])
    expect(run.stderr.match(/log files are not written/g)).to.have.length(1)
    expect(run.stderr).not.to.include('unheard')
  })

  it('has no metrics with SHIPIT_METRICS=off, and some by its seconds', async () => {
    const source = 'setTimeout(() => process.exit(0), 1500)'
    const quiet = await ran({ 'one.js': source }, one(), { SHIPIT_METRICS: 'off' })
    expect(quiet.stdout).not.to.include('sample#')
    await app.end()
    expect((await ran({ 'one.js': source }, one(), { SHIPIT_METRICS: '0.2' })).stdout).to.include(
      'sample#memory_rss=',
    )
  })
})

/** The bytes of stdout and stderr of a runtime that ends by itself. */
async function bytesOf(dir: string): Promise<[Buffer, Buffer]> {
  const child = spawn(process.execPath, [RUNTIME, 'start', 'e.yml'], {
    cwd: dir,
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DYNO: 'web.1',
      SHIPIT_METRICS: 'off',
      TMPDIR: dir,
    },
  })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  await new Promise((resolve) => child.once('close', resolve))
  return [Buffer.concat(out), Buffer.concat(err)]
}

/** Without the runtime's own lines. */
function ours(bytes: Buffer): Buffer {
  const lines = bytes.toString('latin1').split(/(?<=\n)/)
  return Buffer.from(lines.filter((line) => !line.startsWith('shipit')).join(''), 'latin1')
}

function residentMegabytes(pid: number): number {
  return (
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  )
}
