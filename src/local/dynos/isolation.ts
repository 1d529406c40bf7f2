import { execFile } from 'node:child_process'
import path from 'node:path'

/**
 * Runs as sh -c with the state folder, the dyno's own folder, the folder of Node.js versions, its
 * working folder, user and group, and the command. The state folder is hidden under an empty one,
 * in which the dyno finds its own folder and Node.js alone. Both are held by descriptors meanwhile.
 * In the second user namespace nothing can undo that: it does not own the mounts, and no process
 * outside of it can be looked into (user_namespaces(7), ptrace(2)).
 */
const HIDE = `
set -e
exec 8<"$2"
[ ! -d "$3" ] || exec 9<"$3"
mount -t tmpfs -o size=256k,mode=0755 tmpfs "$1"
mkdir -p "$2"
mount --no-canonicalize --bind /proc/self/fd/8 "$2"
exec 8<&-
if [ -e /proc/self/fd/9 ]; then
  mkdir -p "$3"
  mount --no-canonicalize --bind /proc/self/fd/9 "$3"
  exec 9<&-
fi
mount -o remount,ro tmpfs "$1"
cd "$4"
user=$5 group=$6
shift 6
exec unshare --user --map-user="$user" --map-group="$group" -- "$@"
`

/** ms that the probe may take. */
const PROBE_TIMEOUT = 10_000

interface Hidden {
  /** The state folder of the platform, with its tokens and every app's config vars. */
  root: string
  /** What Node.js versions are kept in; within it. */
  nodes: string
}

/**
 * The command that runs `command` in `cwd` with nothing of the state folder but `dir` to be seen.
 */
export type Isolate = (command: readonly string[], place: { dir: string; cwd: string }) => string[]

/** How, or why not. */
export type Isolation = { isolate: Isolate; why?: undefined } | { isolate?: undefined; why: string }

const isolateBy =
  ({ root, nodes }: Hidden): Isolate =>
  (command, { dir, cwd }) => [
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--',
    'sh',
    '-c',
    HIDE,
    'dyno',
    root,
    dir,
    nodes,
    cwd,
    String(process.getuid!()),
    String(process.getgid!()),
    ...command,
  ]

/**
 * How dynos are kept from the state folder and from other processes' environments: by namespaces,
 * if this is Linux, util-linux is there and users may make them. They may not in many containers,
 * and by default not on Ubuntu 24.04: `why` says then what failed.
 * @param folders of the platform, which are there
 */
export async function findIsolation(folders: {
  root: string
  dynos: string
  caches: string
}): Promise<Isolation> {
  if (process.platform !== 'linux') return { why: 'only Linux has namespaces' }
  if (process.env.SHIPIT_LOCAL_ISOLATION === 'false')
    return { why: 'SHIPIT_LOCAL_ISOLATION turns it off' }
  const isolate = isolateBy({ root: folders.root, nodes: path.join(folders.caches, 'node') })
  // Of the state folder the dynos are left, and Node.js.
  const test =
    '[ -d "$2" ] && case "$(ls "$1" | tr "\\n" " ")" in "dynos "|"caches dynos ") ;; *) exit ' +
    '1;; esac'
  const [program, ...args] = isolate(['sh', '-c', test, 'probe', folders.root, folders.dynos], {
    dir: folders.dynos,
    cwd: folders.dynos,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      execFile(program!, args, { timeout: PROBE_TIMEOUT }, (error) =>
        error ? reject(error) : resolve(),
      )
    })
    return { isolate }
  } catch (error) {
    return { why: (error as Error).message.trim() }
  }
}
