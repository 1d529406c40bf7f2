/** A folder as it is on disk, to be compared before and after something that must not change it. */
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'

/**
 * By name, everything in the folder with its kind, its mode and its content: links as links, and
 * git's own files too (its config, refs, index and objects).
 */
export function folderContents(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => [name, inShort(path.join(dir, name))]),
  )
}

function inShort(at: string): string {
  const stat = lstatSync(at)
  const mode = (stat.mode & 0o7777).toString(8)
  if (stat.isDirectory()) return `${mode} folder`
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(at)}`
  if (!stat.isFile()) return `${mode} neither file nor folder`
  return `${mode} ${createHash('sha256').update(readFileSync(at)).digest('hex')}`
}
