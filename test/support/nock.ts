import { createRequire } from 'node:module'
import type NockNamespace from 'nock'
import { validateRequest } from './schema.js'

export const API = 'https://api.heroku.com'

// Required, not imported: nock patches node:http, which ES modules would otherwise hold unpatched
// copies of.
const plain = createRequire(import.meta.url)('nock') as typeof NockNamespace

/**
 * What there is against the requests that came since a test began: by the Platform API's schema, or
 * since no test expected them.
 */
let misfits: string[] = []

/**
 * As nock itself, inside `expectOnlyKnownRequests`; a request to the Platform API is held against
 * its schema too.
 */
const nock = Object.assign((host: string): NockNamespace.Scope => {
  if (!plain.isActive())
    throw new Error(
      'Nothing is intercepted here: the describe block lacks expectOnlyKnownRequests().',
    )
  const scope = plain(host)
  if (host !== API) return scope
  return scope.on(
    'request',
    (request: { method: string; path: string }, _interceptor: unknown, body: string) => {
      try {
        validateRequest(request.method, request.path, body === '' ? undefined : JSON.parse(body))
      } catch (error) {
        misfits.push((error as Error).message)
      }
    },
  )
}, plain)

// It is active from the moment it is loaded; other suites speak to real servers on the loopback.
nock.restore()

/** Where a test expects a failure, that the request was never allowed out would pass for one. */
const unexpected = (request: { method?: string; path?: string; host?: string }): void => {
  misfits.push(
    `not expected: ${request.method ?? 'GET'} ${request.host ?? ''}${request.path ?? ''}`,
  )
}

/**
 * Installs nock for a describe block: any request that no test expects fails it, and so does one
 * that was expected and never came, or that the Platform API would not take.
 */
export function expectOnlyKnownRequests(): void {
  before(() => {
    if (!nock.isActive()) nock.activate()
    nock.disableNetConnect()
    nock.emitter.on('no match', unexpected)
  })
  afterEach(() => {
    const missing = nock.pendingMocks()
    nock.cleanAll()
    const found = [...new Set(misfits)]
    misfits = []
    if (found.length > 0) throw new Error(found.join('\n'))
    if (missing.length > 0) throw new Error(`never requested: ${missing.join(', ')}`)
  })
  after(() => {
    nock.emitter.off('no match', unexpected)
    nock.enableNetConnect()
    nock.restore()
  })
}

export { nock }
