/**
 * One-off dynos as a user runs them: on a real terminal, in pipes, detached; and nothing of them
 * left behind.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { until } from '../../src/lib/until.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { plainApp } from './support/apps.js'
import { daemonInfo, platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak, isSoak } from '../support/soak.js'

const APP = ['--local', '--app', 'runner']
const CLI = path.join(packageRoot, 'bin/shipit.js')
const MORE_COMMANDS = [
  ['true', 0],
  ['exit 3', 3],
  ['exec false', 1],
  ['echo for(', 2],
] as const

interface Dyno {
  name: string
  state: string
  size: string
}

describe('shipit run', function () {
  this.timeout(120_000)
  let world: World
  before(async () => {
    world = await World.create({ SHIPIT_LOCAL_LIMITS: '{"stopGrace":2000,"attachTimeout":1000}' })
    const dir = await world.app('runner', {
      ...plainApp('one'),
      Procfile: 'web: npm start\njob: node job.js --first\n',
      'job.js':
        'console.log(process.env.DYNO.split(".")[0], process.env.COLOUR, process.argv.slice(2).join())\n',
    })
    await world.ok(['deploy', ...APP], { cwd: dir })
    await world.ok(['config', 'set', 'COLOUR=blue', ...APP])
  })
  after(() => world.close())

  const run = (...args: string[]) => world.shipit(['run', ...APP, ...args])
  const dynos = async (type = 'run') =>
    (await platformRequest<Dyno[]>(world, 'GET', '/apps/runner/dynos')).filter(({ name }) =>
      name.startsWith(`${type}.`),
    )
  const isSoon = async (what: string, look: () => Promise<boolean> | boolean) =>
    expect(await until(look, { timeout: 20_000, every: 50 }), what).to.equal(true)
  const nothingRuns = async () => {
    await isSoon('no one-off dyno', async () => (await dynos()).length === 0)
    expect(
      (await world.processes()).filter(({ command }) => /sleep 12345/.test(command)),
    ).to.deep.equal([])
  }

  it("passes the command's own exit status on, whichever way it ends", async () => {
    for (const [command, status] of [
      ["sh -c 'exit 200'", 200],
      ['kill -9 $$', 137],
      ['no-such-program', 127],
      ['echo a # comment', 0],
      ...(isSoak ? MORE_COMMANDS : []),
    ] as const) {
      const ran = await run('--', command)
      expect(ran.status, `${command}: ${ran.output}`).to.equal(status)
    }
    expect((await run('--no-exit-code', '--', 'exit 3')).status).to.equal(0)
  })

  it('runs over the release, with config vars and those of the run, and a process type by its name', async () => {
    expect((await run('-e', 'COLOUR=red', 'job', '--more')).stdout).to.equal(
      'run red --first,--more\n',
    )
    expect((await run('--type', 'batch', '--', 'node', 'job.js', 'two words')).stdout).to.equal(
      'batch blue two words\n',
    )
    const ran = await run(
      '--json',
      '--size',
      'performance-m',
      '--',
      'echo $MEMORY_AVAILABLE; exit 4',
    )
    expect(ran).to.include({ status: 4, stderr: '2560\n' })
    expect(JSON.parse(ran.stdout)).to.include({ app: 'runner', exit_code: 4 })
    const refused = await run('--size', 'huge', 'ls')
    expect(refused.status).to.equal(7)
    expect(refused.stderr).to.match(/No such size as huge/)
  })

  it('changes no byte of what is piped through it, and says nothing itself', async () => {
    const bytes = Buffer.concat([randomBytes(3_000_000), Buffer.of(4)])
    const child = spawn(process.execPath, [CLI, 'run', ...APP, '--', 'cat'], {
      env: world.env,
      cwd: world.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const parts: Buffer[] = []
    let said = ''
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString()
    })
    child.stdin.end(bytes)
    expect((await once(child, 'close'))[0]).to.equal(0)
    expect(said).to.equal('')
    expect(Buffer.concat(parts).equals(bytes), 'every byte').to.equal(true)
    expect(
      (
        await world.run('sh', [
          '-c',
          `"${process.execPath}" "${CLI}" run ${APP.join(' ')} -- yes sleep 12345 | head -n 2`,
        ])
      ).stdout,
    ).to.equal('sleep 12345\nsleep 12345\n')
    await nothingRuns()
  })

  it('gives a terminal to a terminal: its size, its keys, its colours; and gives it back', async () => {
    const terminal = new PseudoTerminal('sh', ['-i'], {
      columns: 90,
      rows: 25,
      cwd: world.folder,
      env: { ...world.env, SHIPIT: `${process.execPath} ${CLI}` },
    })
    try {
      terminal.type("PS1='here> '\r")
      await terminal.shows(/here> ?$/m)
      terminal.type(`$SHIPIT run ${APP.join(' ')} bash --norc\r`)
      await terminal.shows(/Running bash --norc on runner\.\.\. up, run\.\d{4}/)
      terminal.type('stty size; tty\r')
      await terminal.shows(/25 90\s+\/dev\//)
      terminal.type('sleep 12345\r')
      await isSoon('sleep runs', async () =>
        (await world.processes()).some(({ command }) => /^sleep 12345/.test(command)),
      )
      terminal.type('\x03')
      await terminal.shows(/\^C/)
      terminal.type('exit 44\r')
      await terminal.shows(/^here> ?$/m)
      terminal.type('echo status=$?; stty -a | grep -o -- "-*icanon"\r')
      await terminal.shows(/status=44\s+icanon\s/)
      // A program that the interrupt ends, and its shell with it.
      terminal.type(`clear; $SHIPIT run ${APP.join(' ')} -- sleep 12345\r`)
      await terminal.shows(/up, run\.\d{4}/)
      await isSoon('sleep runs', async () =>
        (await world.processes()).some(({ command }) => /^sleep 12345/.test(command)),
      )
      terminal.type('\x03')
      await terminal.shows(/here> ?$/m)
      terminal.type('echo status=$?; stty -a | grep -o -- "-*icanon"\r')
      await terminal.shows(/status=130\s+icanon\s/)
      expect(terminal.raw).to.not.match(/\^@|\uFFFF/)
      // One that minds no key and no hang-up.
      terminal.type(
        `clear; $SHIPIT run ${APP.join(' ')} -- "trap '' INT HUP; echo deaf; sleep 12345"\r`,
      )
      await terminal.shows(/^deaf/m)
      terminal.type('\x03\x03\x03\x03')
      await terminal.shows(/Left run\.\d+ of runner; it was told to stop\.[^]*here> ?$/m)
      terminal.type('echo status=$?; stty -a | grep -o -- "-*icanon"\r')
      await terminal.shows(/status=130\s+icanon\s/)
    } finally {
      await terminal.close()
    }
    await nothingRuns()
  })

  it('leaves no dyno behind, however it is ended itself', async () => {
    for (const [signal, status] of [
      ['SIGINT', 130],
      ...(isSoak ? [['SIGTERM', 143] as const] : []),
      ['SIGKILL', 137],
    ] as const) {
      let pid = 0
      let seen = ''
      const running = world.shipit(['run', ...APP, '--', 'echo there; sleep 12345'], {
        onSpawn: (child) => {
          pid = child
        },
        onOutput: (text) => {
          seen += text
        },
      })
      await isSoon('it runs', () => seen.includes('there'))
      process.kill(pid, signal)
      expect((await running).status, signal).to.equal(status)
      await nothingRuns()
    }
  })

  it('runs detached, is listed, and is stopped; ends by itself when its time is over or nobody comes', async () => {
    const { dyno } = JSON.parse(
      (await run('--detached', '--json', '--', 'echo $DYNO is at work; sleep 12345')).stdout,
    ) as { dyno: string }
    await isSoon('it is up', async () =>
      (await dynos()).some(({ name, state }) => name === dyno && state === 'up'),
    )
    expect((await world.ok(['ps', ...APP])).stdout).to.match(
      new RegExp(`${dyno} \\(Standard-1X\\): up`),
    )
    expect((await world.ok(['stop', dyno, ...APP])).status).to.equal(0)
    await nothingRuns()
    const log = (await world.ok(['logs', '--dyno', dyno, ...APP])).stdout
    for (const line of [
      'Starting process with command',
      'State changed from starting to up',
      `app[${dyno}]: ${dyno} is at work`,
      'Stopping all processes with SIGTERM',
      'Process exited with status 143',
      'State changed from up to complete',
    ])
      expect(log).to.include(line)
    await platformRequest(world, 'POST', '/apps/runner/dynos', {
      command: 'sleep 12345',
      time_to_live: 1,
    })
    const unmet = await platformRequest<Dyno>(world, 'POST', '/apps/runner/dynos', {
      command: 'sleep 12345',
      attach: true,
    })
    await nothingRuns()
    expect((await world.ok(['logs', '--dyno', unmet.name, ...APP])).stdout).to.match(
      /Error R13 \(Attach error\)/,
    )
  })

  inSoak(
    'says that the connection broke where the platform is killed; the next one ends what was left',
    async () => {
      let seen = ''
      const running = world.shipit(['run', ...APP, '--', 'echo there; sleep 12345'], {
        onOutput: (text) => {
          seen += text
        },
      })
      await isSoon('it runs', () => seen.includes('there'))
      process.kill((await daemonInfo(world)).pid, 'SIGKILL')
      const { status, stderr } = await running
      expect(status).to.equal(8)
      expect(stderr).to.match(
        /The connection to run\.\d+ of runner broke before the command told its exit status/,
      )
      await world.ok(['local', 'start'])
      await nothingRuns()
    },
  )
})
