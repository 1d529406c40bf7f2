import { expect } from 'chai'
import { overflow, violations } from '../../dashboard/page/browser.js'
import { procFile } from '../../support/process-table.js'
import { until } from '../../support/until.js'
import { TIMEOUT_MS } from './dashboard-page.js'
import type { Given } from './given.js'
import { MARKUP } from './shop-under-load.js'

const VIEWS: Record<string, { hash: string; shows: string }> = {
  overview: { hash: '#/', shows: '.app-card' },
  charts: { hash: '#/app/shop/charts', shows: '.chart[data-figure=dynos] canvas' },
  dynos: { hash: '#/app/shop/dynos', shows: '.grid-row' },
  dyno: { hash: '#/app/shop/dynos/web.1', shows: '.chart canvas' },
  instance: { hash: '#/app/shop/dynos/web.1/api%3A0', shows: '.pairs' },
  log: { hash: '#/app/shop/log', shows: '.log-row' },
  routes: { hash: '#/app/shop/routes', shows: 'tbody tr' },
  exceptions: { hash: '#/app/shop/exceptions', shows: '.exceptions li' },
  releases: { hash: '#/app/shop/releases', shows: '.releases li' },
  formation: { hash: '#/app/shop/formation', shows: '.process-type' },
  config: { hash: '#/app/shop/config', shows: '.empty, .config-names li' },
}

/** What happens to the apps, and how each view shows it. */
export function viewCases(given: () => Given): void {
  const events = () => given().page.locator('.events')

  it('marks what crashes, counts it, and moves nothing for it', async () => {
    const { dashboard, page } = given()
    await dashboard.go('#/app/shop/charts', '.chart canvas')
    await page.locator('.events li').first().waitFor()
    await dashboard.shifted()
    const before = await given().processes()
    const killed = before.find(({ dyno, id }) => dyno === 'web.1' && id === 'api:0')!
    // The runtime of a dyno, with which the dyno goes: the platform starts another.
    const gone = before.filter(({ dyno }) => dyno === 'web.2')
    const runtime = Number(/^PPid:\t(\d+)$/m.exec(procFile(String(gone[0]!.pid), 'status'))![1])
    process.kill(killed.pid, 'SIGKILL')
    await events().getByText('web.1 api:0 killed by SIGKILL').waitFor()
    await given().ask('/exit')
    await events()
      .getByText(/web\.\d api:\d exited with code 3/)
      .waitFor()
    process.kill(runtime, 'SIGKILL')
    await events().getByText('web.2 crashed').waitFor({ timeout: TIMEOUT_MS })
    await events().getByText('web.2 started again after its crash').waitFor()
    const now = await until(
      'six processes, the killed ones among them no longer',
      async () => {
        const found = await given().processes()
        const pids = found.map(({ pid }) => pid)
        const isNew = ![killed, ...gone].some(({ pid }) => pids.includes(pid))
        return found.length === 6 && isNew && found
      },
      TIMEOUT_MS,
    )
    const { sum, by } = await dashboard.shifted()
    expect(sum, by).to.be.below(0.001)
    await page.keyboard.press('t')
    await page.getByRole('cell', { name: 'killed by SIGKILL' }).waitFor()
    await page.keyboard.press('t')
    await dashboard.go('#/app/shop/dynos/web.1/api%3A0', '.tiles')
    const tile = (name: string) => page.locator('.tile', { hasText: name }).locator('dd')
    const { pid } = now.find(({ dyno, id }) => dyno === 'web.1' && id === 'api:0')!
    await until(
      'the restart, as ps counts it, and the new process',
      async () => {
        // A second one, if it was that which was asked to exit.
        const restarts = await tile('restarts').innerText()
        const [instance] = (await given().ps())[0]!.instances
        return (
          /^[12]$/.test(restarts) &&
          instance?.restarts === Number(restarts) &&
          instance.pid === pid &&
          (await tile('pid').innerText()).startsWith(String(pid))
        )
      },
      TIMEOUT_MS,
    )
  })

  it('makes no element of what an app prints, throws, measures or is asked for', async () => {
    const { dashboard, page } = given()
    await given().ask('/say', MARKUP)
    await given().ask('/throw', MARKUP)
    await given().ask(`/users/${encodeURIComponent(MARKUP)}`)
    await dashboard.go('#/app/shop/log', '.log-row')
    await page.keyboard.press('/')
    await page.keyboard.type('onerror')
    await page.locator('.log-row', { hasText: MARKUP }).first().waitFor()
    await page.locator('.log-row').first().click()
    await page.locator('.log-detail').waitFor()
    expect(await dashboard.strangers()).to.equal(0)
    await dashboard.go('#/app/shop/exceptions', '.exceptions li')
    await page.locator('.exception-message', { hasText: MARKUP }).first().waitFor()
    expect(await dashboard.strangers()).to.equal(0)
    await dashboard.go('#/app/shop/routes', 'tbody tr')
    await page.getByLabel('Filter routes').fill('onerror')
    await page
      .locator('tbody .path', { hasText: /img.*onerror/ })
      .first()
      .waitFor()
    expect(await dashboard.strangers()).to.equal(0)
    await dashboard.go('#/app/shop/dynos/web.3/api%3A0', '.pairs')
    await page.locator('.pairs dt', { hasText: 'orders <b>waiting</b>' }).waitFor()
    expect(await page.locator('.pairs b').count()).to.equal(0)
    expect(dashboard.dialogs).to.deep.equal([])
  })

  it('finds lines of the log by text, level and source, and stands still while paused', async () => {
    const { dashboard, page } = given()
    await given().ask('/say', 'warning: the pool is nearly empty')
    await dashboard.go('#/app/shop/log', '.log-row')
    const texts = () => page.locator('.log-row .text').allInnerTexts()
    const rows = (wanted: RegExp) =>
      until(
        () => `only lines with ${wanted}`,
        async () => {
          const all = await texts()
          return all.length > 0 && all.every((text) => wanted.test(text))
        },
      )
    await page.getByLabel('Search the log').fill('NEARLY empty')
    await rows(/^warning: the pool is nearly empty$/)
    await page.getByLabel('Search the log').fill('')
    await page.getByLabel('Level').selectOption('error')
    await page.locator('.log-row.error', { hasText: 'status=500' }).first().waitFor()
    expect(await page.locator('.log-row:not(.error)').count()).to.equal(0)
    await page.getByLabel('Level').selectOption('all')
    await page.getByLabel('Source').selectOption('router')
    await rows(/^at=\w+ /)
    await page.getByLabel('Source').selectOption('platform')
    await rows(/^(?!at=|shipit )/)
    await page.getByLabel('Source').selectOption('all')
    const newest = () => page.locator('.log-row').last().getAttribute('data-seq')
    await page.locator('.log-lines').click()
    await page.keyboard.press('Escape')
    await page.keyboard.press('End')
    const first = await newest()
    await until('lines that come', async () => (await newest()) !== first)
    await page.keyboard.press(' ')
    await page.getByText('Paused: new lines wait.').waitFor()
    const still = await newest()
    await given().ask('/say', 'said while paused')
    await page.evaluate(
      `(async () => { for (;;) { const { lines } = await (await fetch('/api/apps/shop/log?limit=100')).json()
        if (lines.some(({ message }) => message === 'said while paused')) return } })()`,
    )
    expect(await newest()).to.equal(still)
    await page.keyboard.press(' ')
    await page.locator('.log-row', { hasText: 'said while paused' }).waitFor()
  })

  it('zooms into what is dragged over and back, and leads from a mark to its lines', async () => {
    const { dashboard, page } = given()
    await dashboard.go('#/app/shop/charts', '.chart canvas')
    const box = (await page.locator('.chart[data-figure=cpu] .u-over').boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + (box.width * 3) / 4, box.y + 30, { steps: 4 })
    await page.mouse.up()
    await page.locator('.zoomed').waitFor()
    const span = () => {
      const { at, step_ms } = dashboard.series
      return at.at(-1)! - at[0]! + step_ms
    }
    // A quarter of five minutes, in whole values of 20 s.
    await until('the figures of a quarter', () => span() <= 120_000)
    // Notices of the crashes go first, one thing after the other.
    await until('the zoom taken back', async () => {
      await page.keyboard.press('Escape')
      return (await page.locator('.zoomed').count()) === 0
    })
    await until('the figures of all', () => span() >= 300_000)
    await events().getByText('killed by SIGKILL').first().click()
    const line = page.locator('.log-row.is-chosen')
    await line.waitFor()
    await until('the line of the mark', async () =>
      /signal=SIGKILL/.test((await page.locator('.log-row').allInnerTexts()).join('\n')),
    )
  })

  it('is accessible and of the width of the window in every view, light and dark', async () => {
    const { dashboard, page } = given()
    for (const [name, { hash, shows }] of Object.entries(VIEWS)) {
      await dashboard.go(hash, shows)
      expect(await violations(page), name).to.deep.equal([])
      await page.emulateMedia({ colorScheme: 'dark' })
      // The colours of a canvas and of what fades in are there with the next frame.
      await page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
      )
      expect(await violations(page, ['color-contrast']), `${name}, dark`).to.deep.equal([])
      for (const width of [380, 2560]) {
        await page.setViewportSize({ width, height: 900 })
        await page.locator(shows).first().waitFor()
        expect(await overflow(page), `${name}, ${width} px`).to.equal(0)
      }
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.emulateMedia({ colorScheme: 'light' })
    }
  })
}
