/**
 * A platform with one large and talkative app: loud-platform.ts DYNOS INSTANCES LINES_A_SECOND.
 * Prints its address.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sampleLine } from '../../src/runtime/event-line.js'

const [dynos = 100, instances = 8, linesASecond = 10_000] = process.argv.slice(2).map(Number)
const TICK = 20
const SAMPLES_EVERY = 20_000

const started = new Date(Date.now() - 3_600_000).toISOString()
const listed = JSON.stringify(
  Array.from({ length: dynos }, (_, at) => ({
    id: `d${at}`,
    name: `web.${at + 1}`,
    type: 'web',
    command: 'npm start',
    size: 'Standard-2X',
    state: 'up',
    app: { id: 'a', name: 'loud' },
    release: { id: 'r', version: 7 },
    created_at: started,
    updated_at: started,
    attach_url: null,
  })),
)

let id = 0
const event = (line: string) => `id: ${(id += 1)}\ndata: ${line}\n\n`
const stamp = () => new Date().toISOString().replace('Z', '000+00:00')

const figures = (at: number) => {
  const name = {
    source: `web.${1 + (Math.floor(at / instances) % dynos)}`,
    app: 'api',
    instance: at % instances,
  }
  return event(
    `${stamp()} app[${name.source}]: ${sampleLine(name, {
      pid: 100 + at,
      status: 'online',
      restarts: 0,
      uptime: 3600,
      version: '1.2.0',
      memoryMb: 60 + (id % 700) / 10,
      heapMb: 20,
      externalMb: 1,
      memoryLimitMb: 230,
      cpuPercent: (id % 1000) / 10,
      eventLoopP95Ms: (id % 300) / 10,
      requestsPerMinute: id % 4000,
      activeRequests: id % 7,
    }).trimEnd()}`,
  )
}

function line(at: number): string {
  const dyno = `web.${1 + (at % dynos)}`
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
  response.write(Array.from({ length: dynos * instances }, (_, at) => figures(at)).join(''))
  const timer = setInterval(() => {
    const passed = performance.now() - begun
    const wanted = Math.floor((passed / 1000) * linesASecond)
    let text = ''
    for (; said < wanted; said += 1) text += line(said)
    for (
      const until = Math.floor((passed / SAMPLES_EVERY) * dynos * instances);
      sampled < until;
      sampled += 1
    )
      text += figures(sampled)
    response.write(text)
  }, TICK)
  response.on('close', () => clearInterval(timer))
}

const server = createServer((request, response) => {
  const json = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(text)
  if (request.url === '/apps/loud/dynos') json(200, listed)
  else if (request.url === '/apps/loud/log-sessions')
    json(201, JSON.stringify({ id: 's', logplex_url: `${address()}/log` }))
  else if (request.url === '/log') speak(response)
  else json(404, '{"id":"not_found","message":"There is nothing here."}')
})
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
server.listen(0, '127.0.0.1', () => process.stdout.write(`${address()}\n`))
