import { writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The parent of the daemon: a shell, because it takes a megabyte where another Node.js would take
 * forty. It starts the daemon anew if that dies while it serves, which its pid in daemon.json tells
 * ("$1"): a start that fails, one that ends in order, which removes the file, and one that was told
 * to stop, whatever it then dies of, are not repeated. A daemon that dies six times, ten minutes
 * apart at most, is left to the next command.
 */
const SCRIPT =
  '\n' +
  'info=$1; shift; deaths=0; stopping="$(dirname "$info")/daemon.stopping"\n' +
  'export SHIPIT_LOCAL_SUPERVISED=1\n' +
  'while :; do\n' +
  '  began=$(date +%s)\n' +
  '  "$@" & pid=$!\n' +
  '  wait "$pid"; status=$?\n' +
  '  [ "$(cat "$stopping" 2>/dev/null)" != "$pid" ] || exit "$status"\n' +
  '  grep -q "\\"pid\\": $pid," "$info" 2>/dev/null || exit "$status"\n' +
  '  [ $(($(date +%s) - began)) -lt 600 ] || deaths=0\n' +
  '  deaths=$((deaths + 1))\n' +
  '  [ "$deaths" -le 5 ] || { echo "the embedded Heroku died $deaths times in a row and is not ' +
  'started again" >&2; exit "$status"; }\n' +
  '  export SHIPIT_LOCAL_RESTARTED="$status"\n' +
  '  sleep 1\n' +
  '  [ -f "$info" ] || exit "$status"\n' +
  '  [ "$(cat "$stopping" 2>/dev/null)" != "$pid" ] || exit "$status"\n' +
  'done\n'

/**
 * The command that runs `command` under a supervisor. @param infoFile the daemon's own daemon.json
 */
export const supervised = (infoFile: string, command: string[]): [string, string[]] => [
  '/bin/sh',
  ['-c', SCRIPT, 'shipit-supervisor', infoFile, ...command],
]

/**
 * Says that a daemon is to end and not to be started anew. Call it before it is told to stop.
 * @param root the platform's folder
 */
export const noteStop = (root: string, pid: number): void =>
  writeFileSync(path.join(root, 'daemon.stopping'), String(pid), { mode: 0o600 })
