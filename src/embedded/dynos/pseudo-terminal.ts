import { execFile } from 'node:child_process'

/** Which script(1) there is: that of util-linux, or BSD's, which macOS has. */
export type TerminalMaker = 'util-linux' | 'bsd'

let found: Promise<TerminalMaker | undefined> | undefined

/**
 * Node.js makes no pseudo-terminals; script(1) does, and is on every Linux and macOS that people
 * work on. Undefined if there is none that will do.
 */
export function terminalMaker(): Promise<TerminalMaker | undefined> {
  return (found ??= new Promise((resolve) => {
    execFile('script', ['--version'], { timeout: 5_000 }, (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`
      if (said.includes('util-linux')) resolve('util-linux')
      else
        resolve(
          (error as NodeJS.ErrnoException | null)?.code === 'ENOENT' || /busybox/i.test(said)
            ? undefined
            : 'bsd',
        )
    })
  }))
}

/** Of the terminal, before the command is there to see it. */
const SIZE = 'stty rows "${LINES:-24}" cols "${COLUMNS:-80}" 2>/dev/null'

/**
 * The end of a dyno's launch script, with the command in `$2` and a {@link TerminalMaker} in `$3`:
 * execs script(1) over the command. BSD's wants a true pipe as its input, where Node.js gives a
 * socket.
 */
export const ON_TERMINAL =
  '\n' +
  'if [ "$3" = util-linux ]; then\n' +
  '  export SHELL="$BASH"\n' +
  `  exec script --quiet --return --flush --command '${SIZE}; exec bash -c -- '"$(printf %q ` +
  '"$2")" /dev/null\n' +
  'fi\n' +
  'if [ "$3" = bsd ]; then\n' +
  `  exec script -q /dev/null bash -c '${SIZE}; exec bash -c -- "$0"' "$2" < <(cat)\n` +
  'fi\n'
