/** The one place where the runtime meets the reader of ecosystem files. */
import { readEcosystem as read } from '../ecosystem/read.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { quickYaml } from './quick-yaml.js'

export { environmentOf } from '../ecosystem/environment.js'
export { SERVE } from '../ecosystem/static.js'
export type { Ecosystem, EcosystemApp, Problem } from '../ecosystem/types.js'

/** Reads and evaluates an ecosystem file; `env` is what a .js file sees: in a dyno, all that the dyno has. */
export const readEcosystem = (file: string, env: Record<string, string>): Promise<Ecosystem> => read(file, { env, quickYaml })
