// `shipit dev`: the runtime of the dyno on this machine, in the foreground.
export { freePort } from './port.js'
export { findRuntime } from './runtime.js'
export { runForeground } from './foreground.js'
