import type { Workshop } from './workshop.js'
import { adonis, expressGenerator, fastifyCli, nest, strapi } from './servers.js'
import { astro, next, nextStandalone, nuxt, reactRouter, svelteKit } from './sites.js'
import { npmWorkspaces, turboPnpm, yarnPnp } from './workspaces.js'

/** A framework's own starting point, as its documents tell a newcomer to make it. */
export interface Framework {
  /** As the README names it. */
  name: string
  /** The package whose version is told. */
  package: string
  /** Folders of the app in which the package may be installed instead of at its root. */
  folders?: string[]
  /**
   * The oldest line of Node.js that its generator and its apps run on, if the Node.js that runs the
   * tests may be older.
   */
  node?: number
  /** Makes the app in the workshop's empty folder. @returns the app's folder */
  make(shop: Workshop): Promise<string>
  /** Of what its generator writes into .env, which git ignores: what the app needs as config vars. */
  vars?: readonly string[]
  /** Words of its own page, and where that is. */
  page: { path: string; text: string }
}

/** One test each; `npm run test:frameworks -- -g nuxt` runs one. */
export const FRAMEWORKS: Framework[] = [
  expressGenerator,
  fastifyCli,
  nest,
  next,
  nextStandalone,
  svelteKit,
  astro,
  nuxt,
  reactRouter,
  npmWorkspaces,
  turboPnpm,
  yarnPnp,
  adonis,
  strapi,
]
