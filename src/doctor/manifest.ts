import { isObject, readPackageJson } from '../init/detect/package-json.js'
import type { FolderView } from '../init/folder.js'
import { ShipitError } from '../errors.js'
import type { Manifest } from './facts.js'

/**
 * package.json as far as the checks read it; nothing if there is none, and the reason where it
 * cannot be read.
 */
export function readManifest(folder: FolderView): { manifest?: Manifest; error?: string } {
  const text = folder.read('package.json')
  if (text === undefined) return {}
  try {
    const known = readPackageJson(folder)
    const raw = JSON.parse(text.replace(/^\ufeff/, '')) as Record<string, unknown>
    const pnpm = isObject(raw['pnpm']) ? raw['pnpm'] : {}
    const optional = isObject(raw['optionalDependencies']) ? raw['optionalDependencies'] : {}
    return {
      manifest: {
        ...known,
        optionalDependencies: Object.fromEntries(
          Object.entries(optional).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          ),
        ),
        overrides: [
          raw['overrides'],
          raw['resolutions'],
          pnpm['overrides'],
          raw['workspaces'],
        ].some((value) => value !== undefined),
      },
    }
  } catch (error) {
    if (error instanceof ShipitError)
      return { error: error.why ? `${error.message} ${error.why}` : error.message }
    throw error
  }
}
