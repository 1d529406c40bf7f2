import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DashboardPage } from './dashboard-page.js'

/** All that a page can try without being let in: to read, and to change something unread. */
const ATTACK = (origin: string) => `
const read = []
const body = JSON.stringify({ kind: 'restart' })
const action = '${origin}/api/apps/shop/actions'
const tell = (how) => async (response) => {
  if (response.type !== 'opaque') read.push(how + ' ' + await response.text())
}
const asked = [
  fetch('${origin}/api/apps', { credentials: 'include' }).then(tell('fetch'), () => {}),
  fetch('${origin}/api/apps', { credentials: 'include', mode: 'no-cors' }).then(tell('opaque'), () => {}),
  fetch(action, { method: 'POST', credentials: 'include', mode: 'no-cors', body }).then(tell('post'), () => {}),
  fetch(action, { method: 'POST', credentials: 'include', body,
    headers: { 'content-type': 'application/json' } }).then(tell('json'), () => {}),
  new Promise((resolve) => {
    const source = new EventSource('${origin}/api/stream?app=shop', { withCredentials: true })
    source.onmessage = () => read.push('stream')
    source.onopen = () => read.push('stream')
    source.onerror = () => { source.close(); resolve() }
  }),
  ...['script', 'img', 'iframe'].map((tag) => new Promise((resolve) => {
    const element = document.createElement(tag)
    element.onload = element.onerror = resolve
    element.src = tag === 'script' ? '${origin}/page.js' : '${origin}/'
    document.body.append(element)
  })),
  new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.name = 'target'
    document.body.append(frame)
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action, target: 'target', enctype: 'text/plain' })
    const field = document.createElement('input')
    Object.assign(field, { name: body.slice(0, -1) + ',"x":"', value: '"}' })
    form.append(field)
    document.body.append(form)
    frame.onload = resolve
    form.submit()
  }),
]
navigator.sendBeacon(action, new Blob([body], { type: 'text/plain' }))
globalThis.done = Promise.all(asked).then(() => read)
`

/**
 * A page of another port of this machine, which is the same site for a cookie, opened by the
 * browser that the dashboard has let in.
 * @returns its requests of the dashboard, the answers that it was shown, and what it could read of
 *   them
 */
export async function otherPage(
  dashboard: DashboardPage,
): Promise<{ asked: string[]; answered: string[]; read: string[] }> {
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<body><script>${ATTACK(dashboard.origin)}</script></body>`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const page = await dashboard.context.newPage()
  try {
    const asked: string[] = []
    const answered: string[] = []
    const isOurs = (url: string) => url.startsWith(dashboard.origin)
    page.on('request', (request) => {
      if (isOurs(request.url())) asked.push(`${request.resourceType()} ${request.method()}`)
    })
    // What the browser keeps from the page it counts as failed: it has an answer all the same.
    page.on('response', (response) => {
      if (isOurs(response.url())) answered.push(`${response.status()} to ${response.url()}`)
    })
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return { read: await page.evaluate<string[]>('globalThis.done'), asked, answered }
  } finally {
    await page.close()
    server.close()
    server.closeAllConnections()
  }
}
