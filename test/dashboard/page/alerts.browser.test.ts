/** The bell, its list, notices and chips, in Chromium. */
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Alert } from '../../../src/dashboard/wire.js'
import { builtPage, launch, overflow, violations, watched } from './browser.js'
import { FixtureServer, firstScene } from './fixture-server.js'

const alert = (number: number, now: number, some: Partial<Alert> = {}): Alert => ({
  id: `alert-${number}`,
  app: 'shop',
  rule: 'crash-loop',
  title: 'crash loop',
  place: 'web.1',
  state: 'raised',
  at: new Date(now).toISOString(),
  raised_at: new Date(now).toISOString(),
  text: `api:${number} in web.1 crashed 3 times in 12 s, and last exited with code 7.`,
  ...some,
})

describe("alerts on the dashboard's page", function () {
  this.timeout(60_000)
  let built: Awaited<ReturnType<typeof builtPage>>
  let browser: Browser
  let context: BrowserContext | undefined
  let server: FixtureServer | undefined
  let page: Page
  let wrongs: string[]
  let now: number

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
    context = server = undefined
  })

  async function open(hash: string, alerts: Alert[] = [], { width = 1280, dark = false } = {}) {
    const scene = firstScene()
    now = scene.now
    scene.alerts = alerts
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
  const bell = (name: string) => page.getByRole('button', { name, exact: true })
  const notices = () => page.getByRole('region', { name: 'Notices' })
  const list = () => page.getByRole('region', { name: 'Alerts' })

  it('are none at first, and the bell says so', async () => {
    await open('#/')
    await bell('No alerts').click()
    await list().getByText('Nothing is wrong').waitFor()
    expect(await page.title()).to.equal('shipit dashboard')
  })

  it('are counted when they are raised, noticed, and over when they are cleared', async () => {
    await open('#/app/shop/dynos')
    await bell('No alerts').waitFor()
    const width = async () => Math.round((await page.locator('.bell').boundingBox())!.width)
    const before = await width()
    const first = alert(1, now)
    server!.send('alerts', [first])
    const notice = notices().locator('[data-alert=crash-loop]')
    await notice.getByText('api:1 in web.1 crashed 3 times').waitFor()
    expect(await notices().getAttribute('aria-live')).to.equal('polite')
    expect(await notice.getAttribute('class')).to.contain('failed')
    await bell('1 alert').waitFor()
    expect(await width()).to.equal(before)
    expect(await page.title()).to.equal('(1) shop · shipit dashboard')
    await page.locator('.app-title').getByText('crash loop', { exact: true }).waitFor()

    server!.send('alerts', [
      {
        ...first,
        state: 'resolved',
        at: new Date(now + 90_000).toISOString(),
        text: 'web.1 is up.',
      },
    ])
    await bell('No alerts').waitFor()
    await notice.getByText('shop · crash loop · resolved').waitFor()
    expect(await notice.getAttribute('class')).to.contain('done')
    await page.locator('[data-chip=alert]').waitFor({ state: 'detached' })
    await notice.getByRole('button', { name: 'Dismiss' }).click()
    await notice.waitFor({ state: 'detached' })
    await page.keyboard.press('a')
    const row = list().getByRole('listitem')
    expect(await row.innerText())
      .to.contain('shop · crash loop · resolved')
      .and.contain('web.1 is up.')
    expect(await page.title()).to.equal('shop · shipit dashboard')
    expect(wrongs).to.deep.equal([])
  })

  it('that were there before are counted and listed, without a notice', async () => {
    await open('#/', [
      alert(1, 0),
      alert(2, 0, { app: 'shop-staging', rule: 'down', title: 'app down', place: null }),
      alert(3, 0, { state: 'resolved' }),
    ])
    await bell('2 alerts').waitFor()
    const shop = page.locator('[data-app=shop]')
    await shop.getByText('crash loop', { exact: true }).waitFor()
    expect(await shop.locator('.app-why').innerText()).to.contain('api:1 in web.1 crashed')
    expect(await shop.getAttribute('class')).to.match(/\bwarn\b/)
    await page.locator('[data-app=shop-staging]').getByText('app down', { exact: true }).waitFor()
    expect(await notices().locator('.notice').count()).to.equal(0)
    await bell('2 alerts').click()
    expect(await list().getByRole('listitem').allInnerTexts()).to.have.length(3)
    await page.keyboard.press('Escape')
    await list().waitFor({ state: 'detached' })
  })

  it('lead to the log of their time', async () => {
    await open('#/', [alert(1, Date.parse('2026-03-01T12:00:00Z'))])
    await bell('1 alert').click()
    await list().getByRole('link', { name: 'log of that time' }).click()
    await page.locator('.log').waitFor()
    expect(await page.evaluate('location.hash')).to.equal(
      `#/app/shop/log?around=${Date.parse('2026-03-01T12:00:00Z')}`,
    )
    await list().waitFor({ state: 'detached' })
  })

  it('are three notices at most, which the list and Escape take away', async () => {
    await open('#/')
    await bell('No alerts').waitFor()
    server!.send(
      'alerts',
      [1, 2, 3, 4].map((number) => alert(number, now + number)),
    )
    await notices().getByText('api:4 in web.1').waitFor()
    expect(await notices().locator('.notice').count()).to.equal(3)
    await page.keyboard.press('Escape')
    await notices().getByText('api:4 in web.1').waitFor({ state: 'detached' })
    server!.send('alerts', [alert(5, now + 5)])
    await notices().getByText('api:5 in web.1').waitFor()
    await page.keyboard.press('a')
    await notices().getByText('api:5 in web.1').waitFor({ state: 'detached' })
    expect(await list().getByRole('listitem').count()).to.equal(5)
  })

  it('are those of the server again once it is back', async () => {
    await open('#/', [alert(1, 0)])
    await bell('1 alert').waitFor()
    const port = Number(new URL(server!.url).port)
    await server!.close()
    await page.getByText('The dashboard does not answer.').waitFor()
    const scene = firstScene()
    scene.alerts = [alert(2, now)]
    server = await FixtureServer.start(built.folder, scene, port)
    await notices().getByText('api:2 in web.1').waitFor()
    await bell('1 alert').click()
    expect(await list().getByRole('listitem').allInnerTexts()).to.have.length(1)
  })

  for (const dark of [false, true])
    it(`are accessible, ${dark ? 'dark' : 'light'}, and fit 380 px`, async () => {
      await open('#/', [alert(1, 0), alert(2, 0, { state: 'resolved' })], { width: 380, dark })
      await bell('1 alert').waitFor()
      server!.send('alerts', [alert(3, now)])
      await notices().getByText('api:3 in web.1').waitFor()
      expect(await violations(page)).to.deep.equal([])
      expect(await overflow(page)).to.equal(0)
      await bell('2 alerts').click()
      await list().waitFor()
      expect(await violations(page)).to.deep.equal([])
      expect(await overflow(page)).to.equal(0)
      expect(wrongs).to.deep.equal([])
    })
})
