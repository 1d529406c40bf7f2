/**
 * The Platform API's resources as far as shipit reads them, each with its shape: what an answer must
 * be for shipit to go on with it. Names are those of the API's own schema
 * (https://devcenter.heroku.com/articles/platform-api-reference), so they stay in snake_case.
 * Whatever else an answer has is left as it is.
 */
import * as v from 'valibot'

/** An address that is fetched or shown: of the web, never file: or javascript:. */
const webAddress = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'is not an http or https address',
  ),
)
const id = v.pipe(v.string(), v.nonEmpty('is empty'))
const named = v.looseObject({ name: v.string() })
const withId = v.looseObject({ id })
const person = v.looseObject({ email: v.string() })
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const time = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), 'is not a time'),
)

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
export const APP = v.looseObject({
  name: id,
  web_url: v.nullish(webAddress),
  git_url: v.optional(v.string()),
  maintenance: v.optional(v.boolean()),
  owner: v.optional(person),
  region: v.optional(named),
  stack: v.optional(named),
  space: v.nullish(named),
  team: v.nullish(named),
  generation: v.nullish(named),
})

export interface Account {
  id: string
  email: string
  name: string | null
}
export const ACCOUNT = person

export type ConfigVars = Record<string, string>
export const CONFIG_VARS = v.record(v.string(), v.string())

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
export const FORMATION = v.looseObject({
  type: id,
  app: v.optional(named),
  quantity: count,
  size: v.string(),
  command: v.optional(v.string()),
})

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
export const DYNO = v.looseObject({
  name: id,
  type: id,
  state: v.string(),
  size: v.string(),
  command: v.string(),
  app: v.optional(named),
  release: v.looseObject({ id: v.optional(v.string()), version: count }),
  created_at: time,
  updated_at: time,
  // Of a one-off dyno: rendezvous://…, or https:// on Fir.
  attach_url: v.nullish(v.string()),
})

export interface Release {
  id: string
  version: number
  description: string
  status: 'pending' | 'succeeded' | 'failed' | 'expired'
  current: boolean
  /** What it runs: a slug, or on Fir an image, whose id stands here as well. */
  slug: { id: string } | null
  user: { id: string; email: string }
  app: Ref
  /** Output of the release phase, while there is one. */
  output_stream_url?: string | null
  created_at: string
  updated_at: string
}
export const RELEASE = v.looseObject({
  id,
  version: count,
  description: v.string(),
  status: v.string(),
  current: v.optional(v.boolean()),
  app: v.optional(named),
  slug: v.nullish(withId),
  oci_image: v.nullish(withId),
  user: person,
  created_at: time,
  output_stream_url: v.nullish(webAddress),
})

export interface Slug {
  id: string
  commit: string | null
  commit_description: string | null
  process_types: Record<string, string>
  size: number | null
}
export const SLUG = v.looseObject({
  id,
  commit: v.nullish(v.string()),
  commit_description: v.nullish(v.string()),
  size: v.nullish(v.number()),
  process_types: v.optional(v.record(v.string(), v.string())),
})

const image = v.looseObject({
  commit: v.nullish(v.string()),
  commit_description: v.nullish(v.string()),
  process_types: v.nullish(
    v.record(
      v.string(),
      v.looseObject({ command: v.optional(v.string()), display_cmd: v.optional(v.string()) }),
    ),
  ),
})
/** Of Fir: one, or a list of one. */
export const IMAGES = v.union([image, v.pipe(v.array(image), v.nonEmpty('is empty'))])

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
export const BUILD = v.looseObject({
  id,
  status: v.string(),
  output_stream_url: v.nullish(webAddress),
  slug: v.nullish(withId),
  release: v.nullish(withId),
  source_blob: v.looseObject({ version: v.nullish(v.string()) }),
  user: person,
  created_at: time,
})

export interface LogSession {
  id: string
  logplex_url: string
  created_at: string
  updated_at: string
}
export const LOG_SESSION = v.looseObject({ logplex_url: webAddress })

export const SOURCE = v.looseObject({
  source_blob: v.looseObject({ get_url: webAddress, put_url: webAddress }),
})

export interface AppFeature {
  id: string
  name: string
  enabled: boolean
  description?: string | null
  state?: string | null
  doc_url?: string | null
  created_at: string
  updated_at: string
}
export const APP_FEATURE = v.looseObject({
  name: id,
  enabled: v.boolean(),
  description: v.nullish(v.string()),
  state: v.nullish(v.string()),
  doc_url: v.nullish(v.string()),
  updated_at: time,
})

export interface Domain {
  id: string
  hostname: string
  /** `heroku` for that of the app itself. */
  kind: string
  /** Where the DNS of a custom one must point. */
  cname?: string | null
  status?: string | null
  acm_status?: string | null
  created_at?: string | null
}
export const DOMAIN = v.looseObject({
  id: v.string(),
  hostname: id,
  kind: v.string(),
  cname: v.nullish(v.string()),
  status: v.nullish(v.string()),
  acm_status: v.nullish(v.string()),
  created_at: v.nullish(time),
})

export const BUILDPACK_INSTALLATION = v.looseObject({
  buildpack: v.looseObject({ name: v.optional(v.string()), url: v.string() }),
})
export const STAGES = ['review', 'development', 'staging', 'production'] as const
/** `test` is that of Heroku CI's own apps. */
export type Stage = (typeof STAGES)[number] | 'test'

export interface Pipeline {
  id: string
  name: string
  /** Null of one that nobody owns (schema: pipeline, owner). */
  owner?: { id: string; type: string } | null
  created_at: string
  updated_at: string
}
export const PIPELINE = v.looseObject({
  id,
  name: id,
  owner: v.nullish(v.looseObject({ id, type: v.string() })),
  created_at: time,
})

export interface PipelineCoupling {
  id: string
  app: { id: string }
  pipeline: { id: string }
  stage: Stage
}
export const PIPELINE_COUPLING = v.looseObject({
  id,
  app: withId,
  pipeline: withId,
  stage: v.string(),
})

export interface PipelinePromotion {
  id: string
  status: 'pending' | 'completed'
}
export const PIPELINE_PROMOTION = v.looseObject({ id, status: v.string() })

export interface PromotionTarget {
  id: string
  app: { id: string }
  status: 'pending' | 'succeeded' | 'failed'
  error_message: string | null
  release: { id: string } | null
}
export const PROMOTION_TARGET = v.looseObject({
  id,
  app: withId,
  status: v.string(),
  error_message: v.nullish(v.string()),
  release: v.nullish(withId),
})

/** Where nothing of the answer is read. */
export const ANYTHING = v.unknown()

export type Shape = v.GenericSchema<unknown, unknown>
export const listOf = (shape: Shape): Shape => v.array(shape)

/**
 * What is wrong with an answer, such as "0.release.version is not a number"; undefined if it has
 * the shape. The value is not repeated: it may be a secret.
 */
export function misfit(shape: Shape, answer: unknown): string | undefined {
  const [issue] = v.safeParse(shape, answer, { abortEarly: true }).issues ?? []
  if (!issue) return undefined
  const place = issue.path?.map(({ key }) => String(key)).join('.')
  const what =
    issue.received === 'undefined'
      ? 'is missing'
      : issue.kind === 'validation' && /^is /.test(issue.message)
        ? issue.message
        : `is not ${TYPE_NAMES[issue.expected ?? ''] ?? 'what it should be'}`
  return `${place ? `\`${place}\`` : 'it'} ${what}`
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
  integer: 'a whole number',
}
