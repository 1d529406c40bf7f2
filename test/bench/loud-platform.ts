/**
 * A platform with one large and talkative app: loud-platform.ts DYNOS INSTANCES LINES_A_SECOND.
 * Prints its address.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventLine, sampleLines } from '../../src/runtime/event-line.js'

const [dynos = 100, instances = 8, linesASecond = 10_000] = process.argv.slice(2).map(Number)
const TICK = 20
const SAMPLES_EVERY = 20_000

const started = new Date(Date.now() - 3_600_000).toISOString()
const app = { id: '01234567-89ab-4cde-8f01-23456789abcd', name: 'loud' }
const release = {
  id: 'r',
  version: 7,
  app,
  current: true,
  description: 'Deploy 3f9c2ab1',
  status: 'succeeded',
  slug: null,
  user: { id: 'u', email: 'dev@example.com' },
  created_at: started,
  updated_at: started,
}
const ANSWERS: Record<string, unknown> = {
  '/apps/loud': { ...app, web_url: 'https://loud.example/', maintenance: false },
  '/apps/loud/releases': [release],
  '/apps/loud/dynos': Array.from({ length: dynos }, (_, at) => ({
    id: `d${at}`,
    name: `web.${at + 1}`,
    type: 'web',
    command: 'npm start',
    size: 'Standard-2X',
    state: 'up',
    app,
    release: { id: 'r', version: 7 },
    created_at: started,
    updated_at: started,
    attach_url: null,
  })),
}

let id = 0
const event = (line: string) => `id: ${(id += 1)}\ndata: ${line}\n\n`
const stamp = () => new Date().toISOString().replace('Z', '000+00:00')

const instanceFigures = (at: number) => ({
  pid: 100 + at,
  status: 'online',
  restarts: 0,
  uptime: 3600,
  version: '1.2.0',
  memoryMb: 60 + ((id + 31 * at) % 700) / 10,
  heapMb: 20,
  externalMb: 1,
  memoryLimitMb: 230,
  cpuPercent: ((id + 17 * at) % 1000) / 10,
  eventLoopP95Ms: ((id + 7 * at) % 300) / 10,
  requestsPerMinute: (id + 3 * at) % 400,
  activeRequests: id % 7,
})

/** What the runtime of a dyno prints each 20 s. */
function figures(at: number): string {
  const source = `web.${1 + (at % dynos)}`
  const samples = Array.from({ length: instances }, (_, instance) => ({
    app: 'api',
    instance,
    sample: instanceFigures(instance),
  }))
  return sampleLines(source, samples)
    .map((text) => event(`${stamp()} app[${source}]: ${text.trimEnd()}`))
    .join('')
}

/** An error that the app did not catch, now of one place in it and now of another. */
function exception(at: number): string {
  const source = `web.${1 + (at % dynos)}`
  const name = { source, app: 'api', instance: at % instances }
  const text = eventLine(name, 'exception', {
    type: 'TypeError',
    message: `cannot read item ${at}`,
    at: `orders.js:${10 + (at % 12)}:7`,
  })
  return event(`${stamp()} app[${source}]: ${text.trimEnd()}`)
}

function line(at: number): string {
  const dyno = `web.${1 + (at % dynos)}`
  if (at % 2000 === 1) return exception(at)
  if (at % 3 === 0)
    return event(
      `${stamp()} heroku[router]: at=info method=GET path="/items/${at}" host=loud.example request_id=6b1f-${at} fwd="203.0.113.${at % 255}" dyno=${dyno} connect=0ms service=${at % 90}ms status=${at % 100 === 0 ? 500 : 200} bytes=512 protocol=https`,
    )
  return event(
    `${stamp()} app[${dyno}]: {"level":30,"pid":23,"req":{"id":${at},"method":"GET","url":"/items/${at}"},"res":{"statusCode":200},"responseTime":${at % 90},"msg":"request completed"}`,
  )
}

function speak(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const begun = performance.now()
  let said = 0
  let sampled = 0
  response.write(Array.from({ length: dynos }, (_, at) => figures(at)).join(''))
  const timer = setInterval(() => {
    const passed = performance.now() - begun
    const wanted = Math.floor((passed / 1000) * linesASecond)
    let text = ''
    for (; said < wanted; said += 1) text += line(said)
    for (const until = Math.floor((passed / SAMPLES_EVERY) * dynos); sampled < until; sampled += 1)
      text += figures(sampled)
    response.write(text)
  }, TICK)
  response.on('close', () => clearInterval(timer))
}

const server = createServer((request, response) => {
  const json = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  const answer = ANSWERS[request.url ?? '']
  if (answer !== undefined) json(200, JSON.stringify(answer))
  else if (request.url === '/apps/loud/log-sessions')
    json(201, JSON.stringify({ id: 's', logplex_url: `${address()}/log` }))
  else if (request.url === '/log') speak(response)
  else json(404, '{"id":"not_found","message":"There is nothing here."}')
})
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
server.listen(0, '127.0.0.1', () => process.stdout.write(`${address()}\n`))
