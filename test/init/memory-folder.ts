import type { FolderView } from '../../src/init/folder.js'

/** A folder that exists only as data: path → text; objects are written as JSON. */
export function memoryFolder(files: Record<string, string | object>, name = 'my-app'): FolderView {
  const texts = new Map(
    Object.entries(files).map(([file, content]) => [
      file,
      typeof content === 'string' ? content : JSON.stringify(content),
    ]),
  )
  const folders = new Set([''])
  for (const file of texts.keys()) {
    const parts = file.split('/').slice(0, -1)
    parts.forEach((_, at) => folders.add(parts.slice(0, at + 1).join('/')))
  }
  return {
    name,
    isFile: (file) => texts.has(file),
    isDirectory: (dir) => folders.has(dir),
    read: (file) => texts.get(file),
    list: (dir) => {
      const prefix = dir ? `${dir}/` : ''
      const names = new Set(
        [...texts.keys()]
          .filter((file) => file.startsWith(prefix))
          .map((file) => file.slice(prefix.length).split('/')[0]!),
      )
      return [...names]
        .sort()
        .map((entry) => ({ name: entry, isDirectory: folders.has(prefix + entry) }))
    },
  }
}
