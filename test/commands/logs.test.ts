import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { TOKEN } from '../support/platform.js'
import { run } from '../support/run.js'

const at = (n: number, text = `line ${n}`) => `id: ${n}\ndata: 2026-11-22T20:00:00.${String(n).padStart(6, '0')}+00:00 app[web.1]: ${text}\n\n`

describe('shipit logs', () => {
  let server: FaultServer
  afterEach(() => server.close())
  const start = async (...events: string[]) => {
    server = await faultServer(({ method }) => method === 'POST'
      ? { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
      : { chunks: [events.join('')], headers: { 'content-type': 'text/event-stream' } })
  }

  it('prints Heroku\'s lines, cleaned of what could steer the terminal', async () => {
    await start(at(1, '\x1b[31mred\x1b[0m'), at(2))
    const { stdout } = await run('logs', ['-n', '2', '--dyno', 'web', '--source', 'app', '--app', 'a1'], { HEROKU_HOST: server.url })
    expect(stdout).to.equal('2026-11-22T20:00:00.000001+00:00 app[web.1]: red\n2026-11-22T20:00:00.000002+00:00 app[web.1]: line 2\n')
    expect(JSON.parse(server.arrived[0]!.body)).to.deep.equal({ lines: 2, type: 'web', source: 'app' })
  })

  it('--json is one object a line', async () => {
    await start(at(1), at(2))
    const { stdout } = await run('logs', ['--json', '--app', 'a1'], { HEROKU_HOST: server.url })
    expect(stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { message: string }).message)).to.deep.equal(['line 1', 'line 2'])
  })

  it('ends quietly with 0 when its reader has gone', async () => {
    await start(...Array.from({ length: 20_000 }, (_, n) => at(n)))
    const script = `const { default: Logs } = await import(${JSON.stringify(path.join(packageRoot, 'src/commands/logs.ts'))}); await Logs.run(['--tail', '--app', 'a1'], { root: ${JSON.stringify(packageRoot)} })`
    const shell = `"$NODE" --import tsx --input-type=module -e "$SCRIPT" | head -n 1; echo "status \${PIPESTATUS[0]}"`
    const output = await new Promise<string>((done) => {
      execFile('bash', ['-c', shell], { cwd: packageRoot, env: { ...process.env, NODE: process.execPath, SCRIPT: script, HEROKU_HOST: server.url, HEROKU_API_KEY: TOKEN } },
        (_error, stdout, stderr) => done(stdout + stderr))
    })
    expect(output).to.equal('2026-11-22T20:00:00.000000+00:00 app[web.1]: line 0\nstatus 0\n')
  })
})
