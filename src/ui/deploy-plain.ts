import type { DeployEvent, DeployEvents } from '../deploy/index.js'
import { elapsed } from './deploy-words.js'
import { printable } from './printable.js'

const INDENT = '       '

/** A deploy's events as plain lines in the style of a Heroku build: for pipes, CI and `--json` (then on stderr). */
export function plainDeploy(stream: { write: (text: string) => unknown }): DeployEvents {
  return (event) => { stream.write(lineOf(event)) }
}

function lineOf(event: DeployEvent): string {
  switch (event.type) {
    case 'started': return `-----> ${printable(event.title)}\n`
    case 'line': return `${INDENT}${printable(event.text)}`.trimEnd() + '\n'
    case 'finished': return `${INDENT}Done in ${elapsed(event.ms)}${event.detail ? `: ${printable(event.detail)}` : ''}\n`
    case 'failed': return ` !     ${printable(event.title)} failed after ${elapsed(event.ms)}: ${printable(event.message)}\n`
    case 'skipped': return `-----> Skipping ${event.step}: ${printable(event.reason)}\n`
  }
}
