/**
 * Programs of buildpacks that start something beside a command in the dyno: `bin/start-nginx npm
 * start`, `bin/start-pgbouncer bin/start-nginx node app.js` (heroku/heroku-buildpack-nginx,
 * heroku/heroku-buildpack-pgbouncer).
 */
const NAME = String.raw`(?:\.\/)?bin\/start-(?:nginx|pgbouncer|stunnel)(?:-[\w-]+)?`
const PROGRAM = new RegExp(`^${NAME}$`)
const BEFORE = new RegExp(String.raw`^(?:\w+=\S*\s+)*(?:${NAME}\s+)+`)

export const isDynoWrapper = (program: string): boolean => PROGRAM.test(program)

/**
 * What stands before the command that is wrapped, with the space after it; empty if nothing does.
 */
export const wrapperOf = (command: string): string => BEFORE.exec(command)?.[0] ?? ''
