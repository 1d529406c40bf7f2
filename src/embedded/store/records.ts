/**
 * Records are what is stored; the API's answers are made of them in api/routes/, never stored in that
 * form.
 */

export type DynoState = 'starting' | 'up' | 'crashed' | 'down'

export interface FormationRecord {
  id: string
  type: string
  command: string
  quantity: number
  /** As the API spells it: Standard-1X */
  size: string
  created_at: string
  updated_at: string
}

export interface SlugRecord {
  id: string
  /** Absolute folder that holds the built app; never changed once the record exists. */
  dir: string
  /**
   * Absolute path of its node_modules where that lies outside of `dir`: releases with the same
   * dependencies share one.
   */
  modules?: string | undefined
  /**
   * Absolute folder of its Node.js, which `dir` links to; absent if that is the one that runs the
   * embedded Heroku.
   */
  node?: string | undefined
  commit: string | null
  commit_description: string | null
  process_types: Record<string, string>
  /**
   * Environment that the buildpack leaves for run time (WEB_CONCURRENCY is decided at boot,
   * NODE_ENV here). Config vars win over it.
   */
  profile_env: Record<string, string>
  /** Bytes. */
  size: number
  buildpack_description: string
  created_at: string
}

export interface ReleaseRecord {
  id: string
  version: number
  description: string
  status: 'pending' | 'succeeded' | 'failed'
  slug_id: string | null
  /**
   * The config vars as they were when the release was made: what its dynos get and what a rollback
   * brings back.
   */
  config_vars: Record<string, string>
  /** Of the add-ons that the app had then; absent in releases of older versions. */
  addon_plans?: string[]
  /** Names of those config vars that were of attachments; absent in releases of older versions. */
  addon_vars?: string[]
  user: string
  created_at: string
  updated_at: string
}

export interface BuildRecord {
  id: string
  status: 'pending' | 'succeeded' | 'failed'
  commit: string | null
  commit_description: string | null
  slug_id: string | null
  release_id: string | null
  /** Absolute path of the build's whole output, kept after it ended. */
  output_file: string
  created_at: string
  updated_at: string
}

export interface SpaceRecord {
  id: string
  name: string
  team: string
  region: string
  shield: boolean
  generation: 'cedar' | 'fir'
  created_at: string
  updated_at: string
}

export const STAGES = ['test', 'review', 'development', 'staging', 'production'] as const
export type Stage = (typeof STAGES)[number]

/** What makes an app one of a pipeline's: it is in one at most. */
export interface CouplingRecord {
  id: string
  pipeline_id: string
  stage: Stage
  created_at: string
  updated_at: string
}

export interface AppRecord {
  id: string
  name: string
  generation: 'cedar' | 'fir'
  region: string
  team?: string | undefined
  space?: Pick<SpaceRecord, 'id' | 'name' | 'shield'> | undefined
  /**
   * Names as `buildpacks:set` leaves them; empty after `buildpacks:clear`. Absent: what the last
   * build detected.
   */
  buildpacks?: string[] | undefined
  coupling?: CouplingRecord | undefined
  webhooks: WebhookRecord[]
  drains: DrainRecord[]
  /** That the app is billed for; other apps may be attached to them. */
  addons: AddonRecord[]
  maintenance: boolean
  /** App features that are on: preboot, log-runtime-metrics. */
  features: Record<string, { enabled: boolean; updated_at: string }>
  config_vars: Record<string, string>
  /** Keyed by process type. */
  formation: Record<string, FormationRecord>
  /** Oldest first; the API reverses on request. */
  releases: ReleaseRecord[]
  /** Of the release that serves: the newest that succeeded. Null before the first. */
  current_release_id: string | null
  builds: BuildRecord[]
  slugs: SlugRecord[]
  domains: { id: string; hostname: string; created_at: string }[]
  created_at: string
  updated_at: string
  released_at: string | null
}

export interface PipelineRecord {
  id: string
  name: string
  owner: OwnerRecord
  generation: 'cedar' | 'fir'
  created_at: string
  updated_at: string
}

/** Of an app or a pipeline: the one account, or a team. */
export interface OwnerRecord {
  id: string
  type: 'user' | 'team'
}

/**
 * A slug on its way from one app to others. How it went with each is told by the release that was
 * made of it.
 */
export interface PromotionRecord {
  id: string
  pipeline_id: string
  source: { app_id: string; release_id: string }
  targets: PromotionTargetRecord[]
  created_at: string
  updated_at: string
}

export interface PromotionTargetRecord {
  id: string
  app_id: string
  /** Null until it is made. */
  release_id: string | null
  /** Why it never was made. */
  error_message: string | null
}

export interface AddonRecord {
  id: string
  /** postgresql-round-12345 */
  name: string
  /** heroku-postgresql */
  service: string
  /** Without its service: essential-0 */
  plan: string
  state: 'provisioning' | 'provisioned' | 'deprovisioned'
  /** What its provider says to who made it; why it could not be made. */
  provision_message: string | null
  /**
   * Values of config vars by what follows the attachment's name: URL for DATABASE_URL. Empty until
   * it is provisioned.
   */
  config: Record<string, string>
  /** What its provider keeps: names, passwords, ports. */
  resource: Record<string, string>
  attachments: AttachmentRecord[]
  created_at: string
  updated_at: string
}

export interface AttachmentRecord {
  id: string
  /** DATABASE */
  name: string
  /** The app that it is attached to, which may be another than that which is billed. */
  app_id: string
  created_at: string
  updated_at: string
}

export interface WebhookRecord {
  id: string
  url: string
  level: string
  include: string[]
  created_at: string
  updated_at: string
}

export interface DrainRecord {
  id: string
  url: string
  token: string
  created_at: string
  updated_at: string
}

/** A running or crashed dyno as the API shows it. */
export interface DynoRecord {
  id: string
  name: string
  type: string
  command: string
  size: string
  state: DynoState
  release_id: string
  release_version: number
  created_at: string
  updated_at: string
}
