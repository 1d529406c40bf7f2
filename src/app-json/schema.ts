/**
 * app.json as Heroku documents it (https://devcenter.heroku.com/articles/app-json-schema), as far as
 * an app is set up by it: what only a button or a catalogue shows is known by name and not read.
 */
import * as v from 'valibot'
import { dynoSize } from '../lib/dyno-sizes.js'

const text = v.string()
const filledOr = (message?: string) => v.pipe(v.string(message), v.nonEmpty('must not be empty'))
const filled = filledOr()

/** valibot takes a list for an object. */
const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const noList = v.custom<Record<string, unknown>>(isObject, 'must be an object')
const object = <E extends v.ObjectEntries>(entries: E) =>
  Object.assign(v.pipe(noList, v.looseObject(entries)), { entries })
const map = <S extends v.GenericSchema>(schema: S) => v.pipe(noList, v.record(text, schema))

const TEXT_OR_OBJECT = 'must be text or an object'
/** Each alternative tells its own problems. */
const textOr = <Long extends v.GenericSchema>(
  long: Long,
  short: v.GenericSchema<unknown, string> = filledOr(TEXT_OR_OBJECT),
) =>
  v.lazy((input): v.GenericSchema<unknown, string | v.InferOutput<Long>> =>
    isObject(input) ? (long as never) : short,
  )

const VARIABLE = object({
  description: v.optional(text),
  value: v.optional(text),
  required: v.optional(v.boolean()),
  generator: v.optional(v.literal('secret', 'must be secret: the one generator that there is')),
})
const DYNOS = object({
  quantity: v.optional(
    v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(0, 'must be 0 or more')),
  ),
  size: v.optional(
    v.pipe(
      text,
      v.check((size) => dynoSize(size) !== undefined, 'is not the name of a dyno size'),
    ),
  ),
})
const ADDON = object({
  plan: filled,
  as: v.optional(v.pipe(text, v.regex(/^[A-Za-z]\w*$/, 'must be letters, digits and _'))),
  options: v.optional(v.record(text, v.union([text, v.number(), v.boolean()]))),
})
const COMMAND = object({ command: filled, size: v.optional(text) })
const SCRIPTS = object({
  postdeploy: v.optional(textOr(COMMAND)),
  'pr-predestroy': v.optional(textOr(COMMAND)),
})

/** What an environment may have of its own. */
const PARTS = {
  env: v.optional(map(textOr(VARIABLE, v.string(TEXT_OR_OBJECT)))),
  formation: v.optional(map(DYNOS)),
  addons: v.optional(v.array(textOr(ADDON))),
  buildpacks: v.optional(v.array(object({ url: filled }))),
  scripts: v.optional(SCRIPTS),
  features: v.optional(v.array(filled)),
  stack: v.optional(filled),
}
const ENVIRONMENT = object(PARTS)
export const APP_JSON = object({
  ...PARTS,
  name: v.optional(text),
  description: v.optional(text),
  environments: v.optional(map(ENVIRONMENT)),
})

export type Written = v.InferOutput<typeof APP_JSON>
export type WrittenEnvironment = v.InferOutput<typeof ENVIRONMENT>

const named = (schema: { entries: object }) => Object.keys(schema.entries)

/** The keys of each kind of object, those that are not read too. */
export const KEYS = {
  top: [
    ...named(APP_JSON),
    '$schema',
    'keywords',
    'website',
    'repository',
    'logo',
    'success_url',
    'image',
  ],
  environment: named(ENVIRONMENT),
  environments: ['review', 'test'],
  variable: named(VARIABLE),
  dynos: named(DYNOS),
  addon: named(ADDON),
  buildpack: ['url'],
  scripts: [...named(SCRIPTS), 'test', 'test-setup'],
  command: named(COMMAND),
} as const
