import os from 'node:os'
import { readIfThere } from './kernel-file.js'

/** What the runtime knows of the dyno that it runs in. */
export interface OwnDyno {
  /** `web.1` on Heroku, the host's name elsewhere. */
  name: string
  /** Whether DYNO is set, as it is in every dyno. */
  isDyno: boolean
  /** Memory that may be used, in MB, and where that number is from. */
  memory: number
  memorySource: string
  /** Whether anything states it; else it is the smallest dyno's. */
  isMemoryStated: boolean
  cpus: number
  /**
   * Whether it is no dyno but a machine of one's own, where `shipit dev` runs: PM2's own numbers
   * hold, and nothing is held to a dyno's memory.
   */
  isMachine?: boolean
}

type Read = (file: string) => string | undefined

/** A limit as large as this is the kernel's word for none. */
const NO_LIMIT = 2 ** 50
/** MB of the smallest dyno. */
const SMALLEST = 512

/**
 * What this dyno has. The host's own memory and CPUs say nothing: a dyno shares them with others.
 */
export function readDyno(
  env: NodeJS.ProcessEnv,
  read: Read = readIfThere,
  parallelism = os.availableParallelism(),
): OwnDyno {
  const stated = memoryOf(env, read)
  return {
    name: env.DYNO || os.hostname(),
    isDyno: Boolean(env.DYNO),
    memory: stated?.memory ?? SMALLEST,
    memorySource: stated?.source ?? 'no limit is stated',
    isMemoryStated: stated !== undefined,
    cpus: cpusOf(env, read, parallelism),
  }
}

/**
 * The machine that `shipit dev` runs on, as PM2 sees it: all its CPUs, and its memory without a
 * limit.
 */
export function readMachine(env: NodeJS.ProcessEnv, cpus = os.cpus().length): OwnDyno {
  const stated = Math.trunc(Number(env.SHIPIT_CPUS))
  return {
    name: 'dev',
    isDyno: false,
    isMachine: true,
    memory: Infinity,
    memorySource: 'no limit',
    isMemoryStated: false,
    cpus: stated > 0 ? stated : Math.max(1, cpus),
  }
}

/**
 * The smallest limit that is stated: a rehearsed dyno has the large cgroup of its machine and says
 * its own size in MEMORY_AVAILABLE.
 */
function memoryOf(
  env: NodeJS.ProcessEnv,
  read: Read,
): { memory: number; source: string } | undefined {
  const bytes = (file: string) => {
    const value = Number(read(file)?.trim())
    return value > 0 && value < NO_LIMIT ? Math.floor(value / 2 ** 20) : undefined
  }
  const stated = [
    { memory: bytes('/sys/fs/cgroup/memory.max'), source: 'cgroup v2' },
    { memory: bytes('/sys/fs/cgroup/memory/memory.limit_in_bytes'), source: 'cgroup v1' },
    {
      memory:
        Number(env.MEMORY_AVAILABLE) > 0 ? Math.floor(Number(env.MEMORY_AVAILABLE)) : undefined,
      source: 'MEMORY_AVAILABLE',
    },
  ].filter((limit): limit is { memory: number; source: string } => limit.memory !== undefined)
  return stated.sort((a, b) => a.memory - b.memory)[0]
}

/**
 * SHIPIT_CPUS if a person states it, else the least of what the platform says
 * (HEROKU_AVAILABLE_PARALLELISM: devcenter.heroku.com/articles/dynos), the cgroup and the scheduler
 * allow.
 */
function cpusOf(env: NodeJS.ProcessEnv, read: Read, parallelism: number): number {
  const stated = Math.trunc(Number(env.SHIPIT_CPUS))
  if (stated > 0) return stated
  const said = Math.trunc(Number(env.HEROKU_AVAILABLE_PARALLELISM))
  return Math.max(
    1,
    Math.min(parallelism, ...cpuQuotas(read).map(Math.ceil), ...(said > 0 ? [said] : [])),
  )
}

/**
 * Of cgroup v2 and v1, as far as each states a limit: `max` and -1 are the kernel's words for none.
 */
function cpuQuotas(read: Read): number[] {
  const v2 = read('/sys/fs/cgroup/cpu.max')?.split(' ') ?? []
  const v1 = ['quota', 'period'].map((name) => read(`/sys/fs/cgroup/cpu/cpu.cfs_${name}_us`))
  return [v2, v1]
    .map(([quota, period]) => Number(quota) / Number(period))
    .filter((cpus) => cpus > 0)
}
