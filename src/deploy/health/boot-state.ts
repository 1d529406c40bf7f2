import type { Dyno, Formation } from '../../heroku/index.js'

export type BootState =
  /** Every dyno of the formation runs the release, and none of an older one is left. */
  | { state: 'up'; dynos: Dyno[] }
  | { state: 'waiting'; dynos: Dyno[]; waitingFor: string[] }
  | { state: 'crashed'; dyno: Dyno; dynos: Dyno[] }

/**
 * How far a release has come. Pure. Dynos outside the formation (run.1234, release.7) do not count.
 * A dyno that is idle (eco dynos sleep) starts with the next request, so it counts as up.
 * @param version of the release waited for; dynos of a newer one count as well
 */
export function bootState(all: Dyno[], formation: Formation[], version: number): BootState {
  const ofFormation = all.filter(({ type }) => formation.some((entry) => entry.type === type))
  const dynos = ofFormation.filter(({ release }) => release.version >= version)
  const crashed = dynos.find(({ state }) => state === 'crashed')
  if (crashed) return { state: 'crashed', dyno: crashed, dynos }
  const waitingFor = [
    ...dynos
      .filter(({ state }) => state === 'starting' || state === 'down')
      .map(({ name, state }) => `${name} is ${state}`),
    ...dynos
      .filter(({ type, size }) =>
        formation.some(
          (entry) => entry.type === type && entry.size?.toLowerCase() !== size?.toLowerCase(),
        ),
      )
      .map(({ name }) => `${name} has not changed its size yet`),
    ...formation.flatMap(({ type, quantity }) => {
      const missing = quantity - dynos.filter((dyno) => dyno.type === type).length
      return missing > 0
        ? [`${missing} of ${quantity} ${type} ${quantity === 1 ? 'dyno' : 'dynos'} not started yet`]
        : []
    }),
    ...ofFormation
      .filter(({ release }) => release.version < version)
      .map(({ name, release }) => `${name} of v${release.version} has not gone yet`),
  ]
  return waitingFor.length > 0 ? { state: 'waiting', dynos, waitingFor } : { state: 'up', dynos }
}
