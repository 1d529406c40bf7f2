import type { Folders, Limits, Logplex, Releases, Store } from '../store/types.js'
import type { Isolation } from '../dynos/isolation.js'
import type { compile } from './compile.js'
import type { BuildRoom } from './disk-watch.js'
import type { SourceLimits } from './unpack.js'

/** What the builder has of the platform, and the limits of a build. */
export interface BuilderParts {
  store: Store
  releases: Releases
  logplex: Logplex
  folders: Folders
  limits: Limits
  /** Where the router serves an app. */
  webUrl: (appName: string) => string
  /** How builds are kept from the state folder; absent if they are not. */
  isolation?: Promise<Isolation>
  /** Why the network reaches what apps listen on; undefined if it does not. */
  exposure?: Promise<string | undefined>
  /** The slug compiler; that of this room if absent. */
  compile?: typeof compile
  /** Bytes of a compressed slug; 500 MB as on Heroku. */
  slugLimit?: number
  /** Of a source once it is unpacked. */
  sourceLimits?: SourceLimits
  /** What one build may write. */
  buildRoom?: BuildRoom
  /** How many releases back a rollback must be able to go. */
  releasesKept?: number
}
