import { getApp, listBuilds, listFormation, type PlatformApi } from '../heroku/index.js'
import { DYNO_SIZES, dynoSize, type DynoSize } from '../lib/dyno-sizes.js'
import type { DynoReport } from '../monitor/index.js'
import { instancesFit } from '../operate/index.js'
import type { FormationDocument } from './wire.js'

const BUILDS = 10
/** Sizes that an app of the Common Runtime may choose from; others have those of their own class. */
const COMMON: readonly DynoSize['costClass'][] = ['eco', 'basic', 'standard', 'performance']

/** Process types with what their dynos take, sizes to choose from, and builds that are under way. */
export async function formationDocument(
  api: PlatformApi,
  app: string,
  dynos: readonly DynoReport[],
): Promise<FormationDocument> {
  const [formation, { maintenance }, builds] = await Promise.all([
    listFormation(api, app),
    getApp(api, app),
    listBuilds(api, app, { max: BUILDS }),
  ])
  const rows = [...formation].sort((one, other) => one.type.localeCompare(other.type))
  return {
    process_types: rows.map(({ type, command, quantity, size }) => ({
      type,
      command: command ?? '',
      quantity,
      size,
      cost_class: dynoSize(size)?.costClass ?? null,
      most: dynoSize(size)?.maxPerType ?? null,
      ...takenBy(type, size, dynos),
    })),
    sizes: sizesFor(formation.map(({ size }) => size)),
    is_maintenance: Boolean(maintenance),
    builds: builds
      .filter(({ status }) => status === 'pending')
      .map(({ id, created_at: at, user }) => ({ id, at, user: user.email })),
  }
}

/** What the instances of a type need in one dyno, reckoned as `scale --instances` does. */
function takenBy(type: string, size: string, dynos: readonly DynoReport[]) {
  const ofType = dynos.filter((dyno) => dyno.type === type && dyno.state === 'up')
  const counts = ofType.map(({ instances }) => instances.length)
  const apps = [...new Set(ofType.flatMap(({ instances }) => instances.map(({ app }) => app)))]
  const changes = apps.map((app) => {
    const count = Math.max(
      ...ofType.map(({ instances }) => instances.filter((one) => one.app === app).length),
    )
    return { app, before: count, after: count }
  })
  const [fit] = instancesFit(ofType, changes, [{ type, quantity: ofType.length, size }])
  return {
    memory_mb_per_dyno: fit?.neededMb ?? null,
    instances_per_dyno: counts.length === 0 || apps.length === 0 ? null : Math.max(...counts),
  }
}

function sizesFor(used: readonly string[]): FormationDocument['sizes'] {
  const classes = new Set(used.map((size) => dynoSize(size)?.costClass))
  const own = [...classes].find((one) => one !== undefined && !COMMON.includes(one))
  return DYNO_SIZES.filter(({ costClass }) =>
    own === undefined ? COMMON.includes(costClass) : costClass === own,
  ).map(({ name, memory, costClass }) => ({ name, memory_mb: memory, cost_class: costClass }))
}
