import type { EcosystemFiles } from '../ecosystem-adapter.js'
import { keptVariables } from '../detect/warnings.js'
import type { Detected, InitOptions, Launch } from '../types.js'

/**
 * Processes by default: as many as fit; one where the command is kept as it is, or where something
 * in the project asks for one.
 */
interface Count {
  instances: number | 'max'
  instancesWhy?: string
}

/** The ecosystem file for what was detected, and its name. */
export function newEcosystemFile(
  detected: Detected & { entry: string },
  options: InitOptions,
  render: EcosystemFiles['render'],
): { fileName: string; text: string } {
  const { options: flags = {} } = detected.launch
  return render({
    name: options.name ?? (typeof flags['name'] === 'string' ? flags['name'] : detected.appName),
    script: detected.entry,
    format: options.format ?? 'yml',
    esm: detected.moduleType === 'module',
    ...countOf(detected, options),
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    envNames: options.envNames,
    extra: {
      ...launchOptions(detected.launch),
      ...(detected.kept || isWorker(detected) ? { exec_mode: 'fork' } : {}),
    },
    beside: detected.beside.map(({ name, entry, launch }) => ({
      name,
      script: entry,
      instances: 1,
      extra: { ...launchOptions(launch), exec_mode: 'fork' },
      instancesWhy: 'it ran beside the web app as one process',
    })),
  })
}

const isWorker = ({ processType, launch }: Detected) =>
  processType !== 'web' && launch.options?.['instances'] === undefined

function countOf(
  { launch, kept, single, processType }: Detected,
  { instances }: InitOptions,
): Count {
  if (instances !== undefined) return { instances }
  const stated = launch.options?.['instances']
  if (stated !== undefined)
    return {
      instances: stated === 0 || stated === '0' ? 'max' : (stated as number | 'max'),
      instancesWhy: 'as the start command had it',
    }
  if (kept)
    return {
      instances: 1,
      instancesWhy: 'a command of its own cannot share the port: name its file to have more',
    }
  if (single) return { instances: 1, instancesWhy: single }
  if (processType !== 'web')
    return {
      instances: 1,
      instancesWhy:
        'a worker that is started twice does its work twice: raise it if the work is shared out',
    }
  return { instances: 'max' }
}

/**
 * PM2's options for what the start command gave besides the script. NODE_OPTIONS in `env` does not
 * reach instances in cluster mode, so it becomes node_args.
 */
function launchOptions({
  args,
  nodeArgs,
  env,
  interpreter,
  cwd,
  options = {},
}: Launch): Record<string, unknown> {
  // Node.js splits it at spaces outside of double quotes.
  const nodeOptions = [...(env['NODE_OPTIONS'] ?? '').matchAll(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g)]
    .map(([word]) => word.replace(/"((?:\\.|[^"\\])*)"/g, unquoted))
    .filter((word) => !word.includes('$'))
  const allNodeArgs = [...nodeOptions, ...nodeArgs]
  const kept = keptVariables(env)
  const { name: _, instances: __, ...flags } = options
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(interpreter ? { interpreter } : {}),
    ...(args.length > 0 ? { args: joined(args) } : {}),
    ...(allNodeArgs.length > 0 ? { node_args: joined(allNodeArgs) } : {}),
    ...flags,
    ...(Object.keys(kept).length > 0 ? { env: kept } : {}),
  }
}

/** A backslash is special to Node.js within quotes alone. */
const unquoted = (_quoted: string, text: string): string => text.replace(/\\(.)/g, '$1')

/** PM2 splits a string at its spaces; a list stays as it is. */
function joined(words: string[]): string | string[] {
  return words.some((word) => /[\s"'\\]/.test(word) || word === '') ? words : words.join(' ')
}
