import type { FolderEntry, FolderView } from '../init/folder.js'

/** Text of a file by its path; undefined if it cannot be had. */
type ReadText = (file: string) => string | undefined

/** A view of files that are known by their paths, read when they are asked for and only once. */
export function viewOf(name: string, paths: string[], read: ReadText): FolderView {
  const files = new Set(paths)
  const folders = new Map<string, Map<string, FolderEntry>>([['', new Map()]])
  for (const file of paths) {
    const parts = file.split('/')
    parts.forEach((part, depth) => {
      const parent = parts.slice(0, depth).join('/')
      if (!folders.has(parent)) folders.set(parent, new Map())
      folders.get(parent)!.set(part, { name: part, isDirectory: depth < parts.length - 1 })
    })
  }
  const texts = new Map<string, string | undefined>()
  return {
    name,
    isFile: (file) => files.has(file),
    isDirectory: (dir) => folders.has(dir),
    read: (file) => {
      if (!files.has(file)) return undefined
      if (!texts.has(file)) texts.set(file, read(file))
      return texts.get(file)
    },
    list: (dir) =>
      [...(folders.get(dir)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
