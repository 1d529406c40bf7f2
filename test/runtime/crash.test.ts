import { expect } from 'chai'
import { AppFolder, freePort, HTTP_APP } from './harness.js'

describe('an app that cannot stay up', function () {
  this.timeout(90_000)
  let app: AppFolder
  afterEach(() => app.end())

  for (const mode of ['cluster', 'fork']) {
    it(`that throws at boot ends the dyno with its code and its last words (${mode})`, async () => {
      app = new AppFolder({
        'boom.js': 'throw new Error("no database")',
        'ecosystem.config.yml': `apps:\n  - { name: api, script: boom.js, exec_mode: ${mode} }\n`,
      })
      const run = await app.start()
      expect((await run.ended).code).to.equal(1)
      const [, last] = run.stderr.split(/(?=shipit: api cannot stay up)/)
      expect(last).to.match(
        /^shipit: api cannot stay up, so the dyno ends\n {2}its last instance exited with code 1 /,
      )
      expect(run.stdout)
        .to.include('event=exit code=1 restarts=2 backoff=225ms')
        .and.include('event=crash code=1')
      expect(run.stderr.split('shipit: api')[0]?.split('\n').slice(-15).join('\n')).to.include(
        'no database',
      )
    })
  }

  it("keeps the app's own code, and gives 1 for an app that goes on finishing with 0", async () => {
    app = new AppFolder({
      'seven.js': 'process.exit(7)',
      'zero.js': 'process.exit(0)',
      'seven.yml': 'apps:\n  - { name: a, script: seven.js }\n',
      'zero.yml': 'apps:\n  - { name: a, script: zero.js }\n',
    })
    const [seven, zero] = [
      await app.start(['start', 'seven.yml']),
      await app.start(['start', 'zero.yml']),
    ]
    expect((await seven.ended).code).to.equal(7)
    expect((await zero.ended).code).to.equal(1)
    expect(zero.stderr).to.include('autorestart: false')
  })

  it('that listens and dies after 1.5 s again and again ends the dyno when patience is over', async () => {
    const late = `require('http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1'); setTimeout(() => process.exit(3), 1500)`
    app = new AppFolder({
      'late.js': late,
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: late.js, exec_mode: cluster }\n',
    })
    const run = await app.start(undefined, { PORT: String(await freePort()), SHIPIT_PATIENCE: '4' })
    expect((await run.ended).code).to.equal(3)
    expect(run.stdout).to.include('event=listening').and.include('event=crash code=3')
  })

  it('takes the others with it, and stops them cleanly', async () => {
    app = new AppFolder({
      'server.js': HTTP_APP,
      'boom.js': 'process.exit(4)',
      'ecosystem.config.yml':
        'apps:\n  - { name: api, script: server.js }\n  - { name: job, script: boom.js }\n',
    })
    const run = await app.start(undefined, { PORT: String(await freePort()) })
    expect((await run.ended).code).to.equal(4)
    expect(run.stderr).to.include('job cannot stay up')
  })

  it('is given up by max_restarts of the file', async () => {
    app = new AppFolder({
      'boom.js': 'process.exit(5)',
      'ecosystem.config.yml': 'apps:\n  - { name: api, script: boom.js, max_restarts: 2 }\n',
    })
    const run = await app.start()
    expect((await run.ended).code).to.equal(5)
    expect(run.stdout.match(/event=start/g)).to.have.length(2)
  })

  it('ends the dyno with 0 when all apps have finished with 0, and with their code otherwise', async () => {
    app = new AppFolder({
      'ok.js': 'console.log("done")',
      'bad.js': 'process.exit(9)',
      'ok.yml':
        'apps:\n  - { name: a, script: ok.js, autorestart: false }\n  - { name: b, script: ok.js, stop_exit_codes: [0] }\n',
      'bad.yml': 'apps:\n  - { name: a, script: bad.js, autorestart: false }\n',
    })
    const [good, bad] = [
      await app.start(['start', 'ok.yml']),
      await app.start(['start', 'bad.yml']),
    ]
    expect((await good.ended).code).to.equal(0)
    expect((await bad.ended).code).to.equal(9)
  })

  const broken: Array<[string, Record<string, string>, string]> = [
    [
      'a missing script',
      { 'e.yml': 'apps:\n  - { name: a, script: gone.js }\n' },
      'the script gone.js does not exist',
    ],
    [
      'an unknown interpreter',
      { 'a.js': '', 'e.yml': 'apps:\n  - { name: a, script: a.js, interpreter: nosuch }\n' },
      'the interpreter `nosuch` is not installed',
    ],
    [
      'a syntax error in the file',
      { 'e.yml': 'apps:\n  - name: a\n   script: a.js\n' },
      'e.yml cannot be',
    ],
    ['no file', {}, 'e.yml cannot be'],
    ['no apps', { 'e.yml': 'apps: []\n' }, 'apps'],
  ]
  for (const [what, files, words] of broken) {
    it(`says so for ${what}, in a paragraph without a stack`, async () => {
      app = new AppFolder(files)
      const run = await app.start(['start', 'e.yml'])
      expect((await run.ended).code).to.equal(1)
      expect(run.stderr).to.include(words)
      expect(run.stderr).not.to.match(/\n\s+at /)
    })
  }
})
