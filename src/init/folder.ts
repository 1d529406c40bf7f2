import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

export interface FolderEntry {
  name: string
  isDirectory: boolean
}

/**
 * A small read-only view of the app's folder: all that detection may look at. Paths are relative,
 * with forward slashes.
 */
export interface FolderView {
  /** The folder's own name, for an app that has no other. */
  readonly name: string
  isFile(file: string): boolean
  isDirectory(dir: string): boolean
  /** The text of a file; undefined if there is none. */
  read(file: string): string | undefined
  /** What lies in a folder ('' is the app's own), sorted by name; empty if there is none. */
  list(dir: string): FolderEntry[]
}

/** The view of a folder on disk. */
export function folderOnDisk(dir: string): FolderView {
  const at = (relative: string) => path.join(dir, relative)
  const stats = (relative: string) =>
    existsSync(at(relative)) ? statSync(at(relative)) : undefined
  return {
    name: path.basename(path.resolve(dir)),
    isFile: (file) => stats(file)?.isFile() ?? false,
    isDirectory: (relative) => stats(relative)?.isDirectory() ?? false,
    read: (file) => (stats(file)?.isFile() ? readFileSync(at(file), 'utf8') : undefined),
    list: (relative) =>
      stats(relative)?.isDirectory()
        ? readdirSync(at(relative), { withFileTypes: true })
            .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
            .sort((a, b) => (a.name < b.name ? -1 : 1))
        : [],
  }
}
