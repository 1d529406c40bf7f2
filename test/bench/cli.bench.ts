import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/paths.js'
import { inTurn, milliseconds, ratio } from './figures.js'
import type { Bench } from './figures.js'

const execute = promisify(execFile)
const node = (...args: string[]): Promise<unknown> => execute(process.execPath, args)
const shipit = (...args: string[]): Promise<unknown> => node(path.join(packageRoot, 'bin/shipit.js'), ...args)

/** How long the CLI takes to start, against a Node.js that does nothing. */
const bench: Bench = async ({ rounds }) => {
  const times = await inTurn({
    node: () => node('-e', '0'),
    version: () => shipit('--version'),
    help: () => shipit('--help'),
  }, rounds)
  return {
    'node -e 0': milliseconds(times.node, 'whole process'),
    'shipit --version': ratio(times.version, times.node, 'node -e 0'),
    'shipit --help': ratio(times.help, times.node, 'node -e 0'),
  }
}
bench.rounds = 15

export default bench
