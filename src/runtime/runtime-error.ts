import { dynoOutput } from './outlet.js'

/**
 * What ends the start of a dyno: told as one paragraph, without a stack. The process exits with
 * `exitCode`.
 */
export class RuntimeError extends Error {
  constructor(
    message: string,
    readonly why?: string,
    readonly next?: string,
    readonly exitCode = 1,
  ) {
    super(message)
    this.name = 'RuntimeError'
  }

  /** The paragraph as it goes to stderr. */
  override toString(): string {
    return (
      [`shipit: ${this.message}`, this.why, this.next && `→ ${this.next}`]
        .filter(Boolean)
        .join('\n  ') + '\n'
    )
  }
}

/** What goes on in spite of something, as one line on stderr. */
export function warn(text: string): void {
  dynoOutput.err.write(`shipit: warning: ${text}\n`)
}
