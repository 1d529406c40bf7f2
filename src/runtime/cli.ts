/**
 * `shipit-runtime start FILE`: what package.json's start script runs inside a dyno, and every other
 * command line of pm2-runtime.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { RuntimeError } from './runtime-error.js'
import { dynoOutput } from './outlet.js'
import { parsePm2CommandLine } from './ecosystem-adapter.js'
import { start } from './start.js'

// What the files that are loaded later have of this one.
export { RuntimeError, warn } from './runtime-error.js'
export { dynoOutput } from './outlet.js'

/** Parses the command line and runs it. Sets the exit status of a failure; never throws. */
export async function main(argv: string[]): Promise<void> {
  try {
    await run(argv)
  } catch (error) {
    const told = error instanceof RuntimeError ? error : internalError(error)
    dynoOutput.err.write(told.toString())
    process.exit(told.exitCode)
  }
}

async function run(argv: string[]): Promise<void> {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  if (own.includes('--version') || own[0] === '-v')
    return void process.stdout.write(`${version()}\n`)
  if (own.includes('--help') || own.includes('-h'))
    return void process.stdout.write((await import('./help.js')).HELP)
  const line = parsePm2CommandLine(argv)
  const [refusal] = line.refused
  if (refusal)
    throw new RuntimeError(
      `${refusal.flag} cannot be used here`,
      refusal.why,
      'shipit-runtime --help',
      2,
    )
  if (line.file === undefined)
    throw new RuntimeError(
      'expected a file: `shipit-runtime start FILE`',
      undefined,
      'shipit-runtime --help',
      2,
    )
  await start({ ...line, file: line.file }, __dirname)
}

function internalError(error: unknown): RuntimeError {
  const { message, stack } = error as Error
  return new RuntimeError(
    `internal error (a bug in shipit-runtime): ${message}`,
    process.env.DEBUG ? stack : undefined,
  )
}

function version(): string {
  const manifest = readFileSync(path.join(__dirname, '../package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
