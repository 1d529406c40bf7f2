import path from 'node:path/posix'
import type { Project, Script } from './target.js'

/** Whether the source of an entry speaks of a port. */
export function listens(
  { entry, launch }: Pick<Script, 'entry' | 'launch'>,
  { folder, build }: Project,
): boolean {
  const file = path.join(launch.cwd ?? '', entry)
  return /\bPORT\b|\.listen\(/.test(folder.read(build?.sourceOf(file) ?? file) ?? '')
}
