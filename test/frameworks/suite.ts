/**
 * Apps made by the frameworks' own generators, from the registry, run under PM2 on the embedded
 * Heroku. Not part of `npm test`: see package.json.
 */

import { expect } from 'chai'
import type { RateResult } from '../e2e/support/rate.js'
import { Deployment } from './deployment.js'
import { asTable, decisionsIn, type Facts } from './facts.js'
import { FRAMEWORKS, type Framework } from './table.js'
import { Workshop } from './workshop.js'

const rows: Facts[] = []

describe('an app of', function () {
  this.timeout(40 * 60_000)
  let shop: Workshop | undefined
  afterEach(async () => {
    const open = shop
    shop = undefined
    await open?.close()
  })
  after(() => console.log(`\n${asTable(rows)}`))

  for (const framework of FRAMEWORKS) {
    it(`${framework.name} is deployed, answers, reloads without loss and stops cleanly`, async () => {
      shop = await Workshop.open(framework.node)
      rows.push(await live(framework, shop))
    })
  }
})

async function live(
  { name, package: pkg, make, page, folders, vars }: Framework,
  shop: Workshop,
): Promise<Facts> {
  const { world } = shop
  const start = performance.now()
  const told = (what: string) => {
    if (process.env.SHIPIT_TIMES)
      console.log(
        `      ${name}: ${what} after ${Math.round((performance.now() - start) / 1000)} s`,
      )
  }
  const dir = await make(shop)
  told('generated')
  await world.ok(['init', '--yes'], { cwd: dir })
  told('initialised')
  if (!(await shop.isRepository(dir)))
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
  await world.commit(dir, 'Run under PM2 on Heroku')

  const app = await Deployment.of(world, dir, 'framework', vars)
  let load: RateResult
  try {
    told('deployed')
    expect(await app.page(page.path)).to.contain(page.text)
    load = await app.reload(page.path)
    expect(
      load.failures,
      `${load.failures.length} of ${load.sent} requests are lost`,
    ).to.deep.equal([])
    expect(await app.page(page.path)).to.contain(page.text)
    told('reloaded')
    expect(await app.stop(), 'trouble in the log').to.deep.equal([])
    expect(await app.destroy(), 'what is left of the app').to.deep.equal([])
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe log:\n${await app.end()}`, { cause: error })
  }
  return {
    framework: name,
    node: await shop.nodeVersion(),
    ...(await decisionsIn(dir, pkg, folders)),
    reload: `${load.failures.length} of ${load.sent}`,
    seconds: Math.round((performance.now() - start) / 1000),
  }
}
