/** Log lines → readings → one model of the formation. Views of it are in ui/; nothing here prints or waits. */
export type * from './reading.js'
export { readLine } from './read-line.js'
export { errorFilter, isErrorText } from './error-lines.js'
export { FormationModel } from './model.js'
export type { DynoModel, ErrorLine, FormationEvent } from './dyno.js'
export type { InstanceModel } from './instance.js'
export { LIMITS } from './limits.js'
