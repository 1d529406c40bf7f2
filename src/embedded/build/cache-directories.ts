import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { capture, type BuildContext } from './context.js'
import { BuildFailure } from './failure.js'
import type { Manifest } from './manifest.js'
import type { PackageManager } from './package-manager.js'
import { removeFolder } from '../daemon/folders.js'

/**
 * Folders that package.json has kept from build to build: cacheDirectories, else cache_directories
 * (lib/cache.sh: get_cache_directories).
 */
export function cacheDirectories({ raw }: Manifest): string[] {
  const names = (value: unknown): string[] =>
    Array.isArray(value)
      ? value.filter((one): one is string => typeof one === 'string' && one !== '')
      : []
  const camel = names(raw.cacheDirectories)
  return camel.length > 0 ? camel : names(raw.cache_directories)
}

const keptIn = ({ cache }: BuildContext): string => path.join(cache, 'directories')
const signatureFile = (context: BuildContext): string => path.join(keptIn(context), 'signature')

/**
 * Puts back what the last build kept, unless it ran with other versions of the tools (lib/cache.sh:
 * restore_custom_cache_directories).
 */
export async function restoreDirectories(
  context: BuildContext,
  manager: PackageManager,
  names: readonly string[],
  signature: string,
): Promise<void> {
  const {
    output,
    env,
    places: { dir },
  } = context
  if (env.NODE_MODULES_CACHE === 'false' || !existsSync(keptIn(context))) return
  output.heading('Restoring cache')
  if ((await readFile(signatureFile(context), 'utf8').catch(() => '')) !== signature) {
    output.line(
      'Cached directories were not restored due to a change in version of node or its package ' +
        'manager',
    )
    return
  }
  output.line('Loading from cacheDirectories (package.json):')
  for (const name of names) {
    const [from, to] = [path.join(keptIn(context), 'kept', name), path.join(dir, name)]
    const why =
      whyNot(dir, manager, name) ??
      (existsSync(to)
        ? 'exists - skipping'
        : existsSync(from)
          ? undefined
          : 'not cached - skipping')
    output.line(why === undefined ? `- ${name}` : `- ${name} (${why})`)
    if (why === undefined) await copy(context, from, to)
  }
}

/**
 * Before devDependencies are taken out, as on Heroku (lib/cache.sh: save_custom_cache_directories).
 * A cache that cannot be written makes the next build slower, no more.
 */
export async function saveDirectories(
  context: BuildContext,
  manager: PackageManager,
  names: readonly string[],
  signature: string,
): Promise<void> {
  const {
    output,
    env,
    places: { dir },
  } = context
  await removeFolder(keptIn(context))
  if (env.NODE_MODULES_CACHE === 'false') return
  output.heading('Caching build')
  output.line('Saving cacheDirectories (package.json):')
  try {
    for (const name of names) {
      const why =
        whyNot(dir, manager, name) ??
        (existsSync(path.join(dir, name)) ? undefined : 'nothing to cache')
      output.line(why === undefined ? `- ${name}` : `- ${name} (${why})`)
      if (why === undefined)
        await copy(context, path.join(dir, name), path.join(keptIn(context), 'kept', name))
    }
    await mkdir(keptIn(context), { recursive: true })
    await writeFileAtomic(signatureFile(context), signature)
  } catch (error) {
    context.signal.throwIfAborted()
    output.warning(error instanceof Error ? error.message : String(error))
  }
}

function whyNot(dir: string, { name: manager }: PackageManager, name: string): string | undefined {
  const whole = path.resolve(dir, name)
  if (!whole.startsWith(dir + path.sep)) return 'outside of the app - skipping'
  return manager === 'pnpm' && /^node_modules(\/|$)/.test(path.relative(dir, whole))
    ? 'skipping because pnpm is used'
    : undefined
}

async function copy(context: BuildContext, from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true })
  const { status, lines } = await capture(context, 'cp', ['-a', from, to])
  if (status !== 0)
    throw new BuildFailure(
      `${from} could not be copied: ${lines.at(-1) ?? `cp ended with ${status}`}`,
    )
}
