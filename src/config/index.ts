/**
 * Config vars as people set and keep them: on the command line, from stdin, in .env files; what
 * differs; what may be shown. No network.
 */
export { parseDotenv, renderDotenv, unreadByShells } from './dotenv.js'
export { changesBetween, changesTo, countOfVars, type Changes } from './changes.js'
export { checkNames, parseAssignments, refuseOwnNames, type Assignments } from './assignments.js'
export { readEnvFile, readEnvInput, writeEnvFile } from './env-file.js'
export { hideSecrets, looksSecret, shownVars } from './secret.js'
export { readVars, type VarSources } from './read.js'
