import { BuildFailure } from './failure.js'
import { treeText } from './tree-file.js'

/** What the build reads of a package.json; anything that has another shape counts as absent. */
export interface Manifest {
  scripts: Record<string, string>
  engines: Record<string, string>
  packageManager: string | undefined
  /** The whole object, for what decides the installed tree. */
  raw: Record<string, unknown>
}

/** Throws {@link BuildFailure} if the file is not a JSON object. */
export async function readManifest(dir: string): Promise<Manifest> {
  const text = treeText(dir, 'package.json')
  let raw: unknown
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new BuildFailure('Error: Unable to parse your package.json.', [(error as Error).message])
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new BuildFailure('Error: Unable to parse your package.json.', [
      'It does not hold a JSON object.',
    ])
  const manifest = raw as Record<string, unknown>
  return {
    scripts: strings(manifest.scripts, ''),
    engines: strings(manifest.engines),
    packageManager:
      typeof manifest.packageManager === 'string' ? manifest.packageManager : undefined,
    raw: manifest,
  }
}

const INSTALL_SCRIPTS = [
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'dependencies',
  'pnpm:devPreinstall',
]

/** Whether the app has scripts of its own that run as its dependencies are installed. */
export const hasInstallScripts = ({ scripts }: Manifest): boolean =>
  INSTALL_SCRIPTS.some((name) => scripts[name] !== undefined)

/**
 * Without a prototype: `npm run constructor` names no script of JavaScript's own. @param ofNull
 * what a null stands for; without it, nothing
 */
function strings(value: unknown, ofNull?: string): Record<string, string> {
  const map = Object.create(null) as Record<string, string>
  if (typeof value !== 'object' || value === null) return map
  for (const [name, each] of Object.entries(value))
    if (typeof each === 'string' || (each === null && ofNull !== undefined))
      map[name] = each ?? ofNull ?? ''
  return map
}
