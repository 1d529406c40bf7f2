import type { EcosystemFiles } from '../ecosystem-adapter.js'
import { keptVariables } from '../detect/warnings.js'
import type { Detected, InitOptions, Launch } from '../types.js'

/** The ecosystem file for what was detected, and its name. */
export function newEcosystemFile(detected: Detected & { entry: string }, options: InitOptions, render: EcosystemFiles['render']): { fileName: string; text: string } {
  return render({
    name: options.name ?? detected.appName,
    script: detected.entry,
    format: options.format ?? 'yml',
    esm: detected.moduleType === 'module',
    instances: options.instances ?? 'max',
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    envNames: options.envNames,
    extra: launchOptions(detected.launch),
  })
}

/** PM2's options for what the start command gave besides the script. NODE_OPTIONS in `env` does not reach instances in cluster mode, so it becomes node_args. */
function launchOptions({ args, nodeArgs, env, interpreter }: Launch): Record<string, unknown> {
  const nodeOptions = (env['NODE_OPTIONS'] ?? '').split(/\s+/).filter((word) => word !== '' && !word.includes('$'))
  const allNodeArgs = [...nodeOptions, ...nodeArgs]
  const kept = keptVariables(env)
  return {
    ...(interpreter ? { interpreter } : {}),
    ...(args.length > 0 ? { args: joined(args) } : {}),
    ...(allNodeArgs.length > 0 ? { node_args: joined(allNodeArgs) } : {}),
    ...(Object.keys(kept).length > 0 ? { env: kept } : {}),
  }
}

/** PM2 splits a string at its spaces; a list stays as it is. */
function joined(words: string[]): string | string[] {
  return words.some((word) => /[\s"'\\]/.test(word) || word === '') ? words : words.join(' ')
}
