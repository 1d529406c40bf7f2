import type { Addons } from '../addons/index.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authorizations } from './authorizations.js'
import type { ReleaseOutput } from '../releases/release-output.js'
import type { ReleaseService } from '../releases/releases.js'
import type { Certificate } from '../rendezvous/certificate.js'
import type { Rendezvous } from '../rendezvous/index.js'
import type { Generation } from './place.js'
import type { Pipelines } from './pipelines.js'
import type { Spaces } from './spaces.js'
import type { Builder, Dynos, Folders, Limits, Logplex, Store } from '../store/types.js'

/** Where this platform is reached, for the URLs in its answers. */
export interface Urls {
  apiUrl: string
  gitUrl: string
  routerPort: number
  rendezvousPort: number
}

/**
 * What the API works on: every other service, and where it is reached itself (known once it
 * listens).
 */
export interface ApiParts {
  store: Store
  dynos: Dynos
  logplex: Logplex
  releases: ReleaseService
  output: ReleaseOutput
  builder: Builder
  addons: Addons
  rendezvous: Rendezvous
  spaces: Spaces
  pipelines: Pipelines
  authorizations: Authorizations
  /** Begins or ends the sending of an app's lines, as its drains have it. */
  drain: (appId: string) => void
  /** Of new apps that no space decides, and of new spaces. */
  generation: () => Generation
  setGeneration: (generation: Generation) => Promise<void>
  /** What the rendezvous shows over TLS. */
  certificate: () => Promise<Certificate>
  /** Git smart HTTP, mounted at /git; it authenticates by itself. */
  git: (request: IncomingMessage, response: ServerResponse) => void
  folders: Folders
  limits: Pick<Limits, 'buildTimeout'>
  token: string
  urls: () => Urls
  /** Facts about the daemon itself for GET /shipit/status. */
  status: () => Record<string, unknown>
  /** The daemon's own log. */
  log: (message: string) => void
  /** File for one line a call; none if absent. */
  journal?: string | undefined
  /** The clock that log sessions expire by; Date.now where absent. */
  now?: (() => number) | undefined
}
