import { inspect } from 'node:util'
import type { ReportMessage } from './report.js'

type Described = NonNullable<ReportMessage['exception']>

/** Characters of each text. */
const LONGEST = 4000

/**
 * Tells the supervisor of an error that nobody caught. Listening here changes nothing of what
 * becomes of it: Node prints it and ends, or the app's own handler has it.
 */
export function reportUncaught(send: (message: ReportMessage) => void): void {
  process.on('uncaughtExceptionMonitor', (thrown: unknown) =>
    send({ shipit: 'exception', exception: described(thrown) }),
  )
}

function described(thrown: unknown): Described {
  try {
    if (!(thrown instanceof Error))
      return { name: 'Thrown', message: cut(inspect(thrown, { depth: 0 })), stack: '' }
    return {
      name: cut(String(thrown.name)),
      message: cut(String(thrown.message)),
      stack: cut(String(thrown.stack)),
    }
  } catch {
    // A getter of the app's own object throws: what was thrown still ends the process, and Node
    // still prints it.
    return { name: 'Thrown', message: 'what was thrown cannot be described', stack: '' }
  }
}

const cut = (text: string): string => text.slice(0, LONGEST)
