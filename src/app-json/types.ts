import type { EcosystemProblem } from '../ecosystem/types.js'

/** One config var that an app is to have. */
export interface Variable {
  name: string
  description?: string | undefined
  value?: string | undefined
  /** Made up for each app, and never shown. */
  isGenerated: boolean
  isRequired: boolean
}

export interface WantedAddon {
  /** heroku-postgresql, or with a plan heroku-postgresql:essential-0 */
  plan: string
  /** Name of its attachment. */
  as?: string | undefined
  options: Record<string, string>
}

/** A command line that runs in a one-off dyno. */
export interface Script {
  command: string
  /** Of the dyno; the platform's own when absent. */
  size?: string | undefined
}

/** What an app is made of, beside its code: app.json with an environment's own part over it. */
export interface AppJson {
  stack?: string | undefined
  buildpacks: string[]
  /** Names of app features that are to be on. */
  features: string[]
  env: Variable[]
  addons: WantedAddon[]
  /** A count a process type, such as `2:standard-1x`. */
  formation: Record<string, string>
  postdeploy?: Script | undefined
  prPredestroy?: Script | undefined
}

/** A file as it was read. With an error among the problems, `of` must not be used. */
export interface ReadAppJson {
  /** The whole of it, for an environment of app.json (`review`) or for none. */
  of: (environment?: string) => AppJson
  problems: EcosystemProblem[]
}
