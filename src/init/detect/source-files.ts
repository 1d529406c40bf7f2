import type { FolderView } from '../folder.js'

const SKIPPED = new Set(['node_modules', 'bower_components', 'vendor', 'coverage', '.git'])

const MOST = 5000

const known = new WeakMap<FolderView, string[]>()

/** The app's own scripts, by path: no dependencies, no hidden folders, at most 5000. */
export function sourceFiles(folder: FolderView): string[] {
  const before = known.get(folder)
  if (before) return before
  const files: string[] = []
  const waiting = ['']
  while (waiting.length > 0 && files.length < MOST) {
    const dir = waiting.shift()!
    for (const { name, isDirectory } of folder.list(dir)) {
      const file = dir ? `${dir}/${name}` : name
      if (isDirectory && !SKIPPED.has(name) && !name.startsWith('.')) waiting.push(file)
      if (!isDirectory && /\.([cm]?[jt]sx?)$/.test(name)) files.push(file)
    }
  }
  known.set(folder, files)
  return files
}
