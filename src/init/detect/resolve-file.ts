import path from 'node:path/posix'
import { isObject } from './package-json.js'
import type { FolderView } from '../folder.js'

const EXTENSIONS = ['', '.js', '.cjs', '.mjs', '.json']
const TYPESCRIPT = ['.ts', '.mts', '.cts', '.tsx']

/**
 * A path in the app's folder without ./ and doubled slashes; undefined if it leads out of the
 * folder.
 */
export function insideFolder(file: string): string | undefined {
  const clean = path.normalize(file.replaceAll('\\', '/')).replace(/^\.\//, '').replace(/\/$/, '')
  return clean.startsWith('..') || path.isAbsolute(clean) ? undefined : clean === '.' ? '' : clean
}

/**
 * The file that `node PATH` would run: the path itself, with an extension added, or a folder's main
 * or index.
 * With `typescript`, as ts-node and tsx resolve. Undefined if there is none.
 */
export function resolveFile(
  folder: FolderView,
  file: string,
  typescript = false,
): string | undefined {
  const clean = insideFolder(file)
  if (clean === undefined) return undefined
  const extensions = typescript ? [...EXTENSIONS, ...TYPESCRIPT] : EXTENSIONS
  if (clean !== '') {
    const found = extensions
      .map((extension) => clean + extension)
      .find((name) => folder.isFile(name))
    if (found) return found
  }
  if (!folder.isDirectory(clean)) return undefined
  const main = mainOf(folder.read(path.join(clean, 'package.json')))
  if (main && main !== '.' && main !== './') {
    const found = resolveFile(folder, path.join(clean, main), typescript)
    if (found) return found
  }
  return extensions
    .slice(1)
    .map((extension) => path.join(clean, `index${extension}`))
    .find((name) => folder.isFile(name))
}

function mainOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    const data: unknown = JSON.parse(text)
    return isObject(data) && typeof data['main'] === 'string' ? data['main'] : undefined
  } catch {
    // A folder whose package.json cannot be read is run by its index, as node does.
    return undefined
  }
}
