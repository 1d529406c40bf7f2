import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ratio, type Bench, type Figure } from './figures.js'
import { startLoad } from './runtime/load.js'

const SECONDS = 2
/** Connections that clients keep; one a request, as a probe opens it, is measured apart. */
const LOADS = { kept: { kept: 8, fresh: 0 }, fresh: { kept: 0, fresh: 8 } } as const

interface Server {
  port: number
  cpu: () => Promise<number>
  end: () => void
}

/**
 * What a request costs on its way through the router of the embedded Heroku: CPU time of the
 * process in between, beside a dyno that is asked directly and beside http-proxy with connections
 * kept alive, in turn.
 */
const bench: Bench = async ({ rounds }) => {
  const dyno = await start('dyno')
  const servers = {
    direct: dyno,
    router: await start('router', dyno.port),
    'http-proxy': await start('http-proxy', dyno.port),
  }
  try {
    const costs: Record<string, number[]> = {}
    const rates: Record<string, number[]> = {}
    for (const [load, clients] of Object.entries(LOADS)) {
      for (let round = -1; round < rounds; round += 1) {
        for (const [name, server] of Object.entries(servers)) {
          const before = await server.cpu()
          const stop = startLoad(server.port, { ...clients, mode: 'stay' })
          await delay(SECONDS * 1_000)
          const answers = await stop()
          const requests = answers.kept + answers.fresh
          if (answers.lost > 0)
            throw new Error(`${name} lost ${answers.lost} requests: ${JSON.stringify(answers.why)}`)
          if (round < 0) continue
          ;(costs[`${name} ${load}`] ??= []).push(
            ((await server.cpu()) - before) / 1_000 / requests,
          )
          ;(rates[`${name} ${load}`] ??= []).push(requests / answers.seconds)
        }
      }
    }
    return Object.fromEntries(
      Object.keys(LOADS).flatMap((load) => [
        [`router ${load}: CPU a request`, perRequest(costs[`router ${load}`]!)],
        [`http-proxy ${load}: CPU a request`, perRequest(costs[`http-proxy ${load}`]!)],
        [`dyno ${load}: CPU a request`, perRequest(costs[`direct ${load}`]!)],
        [
          `router ${load}: CPU to http-proxy`,
          ratio(costs[`router ${load}`]!, costs[`http-proxy ${load}`]!, 'http-proxy'),
        ],
        [
          `router ${load}: CPU to dyno`,
          ratio(costs[`router ${load}`]!, costs[`direct ${load}`]!, 'the dyno itself'),
        ],
        [
          `router ${load}: requests a second`,
          ratio(rates[`router ${load}`]!, rates[`http-proxy ${load}`]!, 'http-proxy'),
        ],
      ]),
    )
  } finally {
    for (const server of Object.values(servers)) server.end()
  }
}
bench.rounds = 5

const perRequest = (values: number[]): Figure => ({
  value: values.toSorted((a, b) => a - b)[values.length >> 1]!,
  unit: 'ms',
  min: Math.min(...values),
  max: Math.max(...values),
  versus: 'CPU time of its process',
})

async function start(role: string, port = 0): Promise<Server> {
  const child = fork(path.join(import.meta.dirname, 'router/server.ts'), [role, String(port)], {
    execArgv: ['--import', 'tsx', '--no-warnings'],
  })
  const { port: listening } = await answer<{ port: number }>(child)
  return {
    port: listening,
    async cpu() {
      child.send('cpu')
      return (await answer<{ cpu: number }>(child)).cpu
    },
    end: () => child.disconnect(),
  }
}

const answer = async <T>(child: ChildProcess): Promise<T> =>
  ((await once(child, 'message')) as [T])[0]

export default bench
