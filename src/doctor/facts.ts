import type { DeployTarget, Ecosystem } from '../ecosystem/types.js'
import type { Formation } from '../heroku/index.js'
import type { PackageJson } from '../init/detect/package-json.js'
import type { FolderView } from '../init/folder.js'
import type { SecretInFile } from './scan-secrets.js'

/** What the checks look at: gathered once, then plain data and one read-only view of the files. */
export interface Facts {
  project: ProjectFacts
  /** The environment of `deploy:` that is meant. */
  environment?: { name: string; target: DeployTarget } | undefined
  /** Counts of dynos that a deploy was told: they go before those of the environment. */
  scale?: Readonly<Record<string, string>> | undefined
  /** What the deploy makes of app.json before its release: the app does not lack it. */
  setUp?: SetUpFacts | undefined
  /** Absent if no app is named: then only the project is looked at. */
  platform?: PlatformFacts | undefined
}

export interface SetUpFacts {
  configVars: readonly string[]
  /** `as` is the name of the attachment; null for the service's own. */
  addons: readonly { plan: string; as: string | null }[]
}

export interface ProjectFile {
  /** From the app's folder, with forward slashes. */
  path: string
  /** Bytes. */
  size: number
  /** As git has it: 120000 a link, 160000 a submodule. */
  mode: string
  /** Whether the commit holds it, with whatever content. */
  isCommitted: boolean
}

export interface ProjectFacts {
  /**
   * The files that a deploy takes: those of a commit, or those of the folder that git does not
   * ignore.
   */
  files: ProjectFile[]
  folder: FolderView
  /** What became of a path that is on disk and not among the files. */
  onDisk: (file: string) => boolean
  /** The commit they are of, or the one below the folder's changes; null if there is none. */
  commit: { id: string; short: string } | null
  manifest: Manifest | undefined
  /** Why package.json cannot be read; absent if it can or is not there. */
  manifestError?: string
  ecosystem: Ecosystem | undefined
  /** Name of the ecosystem file in the app's folder. */
  ecosystemFile: string | undefined
  /** The ecosystem file as it is written. */
  ecosystemText: string
  /** Files that hold no content of their own but a pointer of git LFS. */
  lfsPointers: string[]
  /** What looks like a secret by its value, in files that are in the commit. */
  secrets: SecretInFile[]
  /** Paths that differ from the commit, on disk. */
  uncommitted: string[]
  /**
   * Set if the files are those of the commit, as a deploy of an environment takes it; its `ref`, if
   * that names another than the one that is checked out.
   */
  deployed?: { ref?: string }
  /** What a folder lacks that is deployed without the repository around it. */
  outside?: string[]
  isRepository: boolean
  /** Why git has nothing that can be deployed. */
  refusal?: { message: string; why?: string | undefined; next?: string | undefined }
}

/** package.json as far as the checks read it. */
export interface Manifest extends PackageJson {
  optionalDependencies: Record<string, string>
  /**
   * Whether package.json changes what its dependencies come to: overrides of npm and pnpm,
   * resolutions of Yarn.
   */
  overrides: boolean
}

export interface PlatformFacts {
  app: string
  /** "Heroku" or "the embedded Heroku". */
  label: string
  exists: boolean
  configVars: Record<string, string>
  formation: Formation[]
  /** Names or URLs, in order; none if the platform chooses by the files. */
  buildpacks: string[]
  /** Add-ons of heroku-postgresql. */
  databases: { name: string; plan: string; configVars: string[] }[]
  /** Null if nobody asked. */
  hasPreboot: boolean | null
  /** Bytes of the slug that serves; null if there is none or its size is not known. */
  slugSize: number | null
}
