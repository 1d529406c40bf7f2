import type { Project, Target } from './target.js'
import { broken, refused } from './target.js'
import { anyOf } from '../../lib/any-of.js'

/** Programs of a developer's machine, and what takes their place. */
const OF_A_MACHINE: { command: RegExp; why: string; next: string }[] = [
  {
    command: /^(docker|docker-compose|podman)\b/,
    why: 'starts containers, and a dyno is one already',
    next: 'Write what the container starts as the start script, such as `node server.js`.',
  },
  {
    command: /^heroku local\b/,
    why: 'runs the lines of a Procfile, which Heroku does itself',
    next: 'Write them in a file called Procfile, such as `web: node server.js`.',
  },
  {
    command: anyOf([
      /^(?:(netlify|vercel|wrangler|wrangler pages|sst) dev|serverless offline|sls offline)\b/,
      /^(?:firebase (serve|emulators:\S+)|sam local|func start)\b/,
    ]),
    why: 'runs the app as on another platform',
    next: 'Write a start script that serves it by Node.js, on the port in PORT.',
  },
  {
    command: /^meteor( run)?( -|$)/,
    why: 'is a server for development',
    next: 'Start the bundle that `meteor build --directory` makes: "start": "node bundle/main.js".',
  },
]

/** Programs that hand secrets to the command behind them. */
const KEEPERS = /^(op|doppler|infisical|chamber|aws-vault|teller|berglas)$/

/**
 * A program that no dyno has by itself; undefined for any other. What a buildpack or a package may
 * bring is kept as it is.
 */
export function notInADyno(words: readonly string[], { pkg }: Project): Target | undefined {
  const line = words.join(' ')
  const [program = ''] = words
  const known = OF_A_MACHINE.find(({ command }) => command.test(line))
  if (known) return broken(`\`${line}\` ${known.why}`, known.next)
  if (KEEPERS.test(program)) {
    const inner = words.slice(words.indexOf('--') + 1).join(' ')
    return refused(
      `\`${program}\` hands secrets to the app, and only a buildpack brings it to a dyno`,
      'Better keep them in config vars (shipit config set NAME)' +
        `${words.includes('--') ? `, and start \`${inner}\` alone` : ''}.`,
    )
  }
  if (!/^(bun|deno)$/.test(program)) return undefined
  const isInstalled = pkg.dependencies[program] !== undefined
  const name = program === 'bun' ? 'Bun' : 'Deno'
  return isInstalled
    ? refused(`\`${line}\` is run by ${name}, not by Node.js`)
    : refused(
        `\`${line}\` is run by ${name}, which a dyno does not have`,
        `\`npm install ${program}\` brings it; or name the file with --entry, if Node.js runs it too.`,
      )
}
