import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { procFile, processIds } from '../support/process-table.js'
import { plainApp } from './support/apps.js'
import { daemonInfo } from './support/platform.js'
import { World } from './support/world.js'

const publicKey = 'pub1ick3yabcdef'
const secretKey = 's3cr3tk3yabcdef'

describe('secrets during a deploy', function () {
  this.timeout(180_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world.close())

  it('are in no process list, repository file, log or DEBUG output', async () => {
    const dir = await world.app('quiet', plainApp('one'))
    const seen: string[] = []
    const debug = {
      DEBUG: '*',
      GIT_TRACE: '1',
      GIT_TRACE_CURL: '1',
      GIT_CURL_VERBOSE: '1',
      GIT_TRACE_REDACT: '0',
    }
    let isOver = false
    // More often than ps(1) could be run, which reads the same: at each look what is new, since it
    // may be brief, and at each tenth all, since a process may have begun another program.
    const watching = (async () => {
      let known = new Set<string>()
      for (let look = 0; !isOver; look++) {
        const pids = processIds()
        seen.push(
          pids
            .filter((pid) => look % 10 === 0 || !known.has(pid))
            .map((pid) => procFile(pid, 'cmdline').replaceAll('\0', ' '))
            .join('\n'),
        )
        known = new Set(pids)
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
    })()

    const outputs = [
      await world.shipit(['deploy', '--local', '--app', 'quiet'], { cwd: dir, env: debug }),
    ]
    const keys = `PM2_PUBLIC_KEY=${publicKey}\nPM2_SECRET_KEY=${secretKey}\n`
    outputs.push(
      await world.shipit(['keys', 'set', '--local', '--app', 'quiet'], {
        cwd: dir,
        env: debug,
        input: keys,
      }),
    )
    outputs.push(
      await world.shipit(['keys', 'list', '--local', '--app', 'quiet'], { cwd: dir, env: debug }),
    )
    await world.git(dir, 'commit', '--allow-empty', '--quiet', '--message', 'Again')
    outputs.push(
      await world.shipit(['deploy', '--local', '--app', 'quiet'], { cwd: dir, env: debug }),
    )
    outputs.push(await world.shipit(['ps', '--local', '--app', 'quiet'], { cwd: dir, env: debug }))
    outputs.push(
      await world.shipit(['logs', '--local', '--app', 'quiet', '-n', '1500'], {
        cwd: dir,
        env: debug,
      }),
    )
    isOver = true
    await watching

    for (const outcome of outputs) expect(outcome.status, outcome.output).to.equal(0)
    expect(seen.join('')).to.include('git push').and.to.include('shipit.js deploy')
    const { token } = await daemonInfo(world)
    const places: Record<string, string> = {
      'the command lines of all processes': seen.join(''),
      'what the commands printed': outputs.map(({ output }) => output).join(''),
      '.git and the working tree': await textOf(dir),
      'the remotes': await world.git(dir, 'remote', '--verbose'),
      "the platform's own logs":
        (await textOf(path.join(world.folder, 'state/local/logs'))) +
        (await readFile(path.join(world.folder, 'state/local/daemon.log'), 'utf8')),
    }
    for (const [place, text] of Object.entries(places)) {
      for (const [name, secret] of Object.entries({
        'the API token': token,
        'the token as git sends it': Buffer.from(`:${token}`).toString('base64').slice(4, 40),
        'the PM2 secret key': secretKey,
      })) {
        expect(text.includes(secret), `${name} in ${place}`).to.equal(false)
      }
    }
    expect(await readFile(path.join(dir, '.git/config'), 'utf8')).to.not.include('extraHeader')
  })
})

/** All text below a folder, node_modules left out. */
async function textOf(dir: string): Promise<string> {
  const texts: string[] = []
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && !entry.parentPath.includes('node_modules'))
      texts.push(await readFile(path.join(entry.parentPath, entry.name), 'latin1'))
  }
  return texts.join('\n')
}
