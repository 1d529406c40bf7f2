/**
 * The proof of who answers: dynos of two releases share their names, so each boot of the runtime
 * has an id of its own. It stands in the app's log and, if a request asks for it, in the
 * answer's headers. The id is random and says nothing of the app.
 */

/** The header of a request that asks, whatever its value. */
export const PROBE_HEADER = 'x-shipit-probe'
/** The header of the answer, which holds the id. */
export const BOOT_HEADER = 'x-shipit-boot'

/** Where the supervisor leaves it for its instances and for what they start. */
export const BOOT_ID_VAR = 'SHIPIT_BOOT_ID'

const half = (): string =>
  Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')

/**
 * 24 hexadecimal digits. Not of node:crypto, which a runtime would load for this alone: it has to
 * be unlike others and keeps no secret.
 */
export const newBootId = (): string => half() + half()

/** The first line of a dyno. */
export const bootIdLine = (source: string, id: string): string =>
  `shipit source=${source} event=boot id=${id}\n`
