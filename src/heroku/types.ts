/**
 * The Platform API's resources as far as shipit reads them. Shapes and names are those of the API's
 * own schema (https://devcenter.heroku.com/articles/platform-api-reference), so they stay in
 * snake_case.
 */

/**
 * Where a platform is and how to speak to it. `--local` gives one of these and is known nowhere
 * else.
 */
export interface Endpoint {
  /** Base URL of the Platform API, without a slash at the end: https://api.heroku.com */
  apiUrl: string
  /** Base URL for git; `<gitUrl>/<app>.git` is an app's repository: https://git.heroku.com */
  gitUrl: string
  /** Bearer token. Never print it, never put it on argv. */
  token: string
  /**
   * Where the token came from, for messages: HEROKU_API_KEY, ~/.netrc, heroku auth:token, the
   * embedded Heroku.
   */
  tokenSource: string
  /** Looks for another token once this one was refused; absent if there can be none. */
  otherToken?: () => Promise<{ token: string; source: string } | undefined>
  /** Told when another source's token takes the place of a refused one. */
  onOtherToken?: (refused: string, taken: string) => void
  /**
   * What a user calls this platform in a sentence: "Heroku" or "the embedded Heroku". For sentences
   * only, never for a decision.
   */
  label: string
  /**
   * ms from a release until preboot switches requests to it, if a platform says so; else it is
   * as Heroku documents it.
   */
  prebootSwitch?: number
}

interface Ref {
  id: string
  name: string
}

export interface App {
  id: string
  name: string
  /** Ends with a slash. */
  web_url: string | null
  git_url: string
  maintenance: boolean
  owner: { id: string; email: string }
  region: Ref
  stack: Ref
  space?: (Ref & { shield?: boolean }) | null
  team?: Ref | null
  created_at: string
  updated_at: string
  released_at: string | null
  /** cedar or fir; absent if the platform does not tell. */
  generation?: { name: string } | null
}

export interface Account {
  id: string
  email: string
  name: string | null
}

export type ConfigVars = Record<string, string>

export interface Formation {
  id: string
  app: Ref
  type: string
  command: string
  quantity: number
  /** As the API spells it: Eco, Basic, Standard-1X, Standard-2X, Performance-M … */
  size: string
  created_at: string
  updated_at: string
}

/** One row of PATCH /apps/{app}/formation {updates: […]}. */
export interface FormationUpdate {
  type: string
  quantity?: number
  size?: string
}

export type DynoState = 'starting' | 'up' | 'crashed' | 'idle' | 'down'

/** A dyno as the Platform API lists it. */
export interface Dyno {
  id: string
  /** web.1 */
  name: string
  type: string
  command: string
  size: string
  state: DynoState
  release: { id: string; version: number }
  app: Ref
  attach_url: string | null
  created_at: string
  updated_at: string
}

export interface Release {
  id: string
  version: number
  description: string
  status: 'pending' | 'succeeded' | 'failed' | 'expired'
  current: boolean
  /** What it runs: a slug, or on Fir an image, whose id stands here as well (see releases.ts). */
  slug: { id: string } | null
  user: { id: string; email: string }
  app: Ref
  /** Output of the release phase, while there is one. */
  output_stream_url?: string | null
  created_at: string
  updated_at: string
}

export interface Slug {
  id: string
  commit: string | null
  commit_description: string | null
  process_types: Record<string, string>
  size: number | null
}

export interface Build {
  id: string
  app: { id: string }
  status: 'pending' | 'succeeded' | 'failed'
  source_blob: {
    url: string
    version: string | null
    version_description?: string | null
    checksum?: string | null
  }
  output_stream_url: string
  slug: { id: string } | null
  release: { id: string } | null
  user: { id: string; email: string }
  created_at: string
  updated_at: string
}

export interface LogSession {
  id: string
  logplex_url: string
  created_at: string
  updated_at: string
}

/** One line of a log session. */
export interface LogLine {
  /** The stream's own id, for resuming by Last-Event-Id; absent in plain text streams. */
  id?: string
  /** ISO 8601 with offset, as the platform wrote it. */
  timestamp: string
  /** app or heroku */
  source: string
  /** web.1, router, api, release.4 … */
  dyno: string
  /**
   * Without the line break; terminal control bytes are still in it: clean it before you print it.
   */
  message: string
}

export interface AppFeature {
  id: string
  name: string
  enabled: boolean
  description: string
  state: string
  doc_url: string
  created_at: string
  updated_at: string
}

export interface Domain {
  id: string
  hostname: string
  kind: string
}
