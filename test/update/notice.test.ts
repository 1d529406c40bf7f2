import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { packageRoot } from '../../src/paths.js'
import { answerFile, isNewer } from '../../src/update/notice.js'
import { processIds, procFile } from '../support/process-table.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { inSoak } from '../support/soak.js'
import { until } from '../support/until.js'

const CLI = path.join(packageRoot, 'bin/shipit.js')
const WORDS = ['autocomplete', 'bash']

describe('the notice of a new version', function () {
  this.timeout(60_000)
  let home: string
  let registry: Server
  let version: string
  /** Answers that are held back. */
  let held: (() => void)[] | undefined
  let asked: string[]
  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: home,
    SHIPIT_HOME: path.join(home, 'state'),
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`,
    npm_config_cache: path.join(home, 'npm'),
    NO_COLOR: '1',
    SHIPIT_SKIP_UPDATE_CHECK: '',
    ...more,
  })
  const answer = () => answerFile(path.join(home, 'state'))
  const onTerminal = async (more: NodeJS.ProcessEnv = {}, words = WORDS) => {
    const terminal = new PseudoTerminal(process.execPath, [CLI, ...words], {
      columns: 120,
      rows: 30,
      env: env(more),
    })
    await terminal.ended
    return terminal.raw
  }
  /** Until the one that asks has come to its end. */
  const answered = async () => {
    await until('the answer to be kept', () => existsSync(answer()))
    await until('the check to end', () =>
      processIds().every((pid) => !procFile(pid, 'environ').includes(home)),
    )
  }

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'shipit-update-'))
    version = '9.8.7'
    held = undefined
    asked = []
    registry = createServer((request, response) => {
      asked.push(request.url ?? '')
      const send = () => {
        response.setHeader('content-type', 'application/json')
        response.end(
          JSON.stringify({
            name: 'shipit-heroku',
            'dist-tags': { latest: version },
            versions: { [version]: { name: 'shipit-heroku', version } },
          }),
        )
      }
      if (held) held.push(send)
      else send()
    }).listen(0, '127.0.0.1')
    await once(registry, 'listening')
  })
  afterEach(async () => {
    registry.closeAllConnections()
    registry.close()
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  })

  it('knows what is newer, and nothing but released versions', () => {
    for (const [version, own, expected] of [
      ['0.2.0', '0.1.9', true],
      ['0.10.0', '0.9.0', true],
      ['1.0.0', '1.0.0-rc.1', true],
      ['1.0.0', '1.0.0', false],
      ['0.9.9', '1.0.0', false],
      ['2.0.0-rc.1', '1.0.0', false],
      ['9.9.9\u001b[2J', '1.0.0', false],
      ['', '1.0.0', false],
    ] as const)
      expect(isNewer(version, own), version).to.equal(expected)
  })

  it('comes once a day, by the command after the one that had the registry asked', async () => {
    held = []
    expect(await onTerminal()).to.not.contain('9.8.7')
    // That command has ended, and the registry has not answered yet.
    await until('the registry to be asked', () => held!.length > 0)
    expect(existsSync(answer())).to.equal(false)
    for (const send of held.splice(0)) send()
    held = undefined
    await answered()
    expect(asked).to.deep.equal(['/shipit-heroku'])
    expect(await onTerminal()).to.match(
      /shipit 9\.8\.7 is out, and this is \S+: npm install --global shipit-heroku/,
    )
    expect(await onTerminal()).to.not.contain('9.8.7')
    const yesterday = new Date(Date.now() - 25 * 3_600_000)
    await utimes(path.join(home, 'state/update/told'), yesterday, yesterday)
    expect(await onTerminal()).to.contain('9.8.7 is out')
  })

  it('comes not in CI, in a pipe, with --json or SHIPIT_SKIP_UPDATE_CHECK, and asks nothing', async () => {
    expect(await onTerminal({ CI: 'true' })).to.contain('Put this line')
    expect(await onTerminal({ SHIPIT_SKIP_UPDATE_CHECK: '1' })).to.contain('Put this line')
    expect(await onTerminal({}, [...WORDS, '--json'])).to.contain('"shell"')
    await execa(process.execPath, [CLI, ...WORDS], { env: env(), extendEnv: false })
    expect(existsSync(path.join(home, 'state'))).to.equal(false)
  })

  inSoak('tells nothing of what a registry says beside a released version', async () => {
    version = '9.8.7-\u001b]0;x'
    await onTerminal()
    await answered()
    expect(await readFile(answer(), 'utf8')).to.equal('')
    expect(await onTerminal()).to.not.contain('is out')
  })
})
