import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { gzipSync } from 'node:zlib'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { builtPage, launch, overflow, violations, watched } from './browser.js'
import { count, megabytes, milliseconds, percent } from '../../../src/dashboard/page/format.js'
import { lines, MARKUP, series } from './documents.js'
import { FixtureServer, firstScene } from './fixture-server.js'

const VIEWS: Record<string, { hash: string; shows: string }> = {
  overview: { hash: '#/', shows: '.app-card' },
  charts: { hash: '#/app/shop/charts', shows: '.chart[data-figure=dynos] canvas' },
  dynos: { hash: '#/app/shop/dynos', shows: '.grid-row' },
  dyno: { hash: '#/app/shop/dynos/web.1', shows: '.tiles' },
  instance: { hash: '#/app/shop/dynos/web.1/api%3A0', shows: '.pairs' },
  log: { hash: '#/app/shop/log', shows: '.log-row' },
  routes: { hash: '#/app/shop/routes', shows: 'tbody tr' },
  exceptions: { hash: '#/app/shop/exceptions', shows: '.exceptions li' },
  releases: { hash: '#/app/shop/releases', shows: '.releases li' },
  formation: { hash: '#/app/shop/formation', shows: '.process-type' },
  config: { hash: '#/app/shop/config', shows: '.config-names li' },
}

describe("the dashboard's page", function () {
  this.timeout(60_000)
  let built: Awaited<ReturnType<typeof builtPage>>
  let browser: Browser
  let context: BrowserContext | undefined
  let server: FixtureServer
  let page: Page
  let wrongs: string[]

  before(async () => {
    built = await builtPage()
    browser = await launch()
  })
  after(async () => {
    await browser?.close()
    await built?.remove()
  })
  afterEach(async () => {
    await context?.close()
    await server?.close()
    context = undefined
  })

  /** Opens a view in a browser of its own cookies. */
  async function open(
    hash: string,
    {
      scene = firstScene(),
      width = 1280,
      dark = false,
    }: { scene?: ReturnType<typeof firstScene>; width?: number; dark?: boolean } = {},
  ): Promise<void> {
    server = await FixtureServer.start(built.folder, scene)
    context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    ;({ wrongs } = watched(page, server.url))
    await page.goto(`${server.url}/${hash}`)
  }

  it('has 80 kB at most, gzipped', () => {
    const sizes = readdirSync(built.folder).map(
      (file) => gzipSync(readFileSync(path.join(built.folder, file))).length,
    )
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(80 * 1024)
  })

  for (const dark of [false, true])
    it(`is accessible in every view, ${dark ? 'dark' : 'light'}`, async () => {
      await open('#/', { dark })
      for (const [name, { hash, shows }] of Object.entries(VIEWS)) {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
        await page.locator(shows).first().waitFor()
        // Dark, only the colours are others.
        expect(await violations(page, dark ? ['color-contrast'] : undefined), name).to.deep.equal(
          [],
        )
      }
      expect(wrongs).to.deep.equal([])
    })

  it('fits 380 px in every view', async () => {
    await open('#/', { width: 380 })
    for (const [name, { hash, shows }] of Object.entries(VIEWS)) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
      await page.locator(shows).first().waitFor()
      expect(await overflow(page), name).to.equal(0)
      const cut = await page.evaluate<string[]>(
        `[...document.querySelectorAll('.grid-row .number')]
          .filter((one) => one.scrollWidth > one.clientWidth)
          .map((one) => one.innerText)`,
      )
      expect(cut, name).to.deep.equal([])
    }
    expect(wrongs).to.deep.equal([])
  })

  it('says how every app does, and opens one by its name', async () => {
    await open('#/')
    const card = page.locator('[data-app=shop-staging]')
    await card.getByText('web.1 crashed 4 times in 3 minutes').waitFor()
    expect(await card.locator('dl').innerText()).to.match(/dynos\s+0\/1/)
    // j chooses the first, j the second, Enter opens it.
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('h1', { hasText: 'shop-staging' }).waitFor()
  })

  it('shows all series at the time that one chart is pointed at', async () => {
    await open('#/app/shop/charts')
    const plot = page.locator('.chart[data-figure=cpu] .u-over')
    await plot.hover({ position: { x: 60, y: 40 } })
    await page.locator('.readout time').waitFor()
    const shown = await page.evaluate<number[]>(
      `[...document.querySelectorAll('.u-cursor-x')].map((line) => line.getBoundingClientRect().left - line.closest('.u-over').getBoundingClientRect().left)`,
    )
    expect(shown).to.have.length(7)
    expect(
      shown.every((left) => left > 0),
      String(shown),
    ).to.equal(true)
  })

  it('has all that is drawn as a table too, with what happened when', async () => {
    const scene = firstScene()
    await open('#/app/shop/charts', { scene, width: 380 })
    await page.locator(VIEWS.charts!.shows).waitFor()
    await page.keyboard.press('t')
    const table = page.getByRole('region', { name: 'Figures' })
    await table.locator('tbody tr').first().waitFor()
    expect(await table.locator('thead th').allInnerTexts()).to.deep.equal(
      'Time,CPU,Memory used,Memory quota,Event loop,Requests a minute,Service p50,Service p95,Service p99,4xx a minute,5xx a minute,Dynos,Events'.split(
        ',',
      ),
    )
    const { searchParams } = new URL(await untilAsked(() => true), server.url)
    const [from, to, points] = ['from', 'to', 'points'].map((name) =>
      Number(searchParams.get(name)),
    )
    const told = series({ from: from!, to: to!, points: points! })
    expect(await table.locator('tbody tr').first().locator('td').allInnerTexts()).to.deep.equal([
      percent(told.cpu_percent.at(-1)),
      megabytes(told.memory_mb.at(-1)),
      '1.5 GB',
      milliseconds(told.event_loop_p95_ms.at(-1)),
      count(told.requests_per_minute.at(-1)),
      milliseconds(told.service_p50_ms.at(-1)),
      milliseconds(told.service_p95_ms.at(-1)),
      milliseconds(told.service_p99_ms.at(-1)),
      count(told.client_errors_per_minute.at(-1)),
      count(told.server_errors_per_minute.at(-1)),
      '3',
      '',
    ])
    await table.getByText('Scale: shop web from 2 to 3 dynos').waitFor()
    await page.keyboard.press('[')
    await page.locator('tbody tr:nth-child(20)').waitFor({ state: 'detached' })
    expect(await violations(page)).to.deep.equal([])
    expect(await overflow(page)).to.equal(0)
    await page.getByRole('button', { name: 'Table' }).click()
    await page.locator('.chart canvas').first().waitFor()
    expect(wrongs).to.deep.equal([])
  })

  it('zooms into what is dragged over, and out again', async () => {
    await open('#/app/shop/charts')
    const plot = page.locator('.chart[data-figure=requests] .u-over')
    const box = (await plot.boundingBox())!
    await page.mouse.move(box.x + box.width / 4, box.y + 30)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width / 2, box.y + 30, { steps: 4 })
    await page.mouse.up()
    await page.locator('.zoomed').waitFor()
    const zoomed = await untilAsked((url) => span(url) < 1_200_000)
    // A quarter of an hour.
    expect(span(zoomed)).to.be.within(800_000, 1_000_000)
    await page.keyboard.press('Escape')
    await page.locator('.zoomed').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '24 h' }).click()
    await untilAsked((url) => span(url) === 86_400_000)
    expect(wrongs).to.deep.equal([])
  })

  it('finds lines of the log, whose text stays text', async () => {
    await open('#/app/shop/log')
    await page.locator('.log-row').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('onerror')
    await page.locator('.log-row mark').first().waitFor()
    const rows = await page.locator('.log-row .text').allInnerTexts()
    expect(rows.length).to.be.above(3)
    expect(new Set(rows)).to.deep.equal(
      new Set([`<img src=x onerror="document.title='owned'"><script>alert(1)</script>`]),
    )
    expect(await page.locator('.log img, .log script').count()).to.equal(0)
    expect(await page.title()).to.equal('shop · shipit dashboard')
    await page.keyboard.press('Escape')
    await page.getByLabel('Level').selectOption('error')
    await page.locator('.log-row.error').first().waitFor()
    expect(await page.locator('.log-row:not(.error)').count()).to.equal(0)
  })

  it('makes no element of any text, wherever it stands', async () => {
    const scene = firstScene()
    scene.hasMarkup = true
    scene.alerts = [
      {
        id: 'alert-1',
        app: 'shop',
        rule: 'crash-loop',
        title: 'crash loop',
        place: 'web.1',
        state: 'raised',
        at: new Date(scene.now).toISOString(),
        raised_at: new Date(scene.now).toISOString(),
        text: 'web.1 crashes again and again',
      },
    ]
    scene.problem = { kind: 'other', text: 'No answer', next: 'Wait.' }
    await open('#/', { scene })
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    const dyno = encodeURIComponent(`web.1${MARKUP}`)
    const views: Record<string, { hash: string; shows: string }> = {
      ...VIEWS,
      dyno: { hash: `#/app/shop/dynos/${dyno}`, shows: '.tiles' },
      instance: {
        hash: `#/app/shop/dynos/${dyno}/${encodeURIComponent(`api:0${MARKUP}`)}`,
        shows: '.pairs',
      },
      'another app': { hash: `#/app/${encodeURIComponent(MARKUP)}/charts`, shows: '.empty' },
    }
    for (const [name, { hash, shows }] of Object.entries(views)) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
      await page.locator(shows).first().waitFor()
      expect(await page.locator('#page').innerText(), name).to.contain(MARKUP)
      expect(await page.locator('#page :is(img, script, iframe, b[style])').count(), name).to.equal(
        0,
      )
    }
    await page.evaluate(`location.hash = '#/app/shop/dynos'`)
    await page.locator('.grid-row').first().waitFor()
    await page.keyboard.press('a')
    await page.locator('.alerts', { hasText: MARKUP }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('r')
    await page.locator('.question-text', { hasText: MARKUP }).waitFor()
    await page.keyboard.press('y')
    await page.locator('.notice.running', { hasText: MARKUP }).waitFor()
    expect(await page.locator('#page :is(img, script, iframe, b[style])').count()).to.equal(0)
    expect([dialogs, wrongs]).to.deep.equal([[], []])
    expect(await page.title()).to.equal('(1) shop · shipit dashboard')
  })

  it('follows the log, and stands still while it is paused', async () => {
    await open('#/app/shop/log')
    await page.locator('.log-row').first().waitFor()
    server.send('lines', {
      lines: lines(401, 1, Date.now()).map((line) => ({
        ...line,
        message: 'one more',
        is_figures: false,
      })),
      skipped: 0,
    })
    await page.locator('.log-row', { hasText: 'one more' }).waitFor()
    await page.keyboard.press(' ')
    await page.getByText('Paused: new lines wait.').waitFor()
    server.send('lines', {
      lines: lines(402, 1, Date.now()).map((line) => ({
        ...line,
        message: 'while paused',
        is_figures: false,
      })),
      skipped: 0,
    })
    server.send('problem', { kind: 'other', text: 'Told after the line.', next: null })
    await page.getByText('Told after the line.').waitFor()
    expect(await page.locator('.log-row', { hasText: 'while paused' }).count()).to.equal(0)
    await page.keyboard.press(' ')
    await page.locator('.log-row', { hasText: 'while paused' }).waitFor()
  })

  it("opens the log at an event's time", async () => {
    const scene = firstScene()
    scene.lines = lines(1, 5000, scene.now)
    scene.marks = [
      { at: scene.now - 2_000_000, kind: 'crash', place: 'web.2', text: 'crashed', is_bad: true },
    ]
    await open('#/app/shop/charts', { scene })
    await page.locator('.events a').click()
    const row = page.locator('.log-row.is-chosen time')
    await row.waitFor()
    const chosen = await page.locator('.log-detail header').innerText()
    expect(chosen).to.contain(new Date(scene.now - 2_000_000).toISOString().slice(0, 16))
  })

  it('asks before it changes anything, and tells what becomes of it', async () => {
    await open('#/app/shop/dynos')
    await page.locator('.grid-row').first().waitFor()
    // The second row: the first instance of web.1.
    await page.keyboard.press('j')
    await page.keyboard.press('r')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('3 dynos of web are stopped').waitFor()
    await page.keyboard.press('n')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Nothing was changed.').waitFor()
    expect(server.posted).to.deep.equal([
      { path: '/api/apps/shop/questions', body: { kind: 'restart', dyno: 'web.1' } },
    ])
    // Of all three, though one alone is shown.
    await page.keyboard.press('/')
    await page.keyboard.type('web.1')
    await page.keyboard.press('Escape')
    await page.locator('.grid-row').nth(3).waitFor({ state: 'detached' })
    await page.keyboard.press('+')
    await dialog.getByText('3 dynos of web are stopped').waitFor()
    await page.keyboard.press('y')
    await page.locator('.notice.running').waitFor()
    expect(server.posted.at(-1)).to.deep.equal({
      path: '/api/apps/shop/actions',
      body: { kind: 'scale', type: 'web', quantity: 4 },
    })
    server.send('action', {
      id: 'action-1',
      app: 'shop',
      request: { kind: 'scale', type: 'web', quantity: 4 },
      state: 'failed',
      text: 'web.4 did not come up.',
      why: 'It crashed with code 1.',
      next: 'See the log.',
    })
    await page.locator('.notice.failed', { hasText: 'It crashed with code 1.' }).waitFor()
    expect(wrongs).to.deep.equal([])
  })

  it('hides what changes anything if it is read-only', async () => {
    const scene = firstScene()
    scene.isReadOnly = true
    await open('#/app/shop/releases', { scene })
    await page.locator('.releases li').first().waitFor()
    expect(
      await page.getByRole('button', { name: /roll back|restart|reload|stop/i }).count(),
    ).to.equal(0)
    await page.keyboard.press('2')
    await page.locator('.grid-row').first().waitFor()
    await page.keyboard.press('r')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keys' }).waitFor()
    expect(server.posted).to.deep.equal([])
  })

  it('tells another browser that it may not look', async () => {
    const scene = firstScene()
    scene.isAllowed = false
    await open('#/', { scene })
    await page.getByText('This browser may not see the dashboard').waitFor()
  })

  it('says that the server is gone, and goes on when it is back', async () => {
    await open('#/app/shop/dynos')
    await page.locator('.grid-row').first().waitFor()
    const { scene } = server
    const port = Number(new URL(server.url).port)
    await server.close()
    await page.getByText('The dashboard does not answer.').waitFor()
    expect(await page.locator('.grid-row').count()).to.be.above(0)
    server = await FixtureServer.start(built.folder, scene, port)
    await page.getByText('The dashboard does not answer.').waitFor({ state: 'detached' })
    await page.getByText('Live', { exact: true }).waitFor()
  })

  const span = (url: string): number => {
    const { searchParams } = new URL(url, 'http://127.0.0.1')
    return Number(searchParams.get('to')) - Number(searchParams.get('from'))
  }

  /** The newest request for figures, once one is as wanted. */
  async function untilAsked(isWanted: (url: string) => boolean): Promise<string> {
    for (const end = Date.now() + 10_000; Date.now() < end;) {
      const url = server.asked
        .filter((one) => one.includes('/series?'))
        .map((one) => one.split(' ')[1]!)
        .findLast(isWanted)
      if (url) return url
      await page.evaluate('new Promise(requestAnimationFrame)')
    }
    throw new Error(`The page asked for: ${server.asked.join('\n')}`)
  }
})
