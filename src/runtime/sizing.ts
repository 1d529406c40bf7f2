/** How many instances of each app a dyno holds, as plain data. Memory is in MB throughout. */

export interface AppToSize {
  name: string
  /** `instances` as the file has it. */
  wanted: number | 'max' | undefined
  /** Cluster mode: instances share one port. Others cannot be multiplied by WEB_CONCURRENCY. */
  isCluster: boolean
  /** Resident memory of one instance shortly after it began to serve, once it is known. */
  measured?: number | undefined
  /** What its largest instance takes under traffic, once that was seen. */
  learned?: number | undefined
  /** max_memory_restart: an instance is replaced before it grows far beyond. */
  ceiling?: number | undefined
}

export interface SizingInput {
  /** Infinity on a machine of one's own: CPUs alone count there. */
  memory: number
  cpus: number
  /** Whether PM2's dashboard agent will run. */
  hasAgent: boolean
  env: {
    SHIPIT_INSTANCES?: string | undefined
    WEB_CONCURRENCY?: string | undefined
    WEB_CONCURRENCY_SET_BY?: string | undefined
  }
  apps: AppToSize[]
}

export interface SizedApp {
  name: string
  instances: number
  why: string
  /** Whether a measurement of the first instance would change the number. */
  isEstimate: boolean
}

export const SUPERVISOR_MEMORY = 48
export const AGENT_MEMORY = 54
/** Taken for an instance that was not measured: a small Express app under load. */
export const UNMEASURED_INSTANCE = 100
/** An Express instance grows 2.0 to 2.2 times from one second after boot to load. */
export const GROWTH = 2.2

/**
 * Decides the number of instances of every app: SHIPIT_INSTANCES, WEB_CONCURRENCY, a number in the
 * file, else what fits. At least 1.
 */
export function sizeApps(input: SizingInput): SizedApp[] {
  const told = parseInstances(input.env.SHIPIT_INSTANCES)
  const fixed = input.apps.map((app) => fixedNumber(app, input, told))
  const free =
    forInstances(input) -
    input.apps.reduce((sum, app, i) => sum + (fixed[i]?.instances ?? 0) * underLoad(app), 0)
  const share = free / Math.max(1, fixed.filter((one) => one === undefined).length)
  return input.apps.map((app, i) => fixed[i] ?? whatFits(app, input, share))
}

/** What the supervisor and PM2's agent leave of the dyno's memory. */
export function forInstances({
  memory,
  hasAgent,
}: Pick<SizingInput, 'memory' | 'hasAgent'>): number {
  return memory - SUPERVISOR_MEMORY - (hasAgent ? AGENT_MEMORY : 0)
}

/** `api=4,jobs=1`, or `4` for every app. Anything else in the list is left out. */
export function parseInstances(text: string | undefined): Map<string, number> {
  const parts = (text ?? '').split(',').map((part) => /^\s*(?:([^=]+)=)?(\d+)\s*$/.exec(part))
  return new Map(
    parts.flatMap((part) =>
      part && Number(part[2]) > 0 ? [[(part[1] ?? '*').trim(), Number(part[2])] as const] : [],
    ),
  )
}

function fixedNumber(
  app: AppToSize,
  input: SizingInput,
  told: Map<string, number>,
): SizedApp | undefined {
  const fixed = (instances: number, why: string): SizedApp => ({
    name: app.name,
    instances,
    why,
    isEstimate: false,
  })
  const own = told.get(app.name) ?? told.get('*')
  if (own !== undefined) return fixed(own, 'SHIPIT_INSTANCES')
  const concurrency = Number(input.env.WEB_CONCURRENCY)
  const isPersons = input.env.WEB_CONCURRENCY !== undefined && !input.env.WEB_CONCURRENCY_SET_BY
  if (isPersons && app.isCluster && Number.isInteger(concurrency) && concurrency > 0)
    return fixed(concurrency, 'WEB_CONCURRENCY')
  if (app.wanted === undefined) return fixed(1, 'the file asks for none')
  if (typeof app.wanted === 'number' && app.wanted > 0)
    return fixed(Math.floor(app.wanted), 'the file')
  return undefined
}

/**
 * The most that the CPUs hold of an app whose number is ours to choose; undefined if it is the
 * user's.
 */
export function mostInstances(app: AppToSize, input: SizingInput): number | undefined {
  if (!app.isCluster || fixedNumber(app, input, parseInstances(input.env.SHIPIT_INSTANCES)))
    return undefined
  return cpusFor(app, input.cpus)
}

/** PM2's -N is "all but N". */
function cpusFor(app: AppToSize, cpus: number): number {
  return Math.max(1, cpus + (typeof app.wanted === 'number' ? app.wanted : 0))
}

function whatFits(app: AppToSize, input: SizingInput, share: number): SizedApp {
  const cpus = cpusFor(app, input.cpus)
  if (input.memory === Infinity)
    return {
      name: app.name,
      instances: cpus,
      why: app.wanted === 'max' ? 'one for each CPU' : `all CPUs but ${-Number(app.wanted)}`,
      isEstimate: false,
    }
  const each = underLoad(app)
  const byMemory = Math.max(1, Math.floor(share / each))
  const basis =
    app.measured === undefined
      ? `${each} MB an instance, unmeasured`
      : `${each} MB an instance under load, ${Math.round(app.measured)} MB measured`
  const limit =
    share < each
      ? `one does not fit, and less than one cannot be`
      : byMemory < cpus
        ? `memory holds ${byMemory}`
        : `memory holds ${byMemory}, CPUs ${cpus}`
  return {
    name: app.name,
    instances: Math.min(cpus, byMemory),
    why: `${limit}, ${basis}`,
    isEstimate: app.measured === undefined && cpus > 1,
  }
}

/** What an instance is expected to take under load. */
export function underLoad(app: AppToSize): number {
  if (app.learned !== undefined) return Math.ceil(Math.max(app.learned, app.measured ?? 0))
  const grown = app.measured === undefined ? UNMEASURED_INSTANCE : app.measured * GROWTH
  // An instance is never smaller than what was measured, whatever its ceiling says.
  return Math.ceil(
    app.ceiling === undefined ? grown : Math.max(app.measured ?? 0, Math.min(grown, app.ceiling)),
  )
}
