/** The built dashboard of a world in a real Chromium, as a person has it. */
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { SeriesDocument } from '../../../src/dashboard/wire.js'
import { launch, watched } from '../../dashboard/page/browser.js'
import { until } from '../../support/until.js'
import type { Outcome, World } from '../support/world.js'

/** For dynos to be replaced on a busy machine. */
export const TIMEOUT_MS = 60_000

/** Collects what moves that nobody has touched; a feed grows at its top. */
const SHIFTS = `globalThis.shifts = []
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.nodeType === 1 ? node : node?.parentElement)
    if (!hadRecentInput && !moved.every((one) => one?.closest('.events ol')))
      shifts.push({ value, what: moved.map((one) => one?.className || one?.nodeName).join() })
  }
}).observe({ type: 'layout-shift' })`

export class DashboardPage {
  /** Console errors and warnings, and requests to other hosts. */
  wrongs: string[] = []
  readonly dialogs: string[] = []
  /** Referers that the browser sent, and what the server told it. */
  readonly referers: string[] = []
  told = ''
  page!: Page
  context!: BrowserContext
  private newest: SeriesDocument | undefined
  private readonly reading = new Set<Promise<void>>()

  private constructor(
    readonly browser: Browser,
    /** With the token. */
    readonly address: string,
    private readonly pid: number,
    private readonly ended: Promise<Outcome>,
  ) {}

  get origin(): string {
    return new URL(this.address).origin
  }

  get token(): string {
    return new URL(this.address).searchParams.get('token')!
  }

  /** `shipit dashboard` in a folder, and Chromium beside it. */
  static async start(world: World, cwd: string): Promise<DashboardPage> {
    let printed = ''
    let pid = 0
    const ended = world.shipit(['dashboard', '--no-open', '--json', '--local'], {
      cwd,
      onSpawn: (started) => (pid = started),
      onOutput: (text) => (printed += text),
    })
    await until('the address', () => printed.endsWith('}\n'), TIMEOUT_MS)
    const { url } = JSON.parse(printed) as { url: string }
    // A name that its owner lets resolve to this machine: DNS rebinding.
    const browser = await launch('--host-resolver-rules=MAP evil.example 127.0.0.1')
    const made = new DashboardPage(browser, url, pid, ended)
    made.context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    made.page = await made.context.newPage()
    await made.watch()
    return made
  }

  private async watch(): Promise<void> {
    const { page, origin } = this
    ;({ wrongs: this.wrongs } = watched(page, origin))
    await page.addInitScript(SHIFTS)
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      const { referer } = request.headers()
      // Of a request without one it is empty.
      if (referer) this.referers.push(`${referer} to ${request.url()}`)
    })
    page.on('response', (response) => {
      // What ends only with the page has no body that can be waited for.
      if (response.url().includes('/api/stream') || !response.ok()) return
      const read = response.text().then(
        (text) => {
          this.told += `${text}\n`
          if (response.url().includes('/series?')) this.newest = JSON.parse(text) as SeriesDocument
        },
        // Another view came first, and nobody waits for the answer.
        () => undefined,
      )
      this.reading.add(read)
      void read.finally(() => this.reading.delete(read))
    })
  }

  async close(): Promise<Outcome> {
    await this.browser.close()
    await Promise.all(this.reading)
    process.kill(this.pid, 'SIGINT')
    return this.ended
  }

  async go(hash: string, shows: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    await this.page.locator(shows).first().waitFor()
  }

  /** What the page was told last of its charts. */
  get series(): SeriesDocument {
    if (!this.newest) throw new Error('The page has not asked for its charts.')
    return this.newest
  }

  /** A row of the charts' table: its cells by the names of its columns. */
  row(at: number): Promise<Record<string, string> | null> {
    return this.page.evaluate<Record<string, string> | null>(`(() => {
      const row = document.querySelector('.series tr[data-at="${at}"]')
      const names = [...document.querySelectorAll('.series thead th')].map((one) => one.innerText)
      return row && Object.fromEntries([...row.cells].map((cell, at) => [names[at], cell.innerText]))
    })()`)
  }

  /** The newest values that stand in the heads of the charts, by chart and line. */
  heads(): Promise<Record<string, string>> {
    return this.page.evaluate<Record<string, string>>(`Object.fromEntries(
      [...document.querySelectorAll('.chart .legend > div')].map((one) => [
        one.closest('.chart').dataset.figure + ' ' + one.querySelector('dt').innerText.trim(),
        one.querySelector('dd').innerText,
      ]))`)
  }

  /** How far anything has moved by itself since the last time that this was asked. */
  async shifted(): Promise<{ sum: number; by: string }> {
    const shifts = await this.page.evaluate<{ value: number; what: string }[]>('shifts.splice(0)')
    return {
      sum: shifts.reduce((total, { value }) => total + value, 0),
      by: shifts.map(({ value, what }) => `${value.toFixed(4)} ${what}`).join('\n'),
    }
  }

  /** Elements that markup in a text would have become. */
  async strangers(): Promise<number> {
    return this.page.locator('#page :is(img, script, iframe)').count()
  }

  /** Says yes to the question, which must be as expected, and waits for the end of it all. */
  async agree(question: RegExp, result: RegExp): Promise<void> {
    await this.asked(question)
    await this.page.locator('.question .buttons button').last().click()
    await this.ends(result)
  }

  async asked(question: RegExp): Promise<void> {
    await this.page.locator('.question-text', { hasText: question }).waitFor()
  }

  async ends(result: RegExp): Promise<void> {
    const end = this.page.locator('.notice.done, .notice.failed, .notice.stopped')
    await end.waitFor({ timeout: 2 * TIMEOUT_MS })
    expect(await end.innerText()).to.match(result)
    expect(await end.getAttribute('class')).to.contain('done')
    await end.getByRole('button', { name: 'Dismiss' }).click()
    await end.waitFor({ state: 'detached' })
  }
}
