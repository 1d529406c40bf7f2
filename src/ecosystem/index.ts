// PM2's ecosystem files: found, read, checked, explained, written and edited. Nothing here starts
// PM2 or speaks to a network; a file written in JavaScript runs in a child process of its own.
export { editYaml, type YamlChange } from './edit.js'
export { editJson } from './edit-json.js'
export { environmentNames, environmentOf } from './environment.js'
export { explain } from './explain.js'
export { findEcosystemFile } from './find.js'
export { ECOSYSTEM_FILES } from './names.js'
export { APP_OPTIONS, appOption, type AppOption } from './options.js'
export { readEcosystem, type ReadOptions } from './read.js'
export { readEcosystemText } from './text.js'
export { renderEcosystem, type RenderOptions } from './render.js'
export type * from './types.js'
