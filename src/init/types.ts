/** Plain data of this room: what was found in an app's folder, and what init will do about it. */

import type { EcosystemFormat } from '../ecosystem/types.js'

export type PackageManager = 'npm' | 'yarn' | 'yarn-berry' | 'pnpm'
type ModuleType = 'commonjs' | 'module'

/**
 * How the entry is started, beside its path: what the ecosystem file must say so that the app
 * starts as it did.
 */
export interface Launch {
  /** Words after the script. */
  args: string[]
  /** Flags of node itself. */
  nodeArgs: string[]
  /** Variables that the start command set. */
  env: Record<string, string>
  /** Set if PM2 would choose another interpreter by the file's extension. */
  interpreter?: string
  /** The folder it is started in, from the app's own; the entry is then a path from there. */
  cwd?: string
  /** PM2's options that the start command gave as flags, such as max_memory_restart. */
  options?: Record<string, unknown>
}

/** One answer to "what starts this app?". */
export interface Candidate {
  /** Path in the app's folder, with forward slashes. */
  entry: string
  /** A sentence. */
  because: string
  launch: Launch
  /** Commands that ran before the app in the same line, such as a migration. */
  before: string[]
}

/**
 * A start command that shipit does not understand, and that is kept as it stands: it becomes a
 * script of its own, which PM2 runs.
 */
export interface Kept {
  /** The script's name in package.json: `start:app`. */
  script: string
  command: string
  /** Where it was written: `scripts.start`, `the Procfile's web line`. */
  place: string
  /** Why it is not understood. */
  reason: string
}

/** An app that the same start command runs beside the first. */
export interface Beside {
  name: string
  entry: string
  launch: Launch
}

/** An ecosystem file that the app has, and how its start named it. */
interface EcosystemChoice {
  file: string
  /** Words for the runtime after the file, such as `--env production`. */
  startArgs: string[]
  because: string
}

/** A command that runs `npm start` without being the main process type's. */
export interface StartCaller {
  place: 'Procfile' | 'package.json'
  /** The process type, or the script's name. */
  name: string
  command: string
}

export interface Detected {
  /** Absent if an ecosystem file that could not be read says what starts the app. */
  entry?: string
  chosenBecause: string
  launch: Launch
  before: string[]
  /** All that was found, the chosen one first. */
  candidates: Candidate[]
  kept?: Kept
  beside: Beside[]
  /** Why there must be one process of it only; absent if nothing says so. */
  single?: string
  ecosystemFile?: EcosystemChoice
  appName: string
  packageManager: PackageManager
  /** The lockfile that Heroku will read; absent if the app has none. */
  lockfile?: string
  /**
   * pnpm-workspace.yaml lies here: packages of a workspace, and settings of pnpm's that its
   * lockfile repeats.
   */
  hasPnpmWorkspace: boolean
  moduleType: ModuleType
  /** The oldest Node.js that runs the entry, such as 22.18.0 for TypeScript without a build. */
  needsNode?: string
  /** engines.node of package.json. */
  engines?: string
  /** Major version that .nvmrc or .node-version names. */
  pinnedNode?: number
  /**
   * The process type that the ecosystem file is for: web, or the worker of a project that has
   * nothing else.
   */
  processType: string
  /** Its command in the Procfile; absent if there is none, and Heroku runs `npm start`. */
  processCommand?: string
  /**
   * What runs the start script in a dyno: `yarn start` with Yarn's Plug'n'Play, else `npm start`.
   */
  startCommand: 'npm start' | 'yarn start'
  /**
   * Lines of other process types, and scripts, that ran the start script and must go on running
   * what it is now.
   */
  startCallers: StartCaller[]
  /** Whether that command runs scripts.start, so that it will start the runtime as it stands. */
  procfileRunsStart: boolean
  /** scripts.start as it is. */
  start?: string
  /** All scripts of package.json. */
  scripts: Record<string, string>
  /** Names of all that package.json depends on. */
  dependencies: string[]
  warnings: string[]
}

/** What the user asked for on the command line. */
export interface InitOptions {
  format?: EcosystemFormat
  name?: string
  entry?: string
  instances?: number | 'max'
  /** PM2's max_memory_restart, such as 200M. */
  memory?: string
  /** Names of env_NAME blocks. */
  envNames: string[]
  /** Write a new ecosystem file, and a new workflow, even if there is one. */
  force: boolean
  /** Write an app.json too, of what the app uses. */
  appJson?: boolean
  /** Write a workflow for this service as well. */
  ci?: 'github'
  /** With `ci`: one too that gives each pull request an app of its own. */
  reviews?: boolean
  /**
   * The workspace of this root that is to be started, and the packages for whose sake it is started
   * from the root.
   */
  workspace?: { workspace: string; siblings: string[] }
}

export interface FileStep {
  kind: 'create' | 'edit'
  /** Path in the app's folder. */
  file: string
  before?: string
  /** The whole new text; absent if the bytes come from `from`. */
  after?: string
  /** Absolute path of a file whose bytes are copied. */
  from?: string
  why: string
}

export interface RemoveStep {
  kind: 'remove'
  file: string
  why: string
}

export interface RunStep {
  kind: 'run'
  command: string[]
  /** The lockfile that the command writes. */
  file: string
  /** Words that must stand in it afterwards, or the command did not do its work. */
  mustHold: string[]
  /**
   * Where they do not: Yarn 1 takes a file of the same name and version from its cache, whatever
   * its bytes. This command uses a cache of its own.
   */
  orElse?: string[]
  manager: PackageManager
  /** package.json has no workspaces. */
  isAlone: boolean
  /**
   * The command is not given to the project but to a package that needs the runtime alone, and what
   * it locks is added to the file.
   */
  isApart: boolean
  /** The package manager's own install of exactly what the lockfile says: it must pass. */
  install: string[]
  why: string
}

export type InitStep = FileStep | RemoveStep | RunStep

/** What init will do, as plain serialisable data. No steps: there is nothing to change. */
export interface InitPlan {
  /** Absolute path of the app's folder. */
  dir: string
  steps: InitStep[]
  /** What was chosen and why, one sentence each. */
  decisions: string[]
  warnings: string[]
}

export const plainLaunch = (): Launch => ({ args: [], nodeArgs: [], env: {} })
