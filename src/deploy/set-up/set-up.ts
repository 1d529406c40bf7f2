import type { Script } from '../../app-json/index.js'

/**
 * What an app lacks of what app.json says it is made of. Plain data: the values of config vars are
 * kept apart, in `SetUpParts`.
 */
export interface SetUp {
  /** Of app.json's `environments`: of a review app; null for the file as it is. */
  environment: 'review' | null
  /** The pipeline that the app joins, and its stage there; null leaves it where it is. */
  coupling: { pipeline: { id: string; name: string }; stage: 'review' } | null
  /** Of an app that is made; null for the platform's own. */
  stack: string | null
  buildpacks: string[]
  features: string[]
  /** Names, never values. */
  configVars: string[]
  addons: LackedAddon[]
  /** What runs once, when the app has its first release; null if it has run. */
  postdeploy: Script | null
  /** Whether it has failed before: SHIPIT_POSTDEPLOY says so. */
  isPostdeployOwed: boolean
  /** Counts of dynos of the first release, by process type; empty for an app that has had one. */
  formation: Record<string, string>
}

export interface LackedAddon {
  /** heroku-postgresql:essential-0 */
  plan: string
  /** Name of its attachment; null for the service's own. */
  as: string | null
  options: Record<string, string>
  /** The add-on that is being provisioned already. */
  name: string | null
}

/** The command that goes on with a set-up that stopped. */
export const onceMore = (app: string, { environment }: Pick<SetUp, 'environment'>): string =>
  environment === 'review'
    ? 'Run `shipit review up` as before.'
    : `shipit deploy --create --app ${app}`

/** Config var that an app has while its postdeploy has failed and not succeeded since. */
export const POSTDEPLOY_VAR = 'SHIPIT_POSTDEPLOY'

/** Whether anything is to be done before the first release. */
export const isLacking = ({
  coupling,
  buildpacks,
  features,
  configVars,
  addons,
}: Lacked): boolean =>
  coupling !== null || [buildpacks, features, configVars, addons].some(({ length }) => length > 0)

/** Whether anything of it is to be done, before the first release or after it. */
export const isOpen = (setUp: SetUp): boolean => isLacking(setUp) || setUp.postdeploy !== null

/** What is done before the first release. */
type Lacked = Pick<SetUp, 'coupling' | 'buildpacks' | 'features' | 'configVars' | 'addons'>

/** It, or the parts of it that are given, in words: a phrase each. */
export const lackedInWords = ({
  coupling = null,
  buildpacks = [],
  features = [],
  configVars = [],
  addons = [],
}: Partial<Lacked>): string[] => [
  ...(coupling ? [`${coupling.stage} of ${coupling.pipeline.name}`] : []),
  ...(buildpacks.length > 0 ? [`buildpacks ${buildpacks.join(', ')}`] : []),
  ...(features.length > 0 ? [`features ${features.join(', ')}`] : []),
  ...(configVars.length > 0 ? [`config vars ${configVars.join(', ')}`] : []),
  ...addons.map(({ plan, as }) => `add-on ${plan}${as === null ? '' : ` as ${as}`}`),
]
