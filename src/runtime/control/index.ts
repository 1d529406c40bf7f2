/**
 * What other terminals may do to a `shipit dev`: PM2's verbs, over a socket of its user's. A
 * bundle of its own begins here, loaded only then.
 */
export { LineLog } from './line-log.js'
export { Operations } from './operations.js'
export { serveControl } from './server.js'
