import { readFileSync } from 'node:fs'
import { ratio, type Figures } from '../figures.js'
import { startLoad } from './load.js'
import { ALTERNATIVES, pause, type Bed, type Server } from './servers.js'

const COMPARED = ['node:cluster', 'throng', 'pm2-runtime', 'shipit-runtime'] as const
const SLICE = 700
/** Slices a round: short ones in turn, so that what else the machine does touches all alike. */
const SLICES = 3

/**
 * Requests a second, and the servers' CPU time a request, which a busy machine leaves alone: as
 * ratios to node:cluster, slice by slice.
 */
export async function throughput(bed: Bed, rounds: number): Promise<Figures> {
  const servers = new Map<string, Server>()
  const rate = new Map<string, number[]>(COMPARED.map((name) => [name, []]))
  const cpu = new Map<string, number[]>(COMPARED.map((name) => [name, []]))
  try {
    for (const name of COMPARED) {
      const server = await bed.start(ALTERNATIVES[name], { isPinned: true })
      servers.set(name, server)
      await server.hasInstances(2)
    }
    for (let slice = -1; slice < rounds * SLICES; slice += 1) {
      for (const [i] of COMPARED.entries()) {
        const name = COMPARED[(i + slice + 1) % COMPARED.length]!
        const one = await measure(servers.get(name)!)
        if (slice < 0) continue
        rate.get(name)!.push(one.rate)
        cpu.get(name)!.push(one.cpu)
      }
    }
  } finally {
    for (const server of servers.values()) await server.kill()
  }
  const against = (name: string): Figures => ({
    [`${name}: requests, ratio`]: ratio(
      rate.get(name)!,
      rate.get('node:cluster')!,
      'node:cluster, a second',
    ),
    [`${name}: CPU a request, ratio`]: ratio(
      cpu.get(name)!,
      cpu.get('node:cluster')!,
      'node:cluster',
    ),
  })
  return Object.assign({}, ...COMPARED.slice(1).map(against)) as Figures
}

async function measure(server: Server): Promise<{ rate: number; cpu: number }> {
  const before = ticks(server)
  const end = startLoad(server.port, { kept: 20, fresh: 0, mode: 'stay' })
  await pause(SLICE)
  const answers = await end()
  return { rate: answers.kept / answers.seconds, cpu: (ticks(server) - before) / answers.kept }
}

function ticks(server: Server): number {
  return [server.pid, ...server.instances].reduce((total, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return total + Number(fields[11]) + Number(fields[12])
  }, 0)
}
