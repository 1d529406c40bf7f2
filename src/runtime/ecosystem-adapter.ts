/** The one place where the runtime meets the reader of ecosystem files. */
export { environmentOf } from '../ecosystem/environment.js'
export { readEcosystem } from '../ecosystem/read.js'
export { explain } from '../ecosystem/explain.js'
export type { Ecosystem, EcosystemApp, Problem } from '../ecosystem/types.js'
