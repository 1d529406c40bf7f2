import { expect } from 'chai'
import { get, startLoad } from '../../../src/demo/load.js'
import { until } from '../../support/until.js'
import { daemonInfo } from '../support/platform.js'
import { TIMEOUT_MS } from './dashboard-page.js'
import { SHOP, type Given } from './given.js'

/** What is done from the page, and its effect on the processes. */
export function controlCases(given: () => Given): void {
  const serves = async (app: 0 | 1 = 0) =>
    JSON.parse((await get(given().urls[app]!)).body) as { word: string; dyno: string }
  /** Once the processes are as they should be. */
  const settled = async (count: number, without: readonly number[] = []) =>
    until(
      () => `${count} processes`,
      async () => {
        const pids = await given().pids()
        return pids.length === count && !pids.some((pid) => without.includes(pid)) && pids
      },
      TIMEOUT_MS,
    )

  it('does by keys alone what monit does: moves, sorts, filters, restarts and scales', async () => {
    const { dashboard, page } = given()
    const keys = async (...all: string[]) => {
      for (const key of all) await page.keyboard.press(key)
    }
    await dashboard.go('#/', '.app-card')
    await keys('j', 'Enter')
    await page.locator('h1', { hasText: /^shop$/ }).waitFor()
    await keys('2')
    await page.locator('.grid-row').nth(8).waitFor()
    await keys('s', 's', 'S')
    await page.locator('[role=columnheader][aria-sort=ascending]', { hasText: 'Memory' }).waitFor()
    await keys('/')
    await page.keyboard.type('web.2')
    await keys('Escape')
    await page.locator('.grid-row').nth(3).waitFor({ state: 'detached' })
    // The first row of those shown.
    await keys('g', 'r')
    await dashboard.asked(/Restart web\.2 at once\?/)
    const before = await given().processes()
    await keys('n')
    await page.getByText('Nothing was changed.').waitFor()
    await keys('r')
    await dashboard.asked(/Restart web\.2 at once\?/)
    await keys('y')
    await dashboard.ends(/Restarted web\.2/)
    const old = before.filter(({ dyno }) => dyno === 'web.2').map(({ pid }) => pid)
    const now = await settled(6, old)
    expect(now).to.include.members(
      before.filter(({ dyno }) => dyno !== 'web.2').map(({ pid }) => pid),
    )
    await keys('+')
    await dashboard.asked(/from 3 to 4 \S+ dynos/)
    await keys('y')
    await dashboard.ends(/Scaled web from 3 to 4/)
    await settled(8)
    expect((await given().processes()).map(({ dyno }) => dyno)).to.include('web.4')
    await keys('1')
    await page.locator('.chart canvas').first().waitFor()
    await page.locator('.events', { hasText: /web\.2 restarting/ }).waitFor()
    await page.locator('.chart[data-figure=cpu]').focus()
    await keys('ArrowLeft', 'ArrowLeft')
    await page.locator('.readout time').waitFor()
    await keys('Enter')
    await page.locator('.log-row.is-chosen').waitFor()
    await keys('?')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    await keys('?')
    // One thing after the other: a notice of the crashes if there is one, what was chosen, the app.
    await until('the overview', async () => {
      await keys('q')
      return (await page.locator('.app-card').count()) > 0
    })
  })

  it('scales by the form, and the chart has the new number', async () => {
    const { dashboard, page } = given()
    await dashboard.go('#/app/shop/formation', '.process-type')
    await page.getByRole('button', { name: 'One dyno less' }).click()
    await page.getByText('3 × 512 MB = 1.5 GB, 6 instances').waitFor()
    await page.getByRole('button', { name: 'Scale' }).click()
    await dashboard.agree(/from 4 to 3 \S+ dynos/, /Scaled web from 4 to 3/)
    await settled(6)
    expect((await given().processes()).map(({ dyno }) => dyno)).to.not.include('web.4')
    await dashboard.go('#/app/shop/charts', '.chart canvas')
    await until(
      'three dynos on the chart',
      () => dashboard.series.dyno_count.findLast((one) => one !== null) === 3,
      TIMEOUT_MS,
    )
  })

  it('reloads without a failed request', async () => {
    const { dashboard, page, urls } = given()
    const before = await given().pids()
    const load = startLoad(urls[0]!, { keepAlive: 2, fresh: 1, pause: 50 })
    try {
      await page.locator('.app-head').getByRole('button', { name: 'Reload' }).click()
      await dashboard.asked(/Reload all process types of shop\? Dyno by dyno/)
      await page.locator('.question .primary').click()
      await page.locator('.notice.running').waitFor()
      // What moves while it runs stands still for who wants that.
      const moving = () =>
        page.evaluate<number>(`document.getAnimations()
          .filter((one) => one.effect.target.className === 'progress' && one.playState === 'running').length`)
      await until('progress', async () => (await moving()) > 0)
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await until('no motion', async () => (await moving()) === 0)
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      await dashboard.ends(/Reloaded web\.1, web\.2, web\.3/)
    } finally {
      await load.stop()
    }
    await settled(6, before)
    expect(load.result.failures).to.deep.equal([])
    // Twice by each of its three connections, however slow the machine is.
    expect(load.result.ok).to.be.at.least(6)
  })

  it('rolls back to the release that is chosen', async () => {
    const { dashboard, page, world } = given()
    const serving = (await given().ps())[0]!.release.version
    await world.ok(['config', 'set', 'WORD=swordfish', ...SHOP])
    await until('the new word', async () => (await serves()).word === 'swordfish', TIMEOUT_MS)
    await until(
      'all dynos of it',
      async () =>
        (await given().ps()).every(
          ({ state, release }) => state === 'up' && release.version === serving + 1,
        ),
      TIMEOUT_MS,
    )
    const before = await given().pids()
    await dashboard.go('#/app/shop/releases', '.releases li')
    await page.locator('.releases li', { hasText: 'WORD' }).getByText('serves').waitFor()
    await page.getByRole('button', { name: `Roll back to v${serving}` }).click()
    await dashboard.agree(
      new RegExp(`Roll shop back from v${serving + 1} .* to v${serving} `),
      new RegExp(`Rolled back to v${serving}: v${serving + 2} is live`),
    )
    await settled(6, before)
    expect((await serves()).word).to.equal('first')
    expect((await given().processes()).map(({ env }) => env.WORD)).to.deep.equal(
      new Array(6).fill(undefined),
    )
    await page
      .locator('.releases li', { hasText: `v${serving + 2}` })
      .getByText('serves')
      .waitFor()
  })

  it('stops an app, and starts it as it was', async () => {
    const { dashboard, page, urls } = given()
    await dashboard.go('#/app/shop-staging/charts', '.chart canvas')
    await page.locator('.app-head').getByRole('button', { name: 'Stop' }).click()
    await dashboard.agree(/Stop web=3.* of shop-staging\?/, /Stopped web=3/)
    expect(await given().pids('shop-staging')).to.deep.equal([])
    expect((await get(urls[1]!)).status).to.equal(503)
    expect((await serves()).word).to.equal('first')
    await page.locator('.badge', { hasText: 'stopped' }).waitFor()
    await page.locator('.app-head').getByRole('button', { name: 'Start', exact: true }).click()
    await dashboard.agree(/Start web=3/, /Started web=3/)
    await until('all', async () => (await given().pids('shop-staging')).length === 6, TIMEOUT_MS)
    expect((await serves(1)).word).to.equal('first')
    await page.locator('.badge', { hasText: 'up' }).waitFor()
  })

  it('wrote no error, asked no other host, and never had a secret', async () => {
    const { dashboard, world } = given()
    expect([...new Set(dashboard.wrongs)].slice(0, 5)).to.deep.equal([])
    expect(dashboard.dialogs).to.deep.equal([])
    expect(dashboard.referers).to.deep.equal([])
    expect(dashboard.told.length).to.be.above(100_000)
    const { token } = await daemonInfo(world)
    for (const secret of [token, dashboard.token, 'swordfish'])
      expect(dashboard.told.includes(secret), secret).to.equal(false)
  })
}
