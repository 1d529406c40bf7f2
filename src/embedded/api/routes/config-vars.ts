import { Router } from 'express'
import { attachedVars } from '../../addons/attachments.js'
import type { ReleaseChange } from '../../releases/releases.js'
import { InvalidParams } from '../api-error.js'
import { findRelease } from './releases.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf } from '../request.js'

export function configVarsRoutes({ store, releases }: ApiParts): Router {
  const routes = Router()

  routes.get('/apps/:app/config-vars', (request, response) => {
    response.json(appOf(store, request).config_vars)
  })

  routes.get('/apps/:app/releases/:release/config-vars', (request, response) => {
    response.json(findRelease(appOf(store, request), request.params.release).config_vars)
  })

  routes.patch('/apps/:app/config-vars', async (request, response) => {
    const app = appOf(store, request)
    const patch = bodyOf(request)
    refuseAttached(attachedVars(store.list(), app.id), patch)
    await releases.begin(app.id, (current) => configChange(current.config_vars, patch))
    response.json(appOf(store, request).config_vars)
  })

  return routes
}

/** Those of an attachment are its add-on's: they change with it alone. */
function refuseAttached(
  attached: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(patch).filter(
    (name) => Object.hasOwn(attached, name) && attached[name] !== patch[name],
  )
  if (names.length > 0)
    throw new InvalidParams(`Cannot overwrite attachment values ${names.join(', ')}.`)
}

/**
 * All keys and values of an app together, in bytes
 * (devcenter.heroku.com/articles/config-vars#limits).
 */
const MOST_BYTES = 64 * 1024

/**
 * What a PATCH of config vars changes, as a release; null if everything is as it asks already. A
 * null value removes a key.
 */
function configChange(
  before: Readonly<Record<string, string>>,
  patch: Record<string, unknown>,
): ReleaseChange | null {
  // Without a prototype, so that a key such as __proto__ is a key like any other.
  const after: Record<string, string> = Object.assign(Object.create(null), before)
  const set: string[] = []
  const removed: string[] = []
  for (const [key, value] of Object.entries(patch)) {
    if (!/^\w+$/.test(key))
      throw new InvalidParams(
        `Config var key ${key} is invalid: it can only contain letters, digits and underscores.`,
      )
    if (value === null) {
      if (Object.hasOwn(after, key)) removed.push(key)
      delete after[key]
    } else if (typeof value === 'string') {
      if (value.includes('\0'))
        throw new InvalidParams(
          `Config var ${key} holds a NUL byte, which no environment can carry.`,
        )
      if (!Object.hasOwn(after, key) || after[key] !== value) set.push(key)
      after[key] = value
    } else {
      throw new InvalidParams(`Config var ${key} must be a string, or null to remove it.`)
    }
  }
  if (set.length + removed.length === 0) return null
  const bytes = Object.entries(after).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  if (bytes > MOST_BYTES)
    throw new InvalidParams('Config vars are limited to 64 KB for all keys and values together.')
  return { description: describe(set, removed), configVars: after }
}

/** As Heroku writes it: a change of both kinds is an update. Names only, never values. */
function describe(set: string[], removed: string[]): string {
  const verb = removed.length === 0 ? 'Set' : set.length === 0 ? 'Remove' : 'Update'
  return `${verb} ${[...set, ...removed].join(', ')} config vars`
}
