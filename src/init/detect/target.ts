import type { FolderView } from '../folder.js'
import type { Launch } from '../types.js'
import type { Build } from './build-output.js'
import type { PackageJson } from './package-json.js'

/** What following a command needs to look at. */
export interface Project {
  folder: FolderView
  pkg: PackageJson
  build: Build | undefined
}

/** Where a command leads. */
export type Target =
  | { kind: 'script'; entry: string; launch: Launch; how: string; before: string[]; notes: string[]; ranStart?: boolean }
  | { kind: 'ecosystem'; file: string; startArgs: string[]; how: string; before: string[]; notes: string[]; ranStart?: boolean }
  | { kind: 'refused'; reason: string; next?: string; ranStart?: boolean }

export const refused = (reason: string, next?: string): Target => ({ kind: 'refused', reason, ...(next ? { next } : {}) })
