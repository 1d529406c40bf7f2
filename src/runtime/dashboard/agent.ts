import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { monotonic } from '../../lib/monotonic.js'
import { dashboardAddress } from './address.js'
import { Backoff } from './backoff.js'
import type { Keys } from './keys.js'
import type { AgentMessage, ScaledMessage, ScaleMessage } from './messages.js'
import type { News } from './news.js'

interface AgentSettings {
  keys: Keys
  /** PM2_HOME, where God's sockets lie. */
  home: string
  /** Where the runtime's own files lie: agent.cjs. */
  lib: string
  env: NodeJS.ProcessEnv
  news: News
  /** Does what the dashboard asks; rejects with why not. */
  scale(name: string, number: string): Promise<void>
}

/**
 * Keeps PM2's agent running, as a child: it is started again, more slowly each time, when it ends.
 */
export class Agent {
  readonly #settings: AgentSettings
  readonly #backoff = new Backoff()
  #child: ChildProcess | undefined
  #again: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(settings: AgentSettings) {
    this.#settings = settings
    this.#start()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#again)
    this.#child?.kill('SIGKILL')
  }

  #start(): void {
    const { lib, news } = this.#settings
    const begun = monotonic()
    const child = spawn(process.execPath, [path.join(lib, 'agent.cjs')], {
      env: this.#environment(),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    })
    this.#child = child
    let why: string | undefined
    child.on('message', (message: AgentMessage) => {
      if ('scale' in message) void this.#scale(child, message.scale)
      else if (message.standing === 'failed') why = message.why
      else news.tell(message.standing, message.why)
    })
    const end = (how: string) => {
      if (this.#isStopped || this.#child !== child) return
      this.#child = undefined
      news.tell('failed', how)
      this.#again = setTimeout(() => this.#start(), this.#backoff.next(monotonic() - begun)).unref()
    }
    child.on('error', (error) => end(error.message))
    child.on('exit', (code, signal) =>
      end(why ?? (signal ? `it was ended by ${signal}` : `it exited with code ${code}`)),
    )
    child.unref()
    child.channel?.unref()
  }

  async #scale(child: ChildProcess, { id, name, number }: ScaleMessage['scale']): Promise<void> {
    const error = await this.#settings.scale(name, number).then(
      () => undefined,
      (reason: Error) => reason.message,
    )
    const answer: ScaledMessage = { scaled: { id, ...(error === undefined ? {} : { error }) } }
    if (child.connected) child.send(answer)
  }

  /** What PM2's agent reads, and no more of the app's own. The keys go by it alone. */
  #environment(): NodeJS.ProcessEnv {
    const { keys, home, env } = this.#settings
    // With NODE_ENV=test it tries a thousand times a second.
    const passed = env.NODE_ENV === 'test' ? PASSED : [...PASSED, 'NODE_ENV']
    return {
      ...Object.fromEntries(passed.map((name) => [name, env[name]])),
      PM2_HOME: home,
      PM2_PUBLIC_KEY: keys.publicKey,
      PM2_SECRET_KEY: keys.secretKey,
      PM2_MACHINE_NAME: keys.machine,
      PM2_REVERSE_INTERACT: 'true',
      PM2_VERSION: (createRequire(__filename)('pm2/package.json') as { version: string }).version,
      KEYMETRICS_NODE: dashboardAddress(env)?.href,
      PM2_SILENT: 'true',
    }
  }
}

const PASSED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'USER',
  'LOGNAME',
  'USERNAME',
  'PM2_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'AGENT_WEBSOCKET_ENDPOINT',
  'WS_GZIP',
  'WS_JSON_PATCH',
  'PM2_STATUS_INTERVAL',
  'PM2_LOGS_BUFFER',
  'PM2_CONTEXT_ON_ERROR',
  'PM2_AGENT_ENABLE_CONTEXT_ON_ERROR',
]
