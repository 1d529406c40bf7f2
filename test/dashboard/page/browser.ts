/** Chromium, if this machine has one, and what every view must hold. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { packageRoot } from '../../../src/paths.js'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Throws where there is none: these suites are asked for by name, and say nothing without it. */
export function needChromium(): void {
  if (!existsSync(EXECUTABLE))
    throw new Error(`Chromium is not at ${EXECUTABLE}: install it, or name it by CHROMIUM.`)
}

export function launch(...flags: string[]): Promise<Browser> {
  needChromium()
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...flags],
  })
}

/** The page of this source, built anew: what lies in dist may be older. */
export async function builtPage(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shipit-page-'))
  const file = path.join(packageRoot, 'src/build/dashboard.mjs')
  const { buildDashboard } = (await import(file)) as {
    buildDashboard(root: string, folder: string): Promise<void>
  }
  await buildDashboard(packageRoot, folder)
  return { folder, remove: () => rm(folder, { recursive: true }) }
}

/** What no view may do: write errors, or ask another host. Collected as it happens. */
export function watched(page: Page, url: string): { wrongs: string[] } {
  const wrongs: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrongs.push(message.text())
  })
  page.on('pageerror', (error) => wrongs.push(error.stack ?? error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`)) wrongs.push(`asks ${request.url()}`)
  })
  return { wrongs }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe-core finds, one line each; what it calls minor is left out. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The page's policy lets no inline script run; the debugger's is not held to it.
  const { readFile } = await import('node:fs/promises')
  await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate<string[]>(`axe.run(document, {
      resultTypes: ['violations'],
      ...${JSON.stringify(rules ? { runOnly: rules } : {})},
    })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact !== 'minor')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
        id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`)
}

/** CSS px that the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('Math.max(0, document.documentElement.scrollWidth - window.innerWidth)')
