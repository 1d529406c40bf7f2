import type { FolderView } from '../folder.js'
import type { Launch } from '../types.js'
import type { Build } from './build-output.js'
import type { PackageJson } from './package-json.js'

/** What following a command needs to look at. */
export interface Project {
  folder: FolderView
  pkg: PackageJson
  build: Build | undefined
  /** The root, if this is one of its folders, and the way up to it: `../../`. */
  outer?: { folder: FolderView; way: string; pkg: PackageJson }
}

/** Where a command leads. */
export type Target =
  | Script
  | { kind: 'ecosystem'; file: string; startArgs: string[]; how: string; before: string[]; notes: string[]; ranStart?: boolean }
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
}

/** `isFinal`: it could not run on Heroku (a missing file, a development server), so that it cannot be kept as it is either. */
interface Refused {
  kind: 'refused'
  reason: string
  next?: string
  isFinal?: boolean
  ranStart?: boolean
}

export const refused = (reason: string, next?: string): Refused => ({ kind: 'refused', reason, ...(next ? { next } : {}) })

/** A command that shipit understands, and that could not run on Heroku as it stands. */
export const broken = (reason: string, next?: string): Refused => ({ ...refused(reason, next), isFinal: true })
