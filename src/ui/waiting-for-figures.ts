import type { Dyno } from '../heroku/index.js'
import { writeErr } from '../lib/terminal.js'

/** One line on stderr, so that nobody takes the wait for a hang. @param most ms */
export function waitingForFigures(missing: readonly Dyno[], most: number): void {
  const names =
    missing.length > 3 ? `${missing.length} dynos` : missing.map(({ name }) => name).join(', ')
  writeErr(
    `The log is so busy that its recent lines hold no figures of ${names}: waiting up to ` +
      `${Math.round(most / 1000)} s for the next ones.\n`,
  )
}
