/**
 * What an answer of the Platform API must be for shipit to go on with it: the fields that are read,
 * by the API's own schema (https://devcenter.heroku.com/articles/platform-api-reference). Whatever
 * else an answer has is left as it is.
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
export const ACCOUNT = person
export const CONFIG_VARS = v.record(v.string(), v.string())
export const FORMATION = v.looseObject({
  type: id,
  app: v.optional(named),
  quantity: count,
  size: v.string(),
  command: v.optional(v.string()),
})
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
export const LOG_SESSION = v.looseObject({ logplex_url: webAddress })
export const SOURCE = v.looseObject({
  source_blob: v.looseObject({ get_url: webAddress, put_url: webAddress }),
})
export const APP_FEATURE = v.looseObject({ name: id, enabled: v.boolean(), updated_at: time })
export const DOMAIN = v.looseObject({ hostname: id })
export const BUILDPACK_INSTALLATION = v.looseObject({
  buildpack: v.looseObject({ name: v.optional(v.string()), url: v.string() }),
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
        : `is not ${WORDS[issue.expected ?? ''] ?? 'what it should be'}`
  return `${place ? `\`${place}\`` : 'it'} ${what}`
}

const WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
  integer: 'a whole number',
}
