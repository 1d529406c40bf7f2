/**
 * Every way in which a dyno's app can fail: the built runtime ends with a status that is not 0 and
 * one paragraph that says why.
 */
import { expect } from 'chai'
import { AppFolder, freePort, HTTP_APP, type Run } from '../runtime/harness.js'
import { RUNTIME } from './support/runtimes.js'

interface Case {
  what: string
  files?: Record<string, string>
  options?: string
  env?: Record<string, string>
  code: number
  /** Of the last paragraph on stderr. */
  says: Array<string | RegExp>
  /** The app's own last words, which stand above it. */
  lastWords?: string
}

const listening = (after: number) =>
  `require('http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1'); setTimeout(() => { console.error('going down'); process.exit(3) }, ${after})`

const CASES: Case[] = [
  {
    what: 'throws at boot',
    files: { 'app.js': 'throw new Error("no database")' },
    code: 1,
    says: ['a cannot stay up, so the dyno ends', /exited with code 1 after 0\.\d s, 6 failures/],
    lastWords: 'Error: no database',
  },
  {
    what: 'throws at boot, in cluster mode',
    options: ', exec_mode: cluster',
    files: { 'app.js': 'throw new Error("no database")' },
    code: 1,
    says: ['a cannot stay up', /6 failures/],
    lastWords: 'Error: no database',
  },
  {
    what: 'rejects a promise at boot',
    files: { 'app.mjs': 'await Promise.reject(new Error("no queue"))' },
    options: ', script: app.mjs',
    code: 1,
    says: ['a cannot stay up'],
    lastWords: 'Error: no queue',
  },
  {
    what: 'exits 1.5 s after boot',
    files: { 'app.js': listening(1500) },
    env: { SHIPIT_PATIENCE: '3' },
    code: 3,
    says: [/exited with code 3 after \d\.\d s, \d failures in \d+ s/],
    lastWords: 'going down',
  },
  {
    what: 'exits long after boot, again and again',
    files: { 'app.js': listening(2500) },
    env: { SHIPIT_PATIENCE: '4' },
    code: 3,
    says: [/exited with code 3 after \d\.\d s, 2 failures in \d+ s/],
    lastWords: 'going down',
  },
  {
    what: 'prints nothing and exits',
    files: { 'app.js': 'process.exit(5)' },
    code: 5,
    says: ['exited with code 5', '; it printed nothing'],
  },
  {
    what: 'prints on stdout only and exits',
    files: { 'app.js': 'console.log("hello"); process.exit(5)' },
    code: 5,
    says: ['; it printed nothing to stderr'],
  },
  {
    what: 'goes on finishing with 0',
    files: { 'app.js': '' },
    code: 1,
    says: ['exited with code 0', '`autorestart: false`'],
  },
  {
    what: 'is out of memory',
    options: ', node_args: --max-old-space-size=20',
    files: {
      'app.js':
        'const held = []; setTimeout(() => { for (;;) held.push(new Array(1000).fill(Math.random())) }, 50)',
    },
    code: 1,
    says: ['was ended by SIGABRT', 'its heap is full', '--max-old-space-size'],
    lastWords: 'heap out of memory',
  },
  {
    what: 'is killed by a signal',
    files: { 'app.js': 'process.kill(process.pid, "SIGSEGV")' },
    code: 1,
    says: ['was ended by SIGSEGV'],
  },
  {
    what: 'is a shell script that fails',
    files: { 'app.sh': 'echo "no such table" >&2; exit 9' },
    options: ', script: app.sh',
    code: 9,
    says: ['exited with code 9'],
    lastWords: 'no such table',
  },
  {
    what: 'is given up by its own max_restarts',
    files: { 'app.js': 'process.exit(5)' },
    options: ', max_restarts: 2',
    code: 5,
    says: ['a cannot stay up', 'exited with code 5'],
  },
  {
    what: 'has a cron_restart that is none',
    options: ', cron_restart: nonsense',
    files: { 'app.js': '' },
    code: 1,
    says: ['`cron_restart` is not a valid cron pattern: nonsense', 'five fields'],
  },
  {
    what: 'is given flags that Node does not know',
    options: ', node_args: --nosuch',
    files: { 'app.js': '' },
    code: 9,
    says: ['a cannot stay up'],
    lastWords: 'bad option: --nosuch',
  },
  {
    what: 'is not there',
    options: ', script: gone.js',
    code: 1,
    says: ['the script gone.js does not exist', '→ correct `script`'],
  },
  {
    what: 'wants an unknown interpreter',
    files: { 'app.js': '' },
    options: ', interpreter: nosuch',
    code: 1,
    says: ['the interpreter `nosuch` is not installed', 'the buildpack that brings it'],
  },
  {
    what: 'has a syntax error in its ecosystem file',
    files: { 'e.yml': 'apps:\n  - name: a\n   script: a.js\n' },
    code: 1,
    says: [/e\.yml cannot be used\n {2}e\.yml:\d+/],
  },
  {
    what: 'has an ecosystem file that throws',
    files: { 'e.config.js': 'module.exports = { apps: [{ script: nowhere.js }] }' },
    code: 1,
    says: [/e\.config\.js cannot be used\n .*nowhere is not defined/],
  },
  {
    what: 'has an option of the wrong kind',
    options: ', max_memory_restart: 100MB',
    files: { 'app.js': '' },
    code: 1,
    says: ['max_memory_restart', 'did you mean 100M?'],
  },
]

describe('a dyno whose app', function () {
  this.timeout(90_000)
  let app: AppFolder
  afterEach(() => app.end())

  for (const { what, files = {}, options = '', env = {}, code, says, lastWords } of CASES) {
    it(what, async () => {
      const script = options.includes('script:') ? '' : ', script: app.js'
      app = new AppFolder(
        { 'e.yml': `apps:\n  - { name: a${script}${options} }\n`, ...files },
        RUNTIME,
      )
      const file = Object.keys(files).find((name) => name.startsWith('e.')) ?? 'e.yml'
      const run = await app.start(['start', file], { PORT: String(await freePort()), ...env })
      expect((await run.ended).code, run.output).to.equal(code)
      const paragraph = lastParagraph(run)
      for (const word of says)
        expect(paragraph).to[typeof word === 'string' ? 'include' : 'match'](word as never)
      expect(paragraph).not.to.match(/\n\s+at /)
      if (lastWords)
        expect(
          run.stderr.slice(0, run.stderr.indexOf(paragraph)).split('\n').slice(-21).join('\n'),
        ).to.include(lastWords)
    })
  }

  it('is one of two: the other is stopped cleanly, and finishes what it was asked', async () => {
    const slow = HTTP_APP.replace('3000', '1500')
    app = new AppFolder(
      {
        'server.js': slow,
        'boom.js': `setTimeout(() => process.exit(4), 600)`,
        'e.yml':
          'apps:\n  - { name: api, script: server.js }\n  - { name: job, script: boom.js, max_restarts: 1 }\n',
      },
      RUNTIME,
    )
    const port = await freePort()
    const run = await app.start(['start', 'e.yml'], { PORT: String(port) })
    await run.says('app=api instance=0 event=listening')
    const answer = fetch(`http://127.0.0.1:${port}/slow`).then((response) => response.text())
    await run.says('job cannot stay up')
    expect(await answer).to.equal('slow')
    expect((await run.ended).code).to.equal(4)
    expect(run.stderr).not.to.include('api cannot stay up')
  })

  const silent: Array<[string, string, RegExp]> = [
    [
      'never listens',
      'setInterval(() => {}, 1000)',
      /nothing listens on PORT, which is \d+, yet; Heroku ends a web dyno .* within 60 s \(R10\): listen on process\.env\.PORT/,
    ],
    [
      'listens on the wrong port',
      `require('http').createServer((q, r) => r.end()).listen(0, '127.0.0.1')`,
      /a listens on \d+, and nothing on PORT, which is \d+; Heroku ends/,
    ],
  ]
  for (const [what, source, words] of silent) {
    it(`${what} is told in time, and left to the platform`, async () => {
      app = new AppFolder(
        {
          'app.js': source,
          'e.yml': 'apps:\n  - { name: a, script: app.js, exec_mode: cluster }\n',
        },
        RUNTIME,
      )
      const run = await app.start(['start', 'e.yml'], {
        PORT: String(await freePort()),
        SHIPIT_PATIENCE: '1',
      })
      await run.says(words)
      expect(run.child.exitCode).to.equal(null)
    })
  }
})

/** From our last words on: a line that begins with `shipit:`, and those indented under it. */
function lastParagraph(run: Run): string {
  return run.stderr.slice(run.stderr.lastIndexOf('shipit: '))
}
