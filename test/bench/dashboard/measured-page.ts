/** The dashboard's page in Chromium, and what it costs the browser. */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { type Task, tasksIn, type TraceEvent } from './trace.js'

/** A task of the page's main thread that let keys and clicks wait for over 50 ms. */
export interface LongTask {
  view: string
  /** ms by the clock: what else the machine does is in it. */
  ms: number
}

/** Run in the page, which has no types here. */
const WATCH_TASKS = `
  window.longTasks = []
  new PerformanceObserver((list) => {
    for (const { duration: ms } of list.getEntries())
      window.longTasks.push({ view: location.hash, ms })
  }).observe({ type: 'longtask' })`

/** A chart clears its canvas before it draws. */
const WATCH_CANVASES = `
  window.drawnAt = new WeakMap()
  const { clearRect } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    window.drawnAt.set(this.canvas, performance.now())
    return clearRect.apply(this, area)
  }`

/**
 * Until every chart in the window has been drawn and painted: the text of the first for screen
 * readers changes with its values, and each is drawn after that.
 */
const DRAW_SPAN = (label: string) => `new Promise((resolve, reject) => {
  const button = [...document.querySelectorAll('.range-bar button')]
    .find(({ textContent }) => textContent === ${JSON.stringify(label)})
  const chart = document.querySelector('figure.chart')
  if (!button || !chart) return reject(new Error('no charts'))
  const began = performance.now()
  const inWindow = (element) => element.getBoundingClientRect().top < innerHeight
  const canvases = [...document.querySelectorAll('figure.chart canvas')].filter(inWindow)
  const observer = new MutationObserver(() => {
    observer.disconnect()
    const changed = performance.now()
    requestAnimationFrame(function look() {
      if (canvases.some((canvas) => !(window.drawnAt.get(canvas) >= changed)))
        return requestAnimationFrame(look)
      setTimeout(() => resolve(performance.now() - began))
    })
  })
  observer.observe(chart, { attributes: true, attributeFilter: ['aria-label'] })
  button.click()
})`

const SIZE = { width: 1440, height: 900 }

export class MeasuredPage {
  private constructor(
    readonly page: Page,
    private readonly session: CDPSession,
    private readonly browser: CDPSession,
  ) {}

  static async open(browser: Browser, url: string): Promise<MeasuredPage> {
    const page = await browser.newPage({ viewport: SIZE })
    await page.addInitScript(WATCH_TASKS)
    await page.addInitScript(WATCH_CANVASES)
    const session = await page.context().newCDPSession(page)
    await session.send('HeapProfiler.enable')
    await page.goto(url)
    return new MeasuredPage(page, session, await browser.newBrowserCDPSession())
  }

  async show(hash: string, ready: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    // Not waitForSelector: the element that it gives holds a view that was left in memory.
    await this.page.locator(ready).first().waitFor()
  }

  /** Those since the last call: what the load of a view took is not asked for. */
  takeLongTasks(): Promise<LongTask[]> {
    return this.page.evaluate<LongTask[]>('window.longTasks.splice(0)')
  }

  /** Every task of the page's main thread while `during` goes on. */
  async tasks(during: () => Promise<void>): Promise<Task[]> {
    const events: TraceEvent[] = []
    const take = ({ value }: { value: unknown[] }) => void events.push(...(value as TraceEvent[]))
    this.browser.on('Tracing.dataCollected', take)
    await this.browser.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: ['toplevel'] },
    })
    await during()
    const complete = new Promise((resolve) => this.browser.once('Tracing.tracingComplete', resolve))
    await this.browser.send('Tracing.end')
    await complete
    this.browser.off('Tracing.dataCollected', take)
    return tasksIn(events)
  }

  /** MB of JavaScript's heap that nothing can free. */
  async heap(): Promise<number> {
    await this.session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.session.send('Runtime.getHeapUsage')
    return usedSize / 1e6
  }

  /** CPU seconds of the processes that draw the page. */
  async cpu(): Promise<number> {
    const { processInfo } = await this.browser.send('SystemInfo.getProcessInfo')
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  }

  /** ms from a click on a span until its charts are painted. */
  spanDrawn(name: string): Promise<number> {
    return this.page.evaluate<number>(DRAW_SPAN(name))
  }
}
