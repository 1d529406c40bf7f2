/**
 * PM2's dashboard agent as a child of the supervisor: what runs here is PM2's own
 * (pm2/modules/pm2-io-agent), held so that it can neither detach nor replace itself, and ends with
 * the supervisor. It says how it stands with the dashboard, and what goes wrong ends it: it is
 * started again.
 */
import childProcess from 'node:child_process'
import { reason } from './ask.js'
import type { AgentMessage } from './messages.js'

/** Whatever is told holds no key, though a server or a stack may repeat one. */
function withoutKeys(text: string): string {
  const { PM2_PUBLIC_KEY, PM2_SECRET_KEY } = process.env
  return [PM2_SECRET_KEY, PM2_PUBLIC_KEY].reduce<string>(
    (rest, key) => (key ? rest.replaceAll(key, '****') : rest),
    text,
  )
}

function tell(message: AgentMessage): void {
  const told =
    'why' in message && message.why !== undefined
      ? { ...message, why: withoutKeys(message.why) }
      : message
  if (process.connected) process.send?.(told, undefined, undefined, () => undefined)
}

/**
 * PM2's agent starts a copy of itself, detached, when an error ends it, and PM2 when it does not
 * find it.
 */
function startNothing(): void {
  const refuse = () => {
    throw new Error("PM2's agent may start no process here")
  }
  for (const name of [
    'spawn',
    'spawnSync',
    'fork',
    'exec',
    'execSync',
    'execFile',
    'execFileSync',
  ] as const)
    Object.assign(childProcess, { [name]: refuse })
}

function main(): void {
  process.umask(0o077)
  // Heroku signals every process of a dyno. The agent stays to tell the dashboard of the stop; the
  // supervisor ends it.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)
    process.on(name, () => undefined)
  process.once('disconnect', () => process.exit(0))
  process.on('uncaughtException', (error) => {
    tell({ standing: 'failed', why: reason(error) })
    setTimeout(() => process.exit(1), 100)
  })
  startNothing()
  const { startAgent } = require('./pm2-agent.js') as typeof import('./pm2-agent.js')
  startAgent(tell)
}

main()
