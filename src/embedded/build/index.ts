/**
 * The builder of the embedded Heroku: from a source archive to a slug and a release, as
 * heroku/nodejs and the slug compiler do it.
 */
export { createBuilder, type BuilderParts, type LocalBuilder } from './builder.js'
