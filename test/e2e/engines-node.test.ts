/**
 * An app that asks for another line of Node.js than this machine runs gets it: in its build, its
 * release phase, its dynos, and one-off dynos.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { NODE_PACKAGE } from '../../src/embedded/build/node-install.js'
import { isSoak } from '../support/soak.js'
import { plainApp } from './support/apps.js'
import { World } from './support/world.js'

const OTHER = process.versions.node.startsWith('22.') ? '24' : '22'
const REPORT =
  'process.version + " npm " + require("child_process").execFileSync("npm", ["--version"]).toString().trim()'

describe('engines.node', function () {
  this.timeout(240_000)
  let world: World
  let dir: string
  let output: string
  let url: string

  before(async function () {
    if (!isSoak) this.skip()
    const why = await promisify(execFile)('npm', [
      'view',
      `${NODE_PACKAGE}@${OTHER}`,
      'version',
      '--fetch-retries=0',
      '--fetch-timeout=10000',
    ]).then(
      () => undefined,
      (error: Error) => error.message,
    )
    if (why !== undefined) {
      process.stderr.write(
        `      No Node.js ${OTHER} from the npm registry here: ${why.split('\n').at(-1)}\n`,
      )
      this.skip()
    }
    world = await World.create({ SHIPIT_LOCAL_NODE: '' })
    const app = plainApp('one') as Record<string, string | object>
    dir = await world.app('engines', {
      ...app,
      'package.json': {
        ...(app['package.json'] as object),
        engines: { node: `${OTHER}.x` },
        scripts: { start: 'node server.js', build: `node -p 'process.version + " builds"'` },
      },
      Procfile: `web: npm start\nrelease: node -p 'process.version + " migrates"'\n`,
      'server.js': `const report = ${REPORT}\nrequire('http').createServer((_, answer) => answer.end(report)).listen(process.env.PORT)\n`,
    })
    const deployed = await world.ok(['deploy', '--local', '--app', 'engines'], { cwd: dir })
    output = deployed.output
    url = (
      await world.json<{ url: string }>(['deploy', '--local', '--app', 'engines'], { cwd: dir })
    ).url
  })
  after(() => world?.close())

  it('is brought from the registry with a line that says so, and builds and migrates', () => {
    expect(output)
      .to.match(new RegExp(`Downloading and installing node ${OTHER}\\.`))
      .and.to.match(new RegExp(`Installed node ${OTHER}\\.[\\d.]+ with npm [\\d.]+ \\(\\d+ MB`))
    expect(output)
      .to.match(new RegExp(`v${OTHER}\\.[\\d.]+ builds`))
      .and.to.match(new RegExp(`v${OTHER}\\.[\\d.]+ migrates`))
      .and.not.to.include('THIS APP ASKS')
  })

  it('runs web dynos under PM2, and one-off dynos, with the npm of its line', async () => {
    const said = new RegExp(`^v${OTHER}\\.[\\d.]+ npm ${OTHER === '22' ? 10 : 11}\\.`)
    expect((await get(url)).body).to.match(said)
    const ran = await world.ok(['run', '--local', '--app', 'engines', '--', `node -p '${REPORT}'`])
    expect(ran.stdout).to.match(said)
  })
})
