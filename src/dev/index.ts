// `shipit dev`: the runtime of the dyno on this machine, in the foreground, and PM2's verbs on it
// from other terminals.
export { readDevLine } from './command-line.js'
export { freePort } from './port.js'
export { findRuntime } from './runtime.js'
export { runDev } from './run.js'
