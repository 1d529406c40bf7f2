import type { Pm2CommandLine } from '../../ecosystem/pm2-command-line.js'
import type { FolderView } from '../folder.js'
import type { Launch } from '../types.js'
import type { Build } from './build-output.js'
import type { PackageJson } from './package-json.js'

/** What following a command needs to look at. */
export interface Project {
  folder: FolderView
  pkg: PackageJson
  build: Build | undefined
  /** What installs the dependencies: `yarn install`; npm if absent. */
  install?: string
  /**
   * The root, if this is one of its folders, the way up to it (`../../`) and down again;
   * `workspace`: its name, if it is one.
   */
  outer?: { folder: FolderView; way: string; pkg: PackageJson; dir: string; workspace?: string }
  /** Told every command that a line runs, those that wrap or go before the app's own included. */
  onCommand?: (words: string[]) => void
}

/** A call of PM2, or of the runtime, in a command. */
export interface Pm2Call {
  /** pm2-runtime, shipit-runtime … */
  program: string
  line: Pm2CommandLine
}

/** Where a command leads. */
export type Target =
  | Script
  | {
      kind: 'ecosystem'
      file: string
      startArgs: string[]
      how: string
      before: string[]
      notes: string[]
      ranStart?: boolean
      pm2?: Pm2Call
    }
  | Refused

/** `beside`: what the same line starts at the same time. */
export interface Script {
  kind: 'script'
  entry: string
  launch: Launch
  how: string
  before: string[]
  notes: string[]
  ranStart?: boolean
  beside?: Script[]
  /** The oldest Node.js that runs it, if newer than the runtime's own need. */
  needsNode?: string
  pm2?: Pm2Call
}

/**
 * `isFinal`: it could not run on Heroku (a missing file, a development server), so that it cannot
 * be kept as it is either. `isIdle`: it starts nothing at all.
 */
interface Refused {
  kind: 'refused'
  reason: string
  next?: string
  isFinal?: boolean
  isIdle?: boolean
  ranStart?: boolean
  pm2?: Pm2Call
}

export const refused = (reason: string, next?: string): Refused => ({
  kind: 'refused',
  reason,
  ...(next ? { next } : {}),
})

/** A command that shipit understands, and that could not run on Heroku as it stands. */
export const broken = (reason: string, next?: string): Refused => ({
  ...refused(reason, next),
  isFinal: true,
})
