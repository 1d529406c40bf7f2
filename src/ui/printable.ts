/* eslint-disable no-control-regex -- control bytes are what this file is about */
import { inert, isGithubActions } from './workflow-commands.js'

// CSI, OSC, DCS and the like, then any single escape, then control bytes except tab and line feed.
const SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/** Text that came from elsewhere (an app's log, a platform's message), made safe to print: no byte of it can steer the terminal, nor a CI that reads commands in a log. */
export function printable(text: string): string {
  const clean = text.replace(SEQUENCES, '')
  return isGithubActions() ? inert(clean) : clean
}

/** JSON in one line, with the control bytes that JSON leaves as they are (C1) escaped too. */
export function printableJson(data: unknown): string {
  return JSON.stringify(data).replace(/[\x7f-\x9f]/g, (byte) => `\\u00${byte.charCodeAt(0).toString(16)}`)
}
