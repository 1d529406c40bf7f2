import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { isSoak } from '../support/soak.js'
import { until } from '../support/until.js'
import { plainApp } from './support/apps.js'
import { World } from './support/world.js'

/** How each shell is started without a user's own settings, and made to show a prompt of ours. */
const SHELLS = {
  bash: {
    args: ['--norc', '--noprofile', '-i'],
    load: 'eval "$(shipit autocomplete script bash)"',
  },
  zsh: { args: ['-f', '-i'], load: 'eval "$(shipit autocomplete script zsh)"' },
  fish: { args: ['--no-config', '-i'], load: 'shipit autocomplete script fish | source' },
}

/** What is typed before a Tab, and what the line is then. */
const LINES: [string, RegExp][] = [
  ['shipit rol', /shipit rollback /],
  ['shipit config:uns', /shipit config:unset /],
  ['shipit deploy --dry', /shipit deploy --dry-run /],
  ['shipit ps --local --app sh', /shipit ps --local --app shop /],
  ['shipit restart --local --app shop web.', /--app shop web\.1 /],
  ['shipit config get --local --app shop PRICE', /--app shop PRICE_LIST /],
  ['shipit scale --local --app shop we', /--app shop web=/],
  ['shipit doctor --dir ser', /shipit doctor --dir server\.js /],
]

/** In the shells after the first: a word of ours, and one that the platform tells. */
const SAMPLE = LINES.filter(([line]) => /rol$|web\.$/.test(line))

describe('completion in a real shell', function () {
  this.timeout(300_000)
  let world: World
  let dir: string
  let env: NodeJS.ProcessEnv

  before(async () => {
    world = await World.create()
    dir = await world.app('shop', plainApp('shop'))
    await world.ok(['deploy', '--local', '--app', 'shop'], { cwd: dir })
    await world.ok(['config', 'set', 'PRICE_LIST=7', '--local', '--app', 'shop'], { cwd: dir })
    const bin = path.join(world.folder, 'bin')
    await mkdir(bin)
    await writeFile(
      path.join(bin, 'shipit'),
      `#!/bin/sh\nexec '${process.execPath}' '${packageRoot}/bin/shipit.js' "$@"\n`,
      { mode: 0o755 },
    )
    // A Tab waits 300 ms for the platform, which a busy machine may miss: what it told is kept.
    for (const [line, known] of [
      [['ps', '--local', '--app', ''], 'shop'],
      [['restart', '--local', '--app', 'shop', ''], 'web.1'],
      [['scale', '--local', '--app', 'shop', ''], 'web='],
      [['config', 'get', '--local', '--app', 'shop', ''], 'PRICE_LIST'],
    ] as [string[], string][])
      await until(
        `${known} is known`,
        async () => {
          const { stdout } = await world.ok(['complete', '--shell', 'zsh', '--', ...line])
          return stdout.split('\n').includes(known)
        },
        60_000,
      )
    env = { ...world.env, PATH: `${bin}:${world.env.PATH}`, PS1: 'READY> ' }
  })
  after(() => world.close())

  for (const [at, [shell, { args, load }]] of Object.entries(SHELLS).entries())
    it(`of ${shell} completes commands, flags, apps, dynos and config vars`, async function () {
      const isThere = await promisify(execFile)(shell, ['-c', 'exit 0']).then(
        () => true,
        () => false,
      )
      if (!isThere) this.skip()
      const terminal = new PseudoTerminal(shell, args, {
        columns: 100,
        rows: 30,
        cwd: dir,
        env,
      })
      try {
        terminal.type(`${load}; echo loaded''-now\r`)
        await terminal.shows(/loaded-now/, 30_000)
        // One Tab a line: another would begin to list what there is.
        for (const [line, shown] of at === 0 || isSoak ? LINES : SAMPLE) {
          terminal.type(`${line}\t`)
          await terminal.shows(shown, 60_000)
          terminal.type('\x15')
        }
      } finally {
        // A shell that completes something does not notice at once that its terminal is gone.
        terminal.type('\x15exit\r')
        const timer = setTimeout(
          () => void terminal.pid.then((pid) => process.kill(pid, 'SIGKILL')),
          15_000,
        )
        await terminal.ended
        clearTimeout(timer)
      }
    })

  it('keeps what a platform told, and answers from it when the platform is gone', async () => {
    const ask = () =>
      world.ok(['complete', '--shell', 'zsh', '--', 'ps', '--local', '--app', ''], { cwd: dir })
    await until('the app is known', async () => (await ask()).stdout === 'words\nshop\n')
    await world.ok(['local', 'stop'])
    expect((await ask()).stdout).to.equal('words\nshop\n')
    expect((await world.json<{ running: boolean }>(['local', 'status'])).running).to.equal(false)
  })

  it('runs no ecosystem file of JavaScript, and tells no error', async () => {
    const js = path.join(world.folder, 'js')
    await mkdir(js)
    const ran = path.join(js, 'ran')
    await writeFile(
      path.join(js, 'ecosystem.config.js'),
      `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')\nmodule.exports = { apps: [] }\n`,
    )
    const { stdout, stderr } = await world.ok(['complete', '--', 'deploy', ''], { cwd: js })
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'words\n', stderr: '' })
    expect(await readFile(ran).catch(() => 'not run')).to.equal('not run')
  })
})
