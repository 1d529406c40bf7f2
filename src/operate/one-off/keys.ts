import type { ReadStream } from 'node:tty'
import { monotonic } from '../../lib/monotonic.js'

/**
 * Presses of Ctrl-C within a second that leave a dyno which does not mind them, as in Heroku's own
 * CLI.
 */
const WAY_OUT = 4
const CTRL_C = 0x03

/**
 * Puts the terminal into raw mode, so that every key goes to the dyno. Answers with what gives it
 * back, which a process that ends does as well.
 */
export function takeKeys(terminal: ReadStream, leave: () => void): () => void {
  let presses: number[] = []
  const watch = (keys: Buffer) => {
    const now = monotonic()
    const count = Buffer.from(keys).filter((key) => key === CTRL_C).length
    presses = [...presses.filter((time) => time > now - 1000), ...Array<number>(count).fill(now)]
    if (presses.length >= WAY_OUT) leave()
  }
  const restore = () => {
    terminal.setRawMode(false)
  }
  // Of a terminal that has closed nothing can be had or given back; its SIGHUP says so.
  terminal.on('error', () => {})
  terminal.setRawMode(true)
  terminal.on('data', watch)
  process.once('exit', restore)
  return () => {
    terminal.off('data', watch)
    process.off('exit', restore)
    restore()
  }
}
