import { warn } from '../runtime-error.js'
import { dynoOutput } from '../outlet.js'
import { monotonic } from '../../lib/monotonic.js'
import type { StandingMessage } from './messages.js'

type Standing = StandingMessage['standing']

/**
 * ms in which a trouble of the same kind is not told again, though its reason reads differently.
 */
const SAME_TROUBLE = 300_000

const GOES_ON = 'the app runs on without it'

/** How the dashboard stands to this dyno, as one line in the log for each change. */
export class News {
  readonly #host: string
  readonly #machine: string
  readonly #isOver: () => boolean
  #last: { standing: Standing; why: string | undefined; at: number } | undefined

  /** @param isOver whether it is news no more: a dyno that stops is of no interest to it */
  constructor(host: string, machine: string, isOver: () => boolean = () => false) {
    this.#host = host
    this.#machine = machine
    this.#isOver = isOver
  }

  tell(standing: Standing, why?: string): void {
    const last = this.#last
    const isSame =
      last?.standing === standing &&
      (standing === 'connected' || last.why === why || monotonic() - last.at < SAME_TROUBLE)
    if (isSame || this.#isOver()) return
    this.#last = { standing, why, at: monotonic() }
    if (standing === 'connected')
      dynoOutput.out.write(
        `shipit: PM2's dashboard at ${this.#host} shows this dyno as ${this.#machine}\n`,
      )
    else warn(this.#trouble(standing, why ?? 'unknown'))
  }

  #trouble(standing: Exclude<Standing, 'connected'>, why: string): string {
    const dashboard = `PM2's dashboard at ${this.#host}`
    switch (standing) {
      case 'refused':
        return (
          `${dashboard} does not accept the app's keys: ${why}; ${GOES_ON} (\`shipit keys ` +
          `test\` asks again)`
        )
      case 'disabled':
        return `${dashboard} does not let this dyno connect: ${why}; ${GOES_ON}`
      case 'unreachable':
        return `${dashboard} cannot be reached: ${why}; ${GOES_ON}, and its agent tries again`
      case 'closes':
        return (
          `${dashboard} closes the connection again and again: ${why}; ${GOES_ON}, and its ` +
          'agent tries again'
        )
      case 'nonsense':
        return `${dashboard} sent a message that its agent cannot read: ${why}; it is ignored`
      case 'failed':
        return `PM2's dashboard agent ended: ${why}; ${GOES_ON}, and it is started again`
    }
  }
}
