import type { Overwritten } from '../git/index.js'
import type { Place } from '../heroku/resources.js'
import type { SeenLines } from '../heroku/logs.js'
import type {
  Addon,
  App,
  AppFeature,
  Attachment,
  Build,
  ConfigVars,
  Dyno,
  Formation,
  FormationUpdate,
  LogLine,
  PromotionTarget,
  Release,
  Slug,
  Stage,
} from '../heroku/index.js'

/** An add-on as it is asked for: `config` are options of its service. */
export interface WantedAddon {
  plan: string
  attachment?: { name: string }
  config?: Record<string, string>
}

/** What a promotion is of, by ids. */
export interface PromotedRelease {
  app: string
  release: string
}

/**
 * What a deploy needs of the platform, so that its steps can be tried against a scripted one. Lists
 * are newest first.
 */
export interface Platform {
  /** "Heroku" or "the embedded Heroku", for sentences. */
  readonly label: string
  readonly gitUrl: string
  /**
   * By how much pauses between polls are to be longer than usual, since the account has few calls
   * left; absent: by nothing.
   */
  slowdown?(): number
  /** ms from a release until preboot switches requests to it. */
  readonly prebootSwitch: number
  /** Undefined if the app does not exist or this account may not see it. */
  findApp(app: string): Promise<App | undefined>
  createApp(app: string, place: Place & { stack?: string | undefined }): Promise<App>
  dynos(app: string): Promise<Dyno[]>
  formation(app: string): Promise<Formation[]>
  /** All of it or none. */
  updateFormation(app: string, updates: FormationUpdate[]): Promise<unknown>
  /** Names or URLs of the buildpacks, in order; none if the platform chooses by the files. */
  buildpacks(app: string): Promise<string[]>
  /** All of them, by URL or name, in order. */
  setBuildpacks(app: string, buildpacks: readonly string[]): Promise<unknown>
  addons(app: string): Promise<Addon[]>
  attachments(app: string): Promise<Attachment[]>
  addon(app: string, name: string): Promise<Addon>
  /** Answers at once: it is made in the background. */
  createAddon(app: string, wanted: WantedAddon): Promise<Addon>
  enableFeature(app: string, name: string): Promise<unknown>
  addToPipeline(pipeline: string, app: string, stage: Stage): Promise<unknown>
  /** Runs a command in a one-off dyno without input, to its end; `line` is told what it prints. */
  runOneOff(
    app: string,
    script: { command: string; size?: string | undefined },
    listener: { line: (text: string) => void; signal: AbortSignal },
  ): Promise<{ dyno: string; status: number }>
  configVars(app: string): Promise<ConfigVars>
  updateConfigVars(app: string, changes: Record<string, string | null>): Promise<ConfigVars>
  currentRelease(app: string): Promise<Release | undefined>
  releases(app: string, max: number): Promise<Release[]>
  release(app: string, id: string): Promise<Release>
  /** A new release of what that release was: its slug and its config vars. */
  rollbackTo(app: string, releaseId: string): Promise<Release>
  /** A new release of that slug with the config vars as they are now. */
  releaseSlug(app: string, slugId: string, description: string): Promise<Release>
  /** Begins to make a release of one app's release for another app; answers with its id. */
  promote(promotion: { pipeline: string; from: PromotedRelease; to: string }): Promise<string>
  /** How far that has come, for the one app that it is to. */
  promotionTarget(promotion: string): Promise<PromotionTarget | undefined>
  slug(app: string, id: string): Promise<Slug>
  builds(app: string, max: number): Promise<Build[]>
  build(app: string, id: string): Promise<Build>
  cancelBuild(app: string, id: string): Promise<unknown>
  output(url: string, signal: AbortSignal): AsyncIterable<string>
  /** `seen`: what was read before of the same log, none of which comes again. */
  logs(
    app: string,
    options: { lines: number; tail: boolean; dyno?: string; signal: AbortSignal; seen?: SeenLines },
  ): AsyncIterable<LogLine>
  /** Undefined if the platform does not know it. */
  feature(app: string, name: string): Promise<AppFeature | undefined>
  /** Host names that lead to the app. */
  domains(app: string): Promise<string[]>
}

/** The push of one commit to the app's repository on the platform, or what stands in its place. */
export interface GitPush {
  /** Tells of the build's id by `onBuild` if it knows it. */
  push(options: {
    app: string
    commit: string
    force: boolean
    signal: AbortSignal
    onOutput: (line: string) => void
    onBuild: (id: string) => void
  }): Promise<{ outcome: 'pushed' | 'up-to-date' }>
  /** What a forced push of the commit would drop there; null if it drops nothing. */
  overwritten(app: string, commit: string): Promise<Overwritten | null>
  /** Names the app as git remote `heroku` if there is no such remote. */
  addRemote(app: string): Promise<boolean>
}
