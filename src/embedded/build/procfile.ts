import { procfileLines, readProcfile } from '../../project/procfile.js'
import { BuildFailure } from './failure.js'

/**
 * `<process type>: <command>` a line (devcenter: procfile); a later line of the same type wins.
 * Throws {@link BuildFailure} with the line's number.
 */
export function parseProcfile(text: string): Record<string, string> {
  const bad = procfileLines(text).find(({ entry }) => entry === undefined)
  if (bad)
    throw new BuildFailure(
      `Procfile, line ${bad.number}: this is not "<process type>: <command>".`,
      [bad.text.slice(0, 200)],
    )
  return Object.fromEntries(readProcfile(text).map(({ type, command }) => [type, command]))
}
