/**
 * JSON Schema (2020-12, https://json-schema.org/draft/2020-12) from a few words, with the
 * TypeScript type of what it describes. An object has every property that it names, and no other;
 * what is not known is null.
 */

declare const of: unique symbol
/** A schema of values of type T. */
export type Schema<T = unknown> = Readonly<Record<string, unknown>> & { readonly [of]?: T }
/** The type of what a schema describes. */
export type Json<S> = S extends Schema<infer T> ? T : never

const schema = <T>(keywords: Record<string, unknown>, description?: string): Schema<T> =>
  (description === undefined ? keywords : { ...keywords, description }) as Schema<T>

export const string = (description?: string) => schema<string>({ type: 'string' }, description)
export const number = (description?: string) => schema<number>({ type: 'number' }, description)
export const integer = (description?: string) => schema<number>({ type: 'integer' }, description)
export const boolean = (description?: string) => schema<boolean>({ type: 'boolean' }, description)
/** ISO 8601, as the platform or this machine writes it. */
export const time = (description?: string) =>
  schema<string>({ type: 'string', format: 'date-time' }, description)
export const oneOf = <const T extends string | number | boolean>(
  values: readonly T[],
  description?: string,
) => schema<T>({ enum: values }, description)
export const array = <T>(items: Schema<T>, description?: string) =>
  schema<T[]>({ type: 'array', items }, description)
/** Names that are the user's own, such as those of config vars, and what each has. */
export const map = <T>(values: Schema<T>, description?: string) =>
  schema<Record<string, T>>({ type: 'object', additionalProperties: values }, description)

type Properties = Record<string, Schema>
type Described<P extends Properties> = { [K in keyof P]: Json<P[K]> }

export const object = <P extends Properties>(properties: P, description?: string) =>
  schema<Described<P>>(
    {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
    description,
  )
/** An object that has some of the properties: the details of an error alone. */
export const someOf = <P extends Properties>(properties: P, description?: string) =>
  schema<Partial<Described<P>>>(
    { type: 'object', properties, additionalProperties: false },
    description,
  )
export const anyOf = <S extends readonly Schema[]>(...schemas: S) =>
  schema<Json<S[number]>>({ anyOf: schemas })
export const nullable = <T>(value: Schema<T>, description?: string) =>
  schema<T | null>(
    typeof value.type === 'string'
      ? { ...value, type: [value.type, 'null'] }
      : { anyOf: [value, { type: 'null' }] },
    description,
  )
