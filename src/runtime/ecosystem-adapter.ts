/** The one place where the runtime meets the reader of ecosystem files. */
import { checked, readEcosystem as read } from '../ecosystem/read.js'
import { formatOf } from '../ecosystem/names.js'
import type { Pm2CommandLine } from '../ecosystem/pm2-command-line.js'
import { noPlace } from '../ecosystem/source.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { quickYaml } from './quick-yaml.js'

export { environmentOf } from '../ecosystem/environment.js'
export { parsePm2CommandLine, type Pm2CommandLine } from '../ecosystem/pm2-command-line.js'
export { SERVE } from '../ecosystem/static.js'
export type { Ecosystem, EcosystemApp, EcosystemProblem } from '../ecosystem/types.js'

/**
 * Reads and evaluates an ecosystem file; `env` is what a .js file sees: in a dyno, all that the
 * dyno has.
 */
export const readEcosystem = (file: string, env: Record<string, string>): Promise<Ecosystem> =>
  read(file, { env, quickYaml })

/** Whether PM2 takes a name on its command line for an ecosystem file. */
export const isEcosystemFile = (file: string): boolean => formatOf(file) !== undefined

/** The ecosystem file that says what a command line with a script says. */
export function ecosystemOf({ args, options }: Pm2CommandLine, script: string): Ecosystem {
  const app = { script, ...(args.length > 0 ? { args } : {}), ...options }
  return checked('the command line', 'js', { data: { apps: [app] }, locate: noPlace })
}
