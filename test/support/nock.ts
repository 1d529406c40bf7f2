import { createRequire } from 'node:module'
import type NockNamespace from 'nock'

// Required, not imported: nock patches node:http, which ES modules would otherwise hold unpatched copies of.
const nock = createRequire(import.meta.url)('nock') as typeof NockNamespace

// It is active from the moment it is loaded; other suites speak to real servers on the loopback.
nock.restore()

/** Installs nock for a describe block: any request that no test expects fails it, and so does one that was expected and never came. */
export function expectOnlyKnownRequests(): void {
  before(() => {
    if (!nock.isActive()) nock.activate()
    nock.disableNetConnect()
  })
  afterEach(() => {
    const missing = nock.pendingMocks()
    nock.cleanAll()
    if (missing.length > 0) throw new Error(`never requested: ${missing.join(', ')}`)
  })
  after(() => {
    nock.enableNetConnect()
    nock.restore()
  })
}

export const API = 'https://api.heroku.com'
export { nock }
