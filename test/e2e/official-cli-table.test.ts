import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { GROUPS, type Row } from './official-cli.cases.js'
import { plainApp } from './support/apps.js'
import { sideBySide } from './support/lanes.js'
import { officialCliOrSkip, officialEnvironment } from './support/official-cli.js'
import { NO_DNS } from './support/surroundings.js'
import { redisProgram } from '../../src/embedded/addons/redis/programs.js'
import { World, type Outcome } from './support/world.js'
import { isSoak } from '../support/soak.js'

const APP = 'official'

/**
 * Each start of that CLI takes more than a second of CPU: SHIPIT_SOAK=1 runs every row, else those
 * marked as the sample.
 */
const CHOSEN = Object.entries(GROUPS)
  .map(([group, rows]) => ({
    group,
    rows: isSoak ? rows : rows.filter(({ isSample }) => isSample),
  }))
  .filter(({ rows }) => rows.length > 0)

/** Without the line breaks, and what begins each line, that the CLI puts into its errors. */
const unbroken = (text: string) => text.replaceAll(/\s*\n(?: ›)?\s*/g, ' ')
const named = (text: string) => text.replaceAll('APP', APP)

describe('the official Heroku CLI: every command that concerns an app works, or is said by name not to be here', function () {
  this.timeout(isSoak ? 900_000 : 120_000)
  let world: World
  let cli: string
  let dir: string
  let env: NodeJS.ProcessEnv
  const lacking = new Set<Row['needs']>()

  before(async function () {
    cli = await officialCliOrSkip(this)
    world = await World.create()
    await redisProgram().catch(() => lacking.add('redis'))
    // Elsewhere than with xdg-open the user's own browser would open.
    if (process.platform !== 'linux') lacking.add('BROWSER')
    dir = await world.app(APP, plainApp('one'))
    await world.ok(['deploy', '--local', '--app', APP], { cwd: dir })
    // Nobody else is asked, whatever a command would like: it then says whom.
    const noDns = path.join(world.folder, 'no-dns.cjs')
    await writeFile(noDns, NO_DNS)
    env = {
      ...(await officialEnvironment(world)),
      NODE_OPTIONS: `--require=${noDns}`,
      BROWSER: 'true',
    }
  })
  const outcomes = sideBySide(
    4,
    () => CHOSEN,
    async ({ rows }) => {
      const seen = new Map<Row, Outcome>()
      for (const row of rows.filter(({ needs }) => !lacking.has(needs)))
        seen.set(
          row,
          await world.run(cli, named(row.run).split(' '), {
            env,
            cwd: dir,
            input: row.input ?? '',
          }),
        )
      return seen
    },
  )
  after(() => world?.close())

  for (const chosen of CHOSEN) {
    for (const row of chosen.rows) {
      it(`heroku ${row.run}: ${row.works ? 'works' : row.elsewhere ? `asks ${row.elsewhere}` : 'is not here'}`, async function () {
        if (lacking.has(row.needs)) return this.skip()
        const { status, output } = (await outcomes.of(chosen)).get(row)!
        if (row.works) expect(output).to.match(new RegExp(named(row.works.source), row.works.flags))
        else if (row.absent !== undefined) expect(unbroken(output)).to.include(named(row.absent))
        else expect(output).to.include(`getaddrinfo ENOTFOUND ${row.elsewhere}`)
        // The CLI itself takes some empty answers for success.
        expect(status === 0, `exit status ${status}\n${output}`).to.equal(
          row.works !== undefined || row.isQuiet === true,
        )
        expect(output).to.not.match(/terms of service|https?:\/\/https?:/)
        expect(output).to.not.match(
          /Couldn't find that resource|undefined method|TypeError|ECONNREFUSED|Internal server error/i,
        )
      })
    }
  }
})
