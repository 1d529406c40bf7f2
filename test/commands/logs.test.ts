import { execFile } from 'node:child_process'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { TOKEN } from '../support/platform.js'
import { dyno, formation } from '../support/records.js'
import { run } from '../support/run.js'

const T = (n: number) => `2026-11-22T20:00:00.${String(n).padStart(6, '0')}+00:00`
const at = (n: number, text = `line ${n}`, head = 'app[web.1]') =>
  `id: ${n}\ndata: ${T(n)} ${head}: ${text}\n\n`

describe('shipit logs', () => {
  let server: FaultServer
  afterEach(() => server.close())
  const posts = () => server.arrived.filter(({ method }) => method === 'POST')
  /**
   * The app has web.1 and web.2, and a process type `jobs` at 0; each session answers the events.
   */
  const start = async (...events: string[]) => {
    server = await faultServer(({ method, path: url }) => {
      if (method === 'POST')
        return { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
      if (url.endsWith('/dynos')) return { json: [dyno('web.1'), dyno('web.2')] }
      if (url.endsWith('/formation')) return { json: [formation('web', 2), formation('jobs', 0)] }
      return { chunks: [events.join('')], headers: { 'content-type': 'text/event-stream' } }
    })
  }
  const logs = (...argv: string[]) =>
    run('logs', [...argv, '--app', 'a1'], { HEROKU_HOST: server.url })
  /** The messages alone. */
  const messages = async (...argv: string[]) =>
    (await logs(...argv, '--json')).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { message: string }).message)

  it("prints in a pipe what the platform sent, in Heroku's format byte for byte, figures too", async () => {
    const sample = 'shipit source=web.1 app=api instance=0 pid=1 sample#memory_rss=1.00MB'
    await start(at(1, '\x1b[31mred\x1b[0m\x9b2J'), at(2, sample))
    const { stdout } = await run(
      'logs',
      ['-n', '2', '--dyno', 'web', '--source', 'app', '--app', 'a1'],
      { HEROKU_HOST: server.url },
    )
    expect(stdout).to.equal(
      '2026-11-22T20:00:00.000001+00:00 app[web.1]: \x1b[31mred\x1b[0m\x9b2J\n' +
        `2026-11-22T20:00:00.000002+00:00 app[web.1]: ${sample}\n`,
    )
    expect(JSON.parse(posts().at(-1)!.body)).to.deep.equal({ lines: 2, type: 'web', source: 'app' })
  })

  it('shows people times, names and words, and counts only lines that it shows', async () => {
    await start(
      at(1, 'older'),
      at(2, '[api:0] at work \x1b[2J'),
      at(3, 'shipit source=web.1 app=api instance=1 event=exit code=1 restarts=0 backoff=225ms'),
      at(4, 'shipit source=web.1 app=api instance=0 pid=1 sample#memory_rss=1.00MB'),
      at(5, 'source=web.1 dyno=heroku.1.2 sample#load_avg_1m=0.1', 'heroku[web.1]'),
      at(
        6,
        'at=info method=GET path="/a" host=h request_id=1 fwd="::1" dyno=web.1 connect=0ms service=3ms status=200 bytes=2 protocol=http',
        'heroku[router]',
      ),
    )
    const people = async (...argv: string[]) =>
      (await logs('--force-colors', ...argv)).stdout
        .split('\n')
        .map((line) => stripVTControlCharacters(line).replace(/^\d\d:\d\d:\d\d /, 'at '))
        .filter((line) => line !== '' && !/^\d{4}-\d\d-\d\d$/.test(line))
    expect(await people('-n', '3')).to.deep.equal([
      'at web.1 api:0     at work ',
      'at web.1 api:1     exited with code 1, restarting in 225 ms',
      'at router          200 GET /a 3ms web.1',
    ])
    expect(await people('-n', '1', '--no-router')).to.deep.equal([
      'at web.1 api:1     exited with code 1, restarting in 225 ms',
    ])
    expect(await people('--figures')).to.have.length(6)
    expect((await logs('--no-router')).stdout)
      .to.contain('sample#')
      .and.not.contain('router')
  })

  it("takes PM2's and Heroku's own names of its flags", async () => {
    await start(at(1, 'Error: boom'), at(2))
    expect(await messages('--lines', '5', '--ps', 'web', '--err')).to.deep.equal(['Error: boom'])
    expect(JSON.parse(posts().at(-1)!.body)).to.include({ type: 'web' })
    for (const argv of [
      ['-p', 'web'],
      ['--process-type', 'web'],
      ['--dyno-name', 'web'],
    ])
      expect(await messages(...argv), argv[0]).to.deep.equal(['Error: boom', 'line 2'])
  })

  it('--json is one object a line', async () => {
    await start(at(1), at(2))
    const { stdout } = await run('logs', ['--json', '--app', 'a1'], { HEROKU_HOST: server.url })
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { message: string }).message),
    ).to.deep.equal(['line 1', 'line 2'])
  })

  it('--json escapes what could steer the terminal', async () => {
    await start(at(1, '\x1b[2J\x9b2Jé'))
    const { stdout } = await logs('--json')
    expect(stdout).to.contain('\\u001b[2J\\u009b2Jé')
    expect((JSON.parse(stdout) as { message: string }).message).to.equal('\x1b[2J\x9b2Jé')
  })

  it('by the name of an app shows what that app printed, and its changes without its figures', async () => {
    await start(
      at(1, 'shipit source=web.1 app=api instance=0 event=start pid=1'),
      at(2, 'shipit source=web.1 app=mailer instance=0 event=start pid=2'),
      at(3, '[api:0] one'),
      at(4, '[mailer:0] two'),
      at(5, '[api:1] three'),
      at(6, 'shipit source=web.1 app=api instance=0 pid=1 sample#memory_rss=1.00MB'),
      at(7, 'of nobody'),
      at(8, 'shipit source=web.2 app=api instance=0 event=start pid=3', 'app[web.2]'),
      at(9, 'the only app of web.2', 'app[web.2]'),
      at(10, '[mailer:0] not the mailer', 'heroku[web.1]'),
    )
    expect(await messages('api')).to.deep.equal([
      'shipit source=web.1 app=api instance=0 event=start pid=1',
      '[api:0] one',
      '[api:1] three',
      'shipit source=web.2 app=api instance=0 event=start pid=3',
      'the only app of web.2',
    ])
    expect(await messages('mailer', '-n', '1')).to.deep.equal(['[mailer:0] two'])
  })

  it('by any other name shows a dyno, a process type or a source', async () => {
    await start(
      at(1),
      at(2, 'two', 'app[web.2]'),
      at(3, 'three', 'heroku[web.1]'),
      at(4, 'four', 'heroku[router]'),
      at(5, 'five', 'app[web.10]'),
    )
    expect(await messages('web.1')).to.deep.equal(['line 1', 'three'])
    expect(await messages('web')).to.deep.equal(['line 1', 'two', 'three', 'five'])
    expect(await messages('heroku')).to.deep.equal(['three', 'four'])
    expect(await messages('router')).to.deep.equal(['four'])
    expect(await messages('jobs')).to.deep.equal([])
  })

  it('--grep and --errors choose lines, and -n counts those that are chosen', async () => {
    await start(
      at(1, 'Error: refused'),
      at(2, '    at f (a.js:1:1)'),
      at(3, 'ok'),
      at(4, 'TIMEOUT error'),
      at(5, 'timeout, no fault'),
      at(6, 'Error R14 (Memory quota exceeded)', 'heroku[web.1]'),
    )
    expect(await messages('--errors')).to.deep.equal([
      'Error: refused',
      '    at f (a.js:1:1)',
      'TIMEOUT error',
      'Error R14 (Memory quota exceeded)',
    ])
    expect(await messages('--errors', '-n', '2')).to.deep.equal([
      'TIMEOUT error',
      'Error R14 (Memory quota exceeded)',
    ])
    expect(await messages('--grep', 'timeout|refused')).to.deep.equal([
      'Error: refused',
      'TIMEOUT error',
      'timeout, no fault',
    ])
    expect(await messages('--grep', 'T[I]MEOUT')).to.deep.equal(['TIMEOUT error'])
    const { stderr, exitCode } = await logs('--grep', '(')
    expect(stderr).to.contain('--grep: ').and.contain('nterminated group')
    expect(exitCode).to.equal(2)
  })

  it('refuses a dyno or a name that neither the app nor its log has, and takes one that the log has', async () => {
    await start(at(1), at(2, 'of old', 'app[run.77]'), at(3, 'of old', 'app[clock.1]'))
    for (const argv of [['--dyno', 'nope'], ['nope'], ['--dyno', 'web.9']]) {
      const { stdout, stderr, exitCode } = await logs(...argv)
      expect(exitCode, argv.join(' ')).to.equal(6)
      expect(stderr)
        .to.contain(`There is no app, dyno or process type called ${argv.at(-1)}`)
        .and.contain('Known: jobs, web, web.1, web.2')
      expect(stdout).to.equal('')
    }
    expect((await logs('--dyno', 'wbe')).stderr).to.contain('Did you mean web?')
    for (const name of ['run', 'run.77', 'clock', 'clock.1', 'router', 'jobs'])
      expect((await logs('--dyno', name)).exitCode, name).to.equal(0)
  })

  it('ends quietly with 0 when its reader has gone', async () => {
    await start(...Array.from({ length: 20_000 }, (_, n) => at(n)))
    const script = `const { default: Logs } = await import(${JSON.stringify(path.join(packageRoot, 'src/commands/logs.ts'))}); await Logs.run(['--tail', '--app', 'a1'], { root: ${JSON.stringify(packageRoot)} })`
    const shell = `"$NODE" --import tsx --input-type=module -e "$SCRIPT" | head -n 1; echo "status \${PIPESTATUS[0]}"`
    const output = await new Promise<string>((done) => {
      execFile(
        'bash',
        ['-c', shell],
        {
          cwd: packageRoot,
          env: {
            ...process.env,
            NODE: process.execPath,
            SCRIPT: script,
            HEROKU_HOST: server.url,
            HEROKU_API_KEY: TOKEN,
          },
        },
        (_error, stdout, stderr) => done(stdout + stderr),
      )
    })
    expect(output).to.equal('2026-11-22T20:00:00.000000+00:00 app[web.1]: line 0\nstatus 0\n')
  })
})
