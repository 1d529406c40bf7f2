import { monotonic } from '../../lib/monotonic.js'
import { reason } from './ask.js'
import { Backoff } from './backoff.js'
import type { AgentMessage } from './messages.js'

type Done = (error?: unknown) => void

interface Socket {
  once(event: string, listener: () => void): void
  on(event: 'pong', listener: () => void): void
  terminate(): void
  ping(): void
}

/** PM2's WebsocketTransport, as far as it is used here. */
export interface Transport {
  endpoint: string
  _ws: Socket | null
  connect(url: string | Done, done?: Done): void
  reconnect(url: string, done: Done): void
  isConnected(): boolean
  _checkInternet(answer: (isOnline: boolean) => void): void
  _reconnect(): void
  _emptyQueue(): void
  _heartbeat(): void
  _onMessage(data: unknown): void
  _onClose(code: number, reason: unknown): void
  _onError(error: Error): void
}

/**
 * ms for the handshake, and without an answer to a ping until the connection counts as dead. PM2's
 * agent waits forever for both.
 */
const HANDSHAKE = 15_000
const SILENCE = 30_000
/** ms that a connection holds until it counts as made: at first, and after one that broke soon. */
const STEADY = 2000
const STEADY_AGAIN = 30_000

/**
 * Keeps the agent's connection: opens it again when it breaks, more slowly each time, and tells
 * once it stands and when it does not.
 */
export class Connection {
  readonly #transport: Transport
  readonly #tell: (message: AgentMessage) => void
  readonly #backoff = new Backoff()
  #openedAt = 0
  #heardAt = 0
  #isTroubled = false
  #isTrying = false
  #steady: NodeJS.Timeout | undefined

  constructor(transport: Transport, tell: (message: AgentMessage) => void) {
    this.#transport = transport
    this.#tell = tell
    // PM2's agent looks google.com up before it connects again; a network may know no such name.
    transport._checkInternet = (answer) => answer(true)
    transport._reconnect = () => this.#tryAgain()
    this.#limitHandshake()
    this.#watchSilence()
    this.#readSafely()
    this.#noticeEnds()
  }

  get isOpen(): boolean {
    return this.#transport.isConnected()
  }

  /** Resolves with whether the connection was made; tells why not. */
  open(connect: (done: Done) => void): Promise<boolean> {
    return new Promise((resolve) => {
      this.#isTrying = true
      connect((error) => {
        this.#isTrying = false
        if (error) this.#tell({ standing: 'unreachable', why: `its websocket: ${reason(error)}` })
        else this.#onOpen()
        resolve(!error)
      })
    })
  }

  /** The dashboard may send its agents elsewhere. */
  moveTo(endpoint: string): void {
    if (endpoint === this.#transport.endpoint) return
    this.#transport.endpoint = endpoint
    this.#transport._ws?.terminate()
  }

  #onOpen(): void {
    this.#openedAt = this.#heardAt = monotonic()
    this.#transport._ws?.on('pong', () => (this.#heardAt = monotonic()))
    clearTimeout(this.#steady)
    this.#steady = setTimeout(
      () => {
        this.#isTroubled = false
        this.#tell({ standing: 'connected' })
      },
      this.#isTroubled ? STEADY_AGAIN : STEADY,
    )
  }

  #onEnd(why: string): void {
    clearTimeout(this.#steady)
    // One that held for long breaks now and then; that it does so at once is news.
    if (monotonic() - this.#openedAt < STEADY_AGAIN) {
      this.#isTroubled = true
      this.#tell({ standing: 'closes', why })
    }
  }

  #tryAgain(): void {
    if (this.#isTrying || this.#transport.isConnected()) return
    this.#isTrying = true
    const held = this.#openedAt > 0 ? monotonic() - this.#openedAt : 0
    const wait = this.#backoff.next(held)
    this.#openedAt = 0
    setTimeout(
      () =>
        void this.open((done) => this.#transport.connect(done)).then((isOpen) =>
          isOpen ? this.#transport._emptyQueue() : this.#retry(),
        ),
      wait,
    )
  }

  #retry(): void {
    this.#isTroubled = true
    this.#tryAgain()
  }

  #limitHandshake(): void {
    const transport = this.#transport
    const connect = transport.connect.bind(transport)
    transport.connect = (url, done) => {
      connect(url, done)
      const socket = transport._ws
      const timer = setTimeout(() => socket?.terminate(), HANDSHAKE)
      for (const event of ['open', 'close', 'error']) socket?.once(event, () => clearTimeout(timer))
    }
  }

  #watchSilence(): void {
    const transport = this.#transport
    const beat = transport._heartbeat.bind(transport)
    // PM2 binds its own before this one is there, which goes on sending pings.
    setInterval(() => {
      if (!transport.isConnected()) return
      beat()
      if (monotonic() - this.#heardAt > SILENCE) transport._ws?.terminate()
    }, 10_000)
  }

  /** A message that is not as PM2's agent wants it must not end the agent. */
  #readSafely(): void {
    const transport = this.#transport
    const read = transport._onMessage.bind(transport)
    transport._onMessage = (data) => {
      try {
        read(withParameters(data))
      } catch (error) {
        this.#tell({ standing: 'nonsense', why: reason(error) })
      }
    }
  }

  #noticeEnds(): void {
    const transport = this.#transport
    const { _onClose: onClose, _onError: onError } = transport
    transport._onClose = (code, text) => {
      this.#onEnd(`code ${code}`)
      onClose.call(transport, code, text)
    }
    transport._onError = (error) => {
      this.#onEnd(reason(error))
      onError.call(transport, error)
    }
  }
}

/** PM2's agent takes it for granted that an action has parameters. */
function withParameters(data: unknown): unknown {
  const message = JSON.parse(String(data)) as {
    channel?: unknown
    payload?: { parameters?: unknown }
  } | null
  if (
    typeof message?.channel !== 'string' ||
    typeof message.payload !== 'object' ||
    message.payload === null
  )
    throw new Error('it has no channel or no payload')
  if (message.channel !== 'trigger:pm2:action') return data
  const { parameters } = message.payload
  return JSON.stringify({
    ...message,
    payload: {
      ...message.payload,
      parameters: typeof parameters === 'object' && parameters !== null ? parameters : {},
    },
  })
}
