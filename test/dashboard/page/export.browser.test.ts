import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { masked, MASK } from '../../../src/dashboard/export/masks.js'
import { pageOf } from '../../../src/dashboard/export/page.js'
import type { SnapshotDocument } from '../../../src/dashboard/wire.js'
import { builtPage, launch, violations } from './browser.js'
import * as documents from './documents.js'

const HTML = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>'

/** What the fixtures' server tells, of one app. */
function snapshotOf(now: number): SnapshotDocument {
  const range = { from: now - 3_600_000, to: now, points: 180 }
  const dynos = ['web.1', 'web.2'].map((name) => documents.dyno(name, now))
  const series = (scale: number) => documents.series(range, { since: -Infinity, scale, quota: 512 })
  const places = dynos.flatMap(({ name, instances }) => [
    [name, undefined] as const,
    ...instances.map(({ id }) => [name, id] as const),
  ])
  const log = documents.lines(1, 400, now)
  log[399] = { ...log[399]!, message: HTML, is_figures: false, level: 'error' }
  return {
    from: range.from,
    to: now,
    overview: {
      apps: [documents.summary('shop', now)],
      is_read_only: true,
      shipit_version: '1.2.0',
      now,
    },
    apps: {
      shop: {
        dynos,
        marks: documents.marks(now),
        series: Object.fromEntries([
          ['', series(1)],
          ...places.map(([name, id]) => [[name, id].filter(Boolean).join(' '), series(0.5)]),
        ]) as Record<string, ReturnType<typeof series>>,
        details: Object.fromEntries(
          places.map(([name, id]) => {
            const dyno = dynos.find((one) => one.name === name)!
            const { dyno: _dyno, instance: _instance, ...rest } = documents.details(dyno, id, now)
            return [[name, id].filter(Boolean).join(' '), rest]
          }),
        ),
        routes: documents.routes(),
        exceptions: documents.exceptions(now),
        releases: documents.releases(now),
        formation: documents.formation(now),
        log,
      },
    },
  }
}

describe("the dashboard's page in a file", function () {
  this.timeout(60_000)
  let folder: string
  let built: Awaited<ReturnType<typeof builtPage>>
  let browser: Browser
  let page: Page
  let url: string
  const wrongs: string[] = []

  before(async () => {
    built = await builtPage()
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-export-'))
    const file = path.join(folder, 'a file.html')
    await writeFile(file, await pageOf(snapshotOf(Date.now()), built.folder))
    url = pathToFileURL(file).href
    browser = await launch()
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) wrongs.push(message.text())
    })
    page.on('pageerror', (error) => wrongs.push(error.stack ?? error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
        wrongs.push(`asks ${request.url()}`)
    })
    await page.goto(url)
  })
  after(async () => {
    await browser?.close()
    await built?.remove()
    if (folder) await rm(folder, { recursive: true })
  })

  const VIEWS: Record<string, [hash: string, shows: string]> = {
    overview: ['#/', '.app-card'],
    charts: ['#/app/shop/charts', '.chart[data-figure=dynos] canvas'],
    dynos: ['#/app/shop/dynos', '.grid-row'],
    dyno: ['#/app/shop/dynos/web.1', '.tiles'],
    instance: ['#/app/shop/dynos/web.1/api%3A0', '.pairs'],
    log: ['#/app/shop/log', '.log-row'],
    routes: ['#/app/shop/routes', 'tbody tr'],
    exceptions: ['#/app/shop/exceptions', '.exceptions li'],
    releases: ['#/app/shop/releases', '.releases li'],
    formation: ['#/app/shop/formation', '.process-type'],
  }
  for (const [name, [hash, shows]] of Object.entries(VIEWS))
    it(`shows ${name} from the disk, asks no one, and changes nothing`, async () => {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
      await page.locator(shows).first().waitFor()
      expect(await page.locator('.top').innerText()).to.match(/as of \d+ \w+ \d\d:\d\d/)
      for (const verb of ['Restart', 'Reload', 'Stop', 'Scale', 'Roll back'])
        expect(await page.getByRole('button', { name: verb, exact: true }).count()).to.equal(0)
      expect(await page.getByText('Config vars', { exact: true }).count()).to.equal(0)
      expect(await violations(page, ['color-contrast'])).to.deep.equal([])
      expect(wrongs).to.deep.equal([])
    })

  it('has figures and events of its time, and those of a time that is dragged over', async () => {
    await page.evaluate("location.hash = '#/app/shop/charts'")
    await page.locator('.events li').first().waitFor()
    await page.keyboard.press('t')
    const rows = page.locator('.charts table tbody tr')
    await rows.first().waitFor()
    expect(await rows.count()).to.be.above(10)
    await page.keyboard.press('t')
  })

  it('keeps what an app prints as text', async () => {
    await page.evaluate("location.hash = '#/app/shop/log'")
    await page.getByText('<script>document.title="owned"').first().waitFor()
    expect(await page.title()).to.not.contain('owned')
    expect(await page.locator('img').count()).to.equal(0)
    expect(wrongs).to.deep.equal([])
  })

  it('lets no script run but its own', async () => {
    const ran = await page.evaluate<string>(`new Promise((resolve) => {
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective))
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
    })`)
    expect(ran).to.match(/^script-src/)
    expect(await page.title()).to.not.contain('owned')
    wrongs.length = 0
  })

  it('has a reasonable size', async () => {
    const { size } = await stat(path.join(folder, 'a file.html'))
    expect(size).to.be.below(1_000_000)
  })
})

describe('what is passed on', () => {
  it('has no secret: of config vars, by name, by form; and not who it was', async () => {
    const clean = await masked(
      {
        log: [
          'connects to postgres://u:hunter2hunter2@db.host.net/x',
          'path="/reset?token=abcdef&page=2" status=200',
          'DATABASE_PASSWORD="open sesame" is set',
          'my value is s3cr3t-v4lue, and MODE is production',
          'key AIzaSyA1234567890123456789012345678901x here',
          'Deploy 29a0b4c by user me@example.com',
        ],
        figures: { at: [1, null], name: 'web.1', is_bad: false },
      },
      [
        ['API_TOKEN', 's3cr3t-v4lue'],
        ['MODE', 'production'],
        ['PIN_PASSWORD', 'web'],
      ],
    )
    expect(clean.log[0]).to.not.contain('hunter2')
    expect(clean.log.slice(1)).to.deep.equal([
      `path="/reset?token=${MASK}&page=2" status=200`,
      `DATABASE_PASSWORD=${MASK} is set`,
      `my value is ${MASK}, and MODE is production`,
      `key ${MASK} here`,
      'Deploy 29a0b4c',
    ])
    expect(clean.figures).to.deep.equal({ at: [1, null], name: 'web.1', is_bad: false })
  })
})
