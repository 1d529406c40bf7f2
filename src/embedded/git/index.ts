/**
 * Git smart HTTP of the embedded Heroku: a bare repository an app, and a push that builds before it
 * is accepted.
 */
export { createGitHandler, type GitHandlerParts } from './handler.js'
