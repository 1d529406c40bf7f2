import type { DeployTarget } from '../../ecosystem/types.js'
import type { RuntimeTarball } from '../runtime-tarball.js'

/**
 * What the plan needs to know of the folder besides how its app starts; gathered from disk and git
 * before planning.
 */
export interface Facts {
  /** The environments of the ecosystem file that is there. */
  deploy: Record<string, DeployTarget>
  /** The workflow that is there; absent if there is none. */
  workflow?: string
  /** That of review apps. */
  reviewWorkflow?: string
  /** app.json that is there; absent if there is none. */
  appJson?: string
  /** The example of an .env file, by its name. */
  envExample?: { file: string; text: string }
  /** prisma/schema.prisma */
  prismaSchema?: string
  /** Whether the folder is the root of its repository, where GitHub looks for workflows. */
  isRoot: boolean
  /** Absolute path of the app's folder. */
  dir: string
  packageJson: string
  procfile?: string
  gitignore?: string
  slugignore?: string
  /** The lockfile's text. */
  lock?: string
  /** What runs the package manager, if not the one that PATH has: `npx --yes pnpm@8`. */
  tool?: string[]
  runtime: RuntimeTarball
  /** Tarballs of ours in the app's vendor folder. */
  vendored: { name: string; isSame: boolean }[]
  /** Whether git would leave the vendored tarball out of a commit. */
  isTarballIgnored: boolean
  /** Which of the usual entries git does not ignore yet. */
  unignored: string[]
  /** The text that stands where a new ecosystem file would be written, by file name. */
  existing: Record<string, string>
  /** process.versions.node */
  node: string
}
