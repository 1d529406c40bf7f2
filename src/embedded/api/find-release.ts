import { NotFound } from './api-error.js'
import type { AppRecord, ReleaseRecord } from '../store/types.js'
import { textOf } from './request.js'

/** By id, by version, or by what the CLI's users type: v12. */
export function findRelease(app: Readonly<AppRecord>, identity: unknown): Readonly<ReleaseRecord> {
  const text = textOf(identity)
  const version = /^v?(\d+)$/.exec(text)?.[1]
  const release = app.releases.find((one) => one.id === text || one.version === Number(version))
  if (!release) throw new NotFound('release')
  return release
}
