/**
 * The builder of the embedded Heroku: from a source archive to a slug and a release, as
 * heroku/nodejs and the slug compiler do it.
 */
export type { BuilderParts } from './builder-parts.js'
export { createBuilder, type LocalBuilder } from './builder.js'
