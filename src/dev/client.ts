import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import {
  parseAnswer,
  requestLine,
  type DevAnswer,
  type DevDone,
  type DevInstance,
  type DevLine,
  type DevRefusal,
  type DevRequest,
  type DevSession,
} from '../runtime/dev-protocol.js'
import { ShipitError } from '../errors.js'
import { unknownName } from '../lib/nearest.js'
import type { RunningSession } from './sessions.js'

export interface DevState {
  session: DevSession
  instances: DevInstance[]
  lines: DevLine[]
}

/** ms that a session which has just begun may take to be reached, and between two tries. */
const BEGINS = 10_000
const TRY_EVERY = 50

/** Speaks to one running `shipit dev`. */
export class DevClient {
  constructor(readonly running: RunningSession) {}

  /** What runs, and the last lines. */
  async look(): Promise<DevState> {
    for await (const answer of this.#ask({ verb: 'look' })) if ('session' in answer) return answer
    throw this.#ended()
  }

  /**
   * The same, and then what comes, until `signal` is aborted. Throws ShipitError `network` when the
   * session ends.
   */
  async *follow(signal: AbortSignal): AsyncGenerator<DevAnswer, void, undefined> {
    yield* this.#ask({ verb: 'follow' }, signal)
    if (!signal.aborted) throw this.#ended()
  }

  /**
   * Has it done. Throws ShipitError `usage`, `not_found` or `refused` in the session's own words.
   * `signal` ends the wait, not the work.
   */
  async do(
    request: Exclude<DevRequest, { verb: 'look' | 'follow' }>,
    signal?: AbortSignal,
  ): Promise<DevDone> {
    for await (const answer of this.#ask(request, signal)) {
      if ('done' in answer) return answer.done
      if ('refused' in answer) throw refusal(answer.refused, request.name)
    }
    throw signal?.aborted ? signal.reason : this.#ended()
  }

  async *#ask(
    request: DevRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<DevAnswer, void, undefined> {
    const socket = await this.#connect()
    const leave = () => void socket.destroy()
    signal?.addEventListener('abort', leave)
    try {
      socket.write(requestLine(request))
      let text = ''
      for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (text + chunk).split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) {
          const answer = parseAnswer(line)
          if (answer !== undefined) yield answer
        }
      }
    } catch (error) {
      if (!signal?.aborted && !BROKEN.includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error
    } finally {
      signal?.removeEventListener('abort', leave)
      socket.destroy()
    }
  }

  /** A session is known a moment before its runtime listens. */
  async #connect(): Promise<net.Socket> {
    const deadline = performance.now() + BEGINS
    for (;;) {
      const socket = net.connect(this.running.socket)
      const error = await new Promise<NodeJS.ErrnoException | undefined>(
        (resolve) => void socket.once('connect', () => resolve(undefined)).once('error', resolve),
      )
      if (error === undefined) return socket
      if (performance.now() > deadline) {
        throw new ShipitError('network', {
          message:
            `\`shipit dev\` in ${this.running.folder} (pid ${this.running.pid}) does not ` +
            'answer.',
          why: `Its runtime may be older than this shipit, or still be starting: ${error.message}`,
          next:
            'shipit init and npm install bring the runtime of this shipit; then start shipit ' +
            'dev again.',
        })
      }
      await delay(TRY_EVERY)
    }
  }

  #ended(): ShipitError {
    return new ShipitError('network', {
      message: `\`shipit dev\` in ${this.running.folder} has ended.`,
      next: 'Start it again: shipit dev',
    })
  }
}

const BROKEN = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

function refusal({ code, message, why, next, known }: DevRefusal, typed: string): ShipitError {
  const unknown = code === 'not_found' ? unknownName('app', typed, known ?? []) : undefined
  return new ShipitError(code, {
    message,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
    ...unknown,
  })
}
