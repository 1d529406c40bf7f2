/** The dashboard of two apps that run on the embedded Heroku under load. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { get } from '../../../src/demo/load.js'
import { packageRoot } from '../../../src/paths.js'
import { World } from '../../e2e/support/world.js'
import { SHOP, visit } from '../shop.js'
import type { Camera, Shot } from './camera.js'

/** Pages of several speeds, one that fails now and then, and an instance that ends by it. */
const SERVER = `const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
require('node:http').createServer(async (request, response) => {
  const orders = request.url.startsWith('/orders')
  await wait(orders ? 20 + Math.random() * 60 : 3 + Math.random() * 20)
  if (orders && Math.random() < 0.02) {
    console.error('Error: the payment of the order was refused')
    response.statusCode = 500
  }
  if (orders) console.log('order ' + (request.url.split('/')[2] || 42) + ' is paid')
  if (request.url === '/crash') setImmediate(() => { null.total })
  response.end('shop')
}).listen(process.env.PORT)
`

const PHONE = { width: 380, height: 800 }
const WALL = { width: 2560, height: 1440 }
const CHARTS = '#/app/shop/charts'
const CHART = '.chart[data-figure=dynos] canvas'

/** Once the server has said what will happen. */
const CONFIRM = 'dialog.question .buttons button:last-child:not([disabled])'

const settled = async (page: Page) => {
  await page.waitForFunction(
    `[...document.querySelectorAll('.plot-note')].every((note) => note.textContent !== 'Loading…')`,
  )
  await delay(700)
}
const fiveMinutes = async (page: Page) => {
  await page.click('.range-bar button:has-text("5 min")')
  await settled(page)
}
const search = async (page: Page) => {
  await page.fill('[data-filter]', 'order')
  await settled(page)
}

const SHOTS: readonly Shot[] = [
  { name: 'overview', hash: '#/', shows: '.app-card' },
  { name: 'overview-phone', hash: '#/', shows: '.app-card', ...PHONE },
  { name: 'overview-dark', hash: '#/', shows: '.app-card', isDark: true },
  { name: 'charts', hash: CHARTS, shows: CHART, prepare: fiveMinutes },
  { name: 'charts-dark', hash: CHARTS, shows: CHART, isDark: true, prepare: fiveMinutes },
  { name: 'charts-phone', hash: CHARTS, shows: CHART, ...PHONE, prepare: fiveMinutes },
  { name: 'charts-wall', hash: CHARTS, shows: CHART, ...WALL, prepare: fiveMinutes },
  { name: 'dynos', hash: '#/app/shop/dynos', shows: '.grid-row' },
  { name: 'dynos-phone', hash: '#/app/shop/dynos', shows: '.grid-row', ...PHONE },
  { name: 'dyno', hash: '#/app/shop/dynos/web.1', shows: '.tiles', prepare: fiveMinutes },
  {
    ...{ name: 'instance', hash: '#/app/shop/dynos/web.1/shop%3A0', shows: '.tiles' },
    prepare: fiveMinutes,
  },
  { name: 'routes', hash: '#/app/shop/routes', shows: 'tbody tr' },
  { name: 'log', hash: '#/app/shop/log', shows: '.log-row', prepare: search },
  { name: 'log-dark-phone', hash: '#/app/shop/log', shows: '.log-row', isDark: true, ...PHONE },
  { name: 'releases', hash: '#/app/shop/releases', shows: '.releases li' },
  { name: 'formation', hash: '#/app/shop/formation', shows: '.process-type' },
  {
    ...{ name: 'confirm', hash: '#/app/shop/formation', shows: '.process-type' },
    prepare: async (page) => {
      await page.click('[aria-label="One dyno more"]')
      await page.click('.process-type button[type=submit]')
      await page.waitForSelector(CONFIRM)
    },
  },
  {
    ...{ name: 'rollback', hash: '#/app/shop/releases', shows: '.releases li' },
    prepare: async (page) => {
      await page.click('.releases button')
      await page.click(CONFIRM)
      await page.waitForSelector('.notice.running')
    },
  },
]

export async function takeReal(camera: Camera): Promise<void> {
  const world = await World.create({ SHIPIT_LOCAL: '1' })
  try {
    const dir = await world.app('shop', { ...SHOP, 'server.js': SERVER })
    await world.ok(['deploy', '--app', 'shop', '--local'], { cwd: dir })
    await world.ok(['scale', 'web=3:standard-1x', '--app', 'shop'], { cwd: dir })
    await world.ok(['deploy', '--app', 'shop-staging', '--local'], { cwd: dir })
    const apps = await world.json<{ name: string; web_url: string }[]>(['apps'])
    const urls = new Map(apps.map(({ name, web_url }) => [name, web_url]))
    const visits = [visit(urls.get('shop')!), visit(urls.get('shop')!)]
    try {
      await withDashboard(world, async (url) => {
        const whole = Number(process.env.SHIPIT_PICTURE_SECONDS ?? 240) * 1000
        await delay(whole / 2)
        await world.ok(['config', 'set', 'CURRENCY=EUR', '--app', 'shop'], { cwd: dir })
        await writeFile(path.join(dir, 'server.js'), SERVER.replace("end('shop')", "end('Shop')"))
        await world.commit(dir, 'Say Shop')
        await world.ok(['deploy', '--app', 'shop', '--local'], { cwd: dir })
        await delay(whole / 4)
        // Each is another instance's, more or less.
        for (let crash = 0; crash < 3; crash += 1) await get(`${urls.get('shop')}crash`)
        await delay(whole / 4)
        await camera.take(url, SHOTS)
      })
    } finally {
      await Promise.all(visits.map(({ stop }) => stop()))
    }
  } finally {
    await world.close()
  }
}

/** `shipit dashboard`, until `use` has ended. */
async function withDashboard(world: World, use: (url: string) => Promise<void>): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      path.join(packageRoot, 'bin/shipit.js'),
      ...['dashboard', '--local', '--app', 'shop', '--app', 'shop-staging', '--no-open'],
    ],
    { env: world.env, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { value: url, done } = await lines.next()
    if (done) throw new Error('the dashboard did not start')
    await use(url)
  } finally {
    child.kill('SIGINT')
    await ended
  }
}
