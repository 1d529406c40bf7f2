import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { ShipitError } from '../errors.js'
import type { InitStep } from './types.js'

/** The kernel's own limit (path_resolution(7)). */
const MOST_LINKS = 40

/** Files of the folder that the steps write, remove, or have a package manager write. */
export const touchedBy = (steps: InitStep[]): string[] =>
  steps.flatMap((step) => (step.kind === 'run' ? [step.file, 'package.json'] : [step.file]))

/**
 * Throws `project` if a file, or a folder on its way, is a link that leads out of the app's folder
 * or to nothing: nothing outside is written. Links within the folder are followed. On a link of a
 * workspace, "the folder" is the one that init was given.
 */
export function mustStayInside(dir: string, files: string[]): void {
  const root = realpathSync(dir)
  for (const file of new Set(files)) {
    const { at, links } = resolved(root, file.split(/[\\/]/))
    if (
      links === 0 ||
      (isWithin(root, at) && lstatSync(at, { throwIfNoEntry: false }) !== undefined)
    )
      continue
    throw new ShipitError('project', {
      message:
        `${file} is a link that leads ` +
        `${isWithin(root, at) ? 'to a file that is not there' : 'out of the folder'}. Nothing ` +
        'was changed.',
      why: `init would write to ${at}.`,
      next: `Put the file itself in the place of the link, then run the command again.`,
    })
  }
}

/** Where a path leads, link by link, whether it is there or not. */
function resolved(root: string, parts: string[]): { at: string; links: number } {
  let at = root
  let links = 0
  const left = parts.filter((part) => part !== '' && part !== '.')
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    const next = path.join(at, part)
    if (part === '..' || lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() !== true) {
      at = next
      continue
    }
    links++
    const target = readlinkSync(next)
    if (links > MOST_LINKS) return { at: target, links }
    left.unshift(...target.split(path.sep).filter((one) => one !== '' && one !== '.'))
    if (path.isAbsolute(target)) at = path.parse(target).root
  }
  return { at, links }
}

function isWithin(root: string, at: string): boolean {
  const relative = path.relative(root, at)
  return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..'
}
