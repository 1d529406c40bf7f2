/** Pictures of the dashboard's page, small enough to lie in the repository. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { until } from '../../../src/lib/until.js'
import { launch } from '../../dashboard/page/browser.js'

/** WebP: a tenth of what a PNG of a page with charts has. */
const QUALITIES = [82, 70, 55]
const MOST_BYTES = 100_000

export interface Shot {
  /** Of the file, without its ending. */
  name: string
  hash: string
  /** What must be there before the picture is taken. */
  shows: string
  width?: number
  height?: number
  isDark?: boolean
  /** What is done first: typed, clicked. */
  prepare?(page: Page): Promise<void>
}

/** Nothing of the view is still on its way. */
async function settled(page: Page): Promise<void> {
  // Not waitForFunction: it evaluates in the page, whose policy lets no text run.
  const isLoading = `[...document.querySelectorAll('.plot-note, .loading')]
    .some((note) => note.textContent.startsWith('Loading'))`
  if (!(await until(async () => !(await page.evaluate<boolean>(isLoading)), { timeout: 30_000 })))
    throw new Error(`${page.url()} is still loading`)
  // What moves in has moved.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished))')
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))')
}

export class Camera {
  private constructor(
    private readonly browser: Browser,
    private readonly folder: string,
  ) {}

  static async open(folder: string): Promise<Camera> {
    await mkdir(folder, { recursive: true })
    return new Camera(await launch(), folder)
  }

  /** @param url of the dashboard, with its token if it has one */
  async take(url: string, shots: readonly Shot[]): Promise<void> {
    let state: Awaited<ReturnType<BrowserContext['storageState']>> | undefined
    for (const shot of shots) {
      const context = await this.browser.newContext({
        viewport: { width: shot.width ?? 1280, height: shot.height ?? 800 },
        colorScheme: shot.isDark ? 'dark' : 'light',
        reducedMotion: 'reduce',
        timezoneId: 'UTC',
        ...(state ? { storageState: state } : {}),
      })
      const page = await context.newPage()
      // The token has left the address by then, and the cookie stays.
      await page.goto(state ? new URL('/', url).href : url)
      state = await context.storageState()
      await page.goto(new URL(`/${shot.hash}`, url).href)
      await page.waitForSelector(shot.shows)
      await settled(page)
      await shot.prepare?.(page)
      await settled(page)
      await this.photograph(page, shot.name)
      await context.close()
    }
  }

  async close(): Promise<void> {
    await this.browser.close()
  }

  private async photograph(page: Page, name: string): Promise<void> {
    const session = await page.context().newCDPSession(page)
    for (const quality of QUALITIES) {
      const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality })
      const bytes = Buffer.from(data, 'base64')
      if (bytes.length > MOST_BYTES) continue
      await writeFile(path.join(this.folder, `${name}.webp`), bytes)
      return
    }
    throw new Error(`${name} has more than ${MOST_BYTES} bytes`)
  }
}
