import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildFailure } from './failure.js'

/** What the build reads of a package.json; anything that has another shape counts as absent. */
export interface Manifest {
  scripts: Record<string, string>
  engines: Record<string, string>
  packageManager: string | undefined
  /** The whole object, for what decides the installed tree. */
  raw: Record<string, unknown>
}

/** Throws {@link BuildFailure} where the file is not a JSON object. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = await readFile(path.join(dir, 'package.json'), 'utf8')
  let raw: unknown
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new BuildFailure('package.json cannot be parsed.', [(error as Error).message])
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new BuildFailure('package.json does not hold a JSON object.')
  const manifest = raw as Record<string, unknown>
  return {
    scripts: strings(manifest.scripts),
    engines: strings(manifest.engines),
    packageManager: typeof manifest.packageManager === 'string' ? manifest.packageManager : undefined,
    raw: manifest,
  }
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'dependencies', 'pnpm:devPreinstall']

/** Whether the app has scripts of its own that run as its dependencies are installed. */
export const hasInstallScripts = ({ scripts }: Manifest): boolean => INSTALL_SCRIPTS.some((name) => scripts[name] !== undefined)

function strings(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
