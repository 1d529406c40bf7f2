/** The embedded Heroku as its clients see it: its process, started, asked and stopped. */
export * from './client.js'
export { resetLocal, stopLocal } from './stop.js'
