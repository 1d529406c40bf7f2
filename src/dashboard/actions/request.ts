import * as v from 'valibot'
import { Refusal } from '../refusal.js'
import type { ActionRequest } from '../wire.js'

/** Names as Heroku and PM2 have them: nothing of them is a path or a command. */
const type = v.pipe(v.string(), v.regex(/^[A-Za-z_][\w-]{0,62}$/))
const dyno = v.pipe(v.string(), v.regex(/^[A-Za-z_][\w-]{0,62}(?:\.\d{1,4})?$/))
const app = v.pipe(v.string(), v.regex(/^[^\s=,]{1,100}$/))
const count = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))

const REQUEST = v.variant('kind', [
  v.strictObject({
    kind: v.literal('restart'),
    dyno: v.exactOptional(dyno),
    type: v.exactOptional(type),
  }),
  v.strictObject({ kind: v.literal('reload'), type: v.exactOptional(type) }),
  v.strictObject({
    kind: v.literal('scale'),
    type,
    quantity: v.exactOptional(count(0, 1000)),
    size: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w.-]{1,40}$/))),
  }),
  v.strictObject({
    kind: v.literal('instances'),
    app,
    count: v.union([count(1, 512), v.literal('max')]),
  }),
  v.strictObject({ kind: v.literal('stop'), type: v.exactOptional(type) }),
  v.strictObject({ kind: v.literal('start'), type: v.exactOptional(type) }),
  v.strictObject({
    kind: v.literal('rollback'),
    version: v.exactOptional(count(1, Number.MAX_SAFE_INTEGER)),
  }),
  v.strictObject({
    kind: v.literal('cancel-build'),
    build: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  }),
])

/** What the page asks for, as far as it can be asked for at all. */
export function readRequest(body: unknown): ActionRequest {
  const { success, output } = v.safeParse(REQUEST, body)
  if (success) return output
  throw new Refusal(400, 'That is not an action that the dashboard knows.')
}
