import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { ShipitError } from '../../errors.js'
import { getConfigVars } from '../../heroku/index.js'
import { masked } from './masks.js'
import { pageOf } from './page.js'
import { takeDashboard, type ExportOptions } from './take.js'

/**
 * Writes what the dashboard tells now into one file of HTML that can be passed on: whole or not at
 * all, for its owner alone, without secrets.
 * @throws ShipitError `project` for a folder that there is not, and as takeDashboard
 */
export async function writeDashboard(
  file: string,
  options: ExportOptions,
): Promise<{ since: number; until: number; size: number }> {
  const vars: [string, string][] = []
  for (const app of options.apps)
    vars.push(...Object.entries(await getConfigVars(options.api, app)))
  const snapshot = await masked(await takeDashboard(options), vars)
  const html = await pageOf(snapshot)
  await writeFileAtomic(path.resolve(file), html, { mode: 0o600 }).catch((error: unknown) => {
    throw asUnwritable(file, error)
  })
  return { since: snapshot.from, until: snapshot.to, size: Buffer.byteLength(html) }
}

const CAUSES: Record<string, string> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'it is not yours to write',
  EISDIR: 'it is a folder',
}

function asUnwritable(file: string, error: unknown): unknown {
  const cause = CAUSES[(error as NodeJS.ErrnoException).code ?? '']
  if (cause === undefined) return error
  return new ShipitError('project', {
    message: `${file} could not be written: ${cause}.`,
    next: 'Name another file with --export.',
    cause: error,
  })
}
