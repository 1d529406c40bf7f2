// node generator.mjs PORT KEPT FRESH stop|stay: sends requests until stdin closes and prints {kept,
// fresh, lost, seconds} as JSON.
// KEPT clients hold a connection each, FRESH clients open one a request. `stop`: a client that is
// refused is done, as a router turns away from a dyno that has gone; `stay`: being refused is a
// loss.
import net from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const [port, kept, fresh, mode] = process.argv.slice(2)
const result = { kept: 0, fresh: 0, lost: 0, why: {} }
let isOver = false
process.stdin.on('end', () => (isOver = true)).resume()

const request = (isKept) =>
  `GET / HTTP/1.1\r\nHost: bench\r\nConnection: ${isKept ? 'keep-alive' : 'close'}\r\n\r\n`

/** One connection; resolves with how it ended: 'over', 'refused', or what was lost. */
function connection(kind) {
  return new Promise((resolve) => {
    const socket = net.connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
    let answer = ''
    let isWaiting = true
    const ask = () => {
      answer = ''
      isWaiting = true
      socket.write(request(kind === 'kept'))
    }
    const end = (how) => {
      socket.destroy()
      resolve(how)
    }
    socket.setTimeout(20_000, () => end('hung'))
    socket.on('connect', ask)
    socket.on('data', (data) => {
      answer += data.latin1Slice()
      const body = answer.indexOf('\r\n\r\n')
      if (body < 0) return
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? NaN)
      if (answer.length - body - 4 < length) return
      if (!answer.startsWith('HTTP/1.1 200')) return end(answer.slice(9, 12))
      isWaiting = false
      result[kind] += 1
      if (kind === 'fresh' || isOver || /^connection: close/im.test(answer)) return end('over')
      ask()
    })
    socket.on('error', (error) =>
      end(error.code === 'ECONNREFUSED' ? 'refused' : isWaiting ? error.code : 'over'),
    )
    socket.on('close', () => end(isWaiting ? 'closed' : 'over'))
  })
}

async function client(kind) {
  while (!isOver) {
    const how = await connection(kind)
    if (how === 'refused' && mode === 'stop') return
    if (how !== 'over') {
      result.lost += 1
      result.why[how] = (result.why[how] ?? 0) + 1
      await pause(5)
    }
    if (kind === 'fresh') await pause(1)
  }
}

const begun = performance.now()
const clients = [
  ...Array.from({ length: Number(kept) }, () => client('kept')),
  ...Array.from({ length: Number(fresh) }, () => client('fresh')),
]
await Promise.all(clients)
process.stdout.write(JSON.stringify({ ...result, seconds: (performance.now() - begun) / 1000 }))
process.exit(0)
