/** What detection makes of a folder, as one line for a table of tests. */
import { ShipitError } from '../../src/errors.js'
import { detect } from '../../src/init/detect/index.js'
import type { Launch } from '../../src/init/types.js'
import { memoryFolder } from './memory-folder.js'

export type Files = Record<string, string | object>
type Options = Parameters<typeof detect>[1]

/**
 * `server.js --quiet | env A=1` for a file with words and variables; `keeps: REASON -> NEXT` for a
 * command that stays as it is, `uses FILE` for an ecosystem file, `stops: REASON -> NEXT`.
 */
export function told(files: Files, options: Options = {}): string {
  try {
    const found = detect(memoryFolder(files), options)
    const { kept, ecosystemFile } = found
    if (kept) {
      const next = found.chosenBecause.split('one process in each dyno. ')[1]
      return joined([`keeps: ${kept.reason} -> ${next}`, ...found.warnings])
    }
    if (ecosystemFile)
      return joined([
        ['uses', ecosystemFile.file, ...ecosystemFile.startArgs].join(' '),
        ...found.before.map((line) => `first ${line}`),
        ...found.warnings,
      ])
    return joined([
      launched(found.entry!, found.launch),
      ...found.beside.map(
        ({ entry, launch, name }) => `beside ${name}: ${launched(entry, launch)}`,
      ),
      ...found.before.map((line) => `first ${line}`),
      found.needsNode && `needs ${found.needsNode}`,
      ...found.warnings,
    ])
  } catch (error) {
    if (!(error instanceof ShipitError)) throw error
    return `stops: ${error.why ?? error.message} -> ${error.next}`
  }
}

function launched(entry: string, { args, nodeArgs, env, cwd, interpreter, options }: Launch) {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return joined([
    [entry, ...args].join(' '),
    cwd !== undefined && `in ${cwd}`,
    nodeArgs.length > 0 && `node ${nodeArgs.join(' ')}`,
    set.length > 0 && `env ${set.join(' ')}`,
    interpreter !== undefined && interpreter !== 'node' && `by ${interpreter}`,
    options && `options ${JSON.stringify(options)}`,
  ])
}

const joined = (parts: (string | false | undefined)[]) => parts.filter(Boolean).join(' | ')
