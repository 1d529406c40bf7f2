import { execFile } from 'node:child_process'

/**
 * Runs as sh -c with the state folder, how many folders of it are shown (six at most) and which,
 * the working folder, user and group, and the command. The state folder is hidden under an empty
 * one, in which the command finds those folders alone; descriptors hold them meanwhile. If the state
 * folder is removed just then, so is the empty one: nothing is made by its full name, which would be
 * the state folder again. In the second user namespace nothing can undo that: it does not own the
 * mounts, and no process outside of it can be looked into (user_namespaces(7), ptrace(2)).
 */
const HIDE = `
set -e
root=$1 count=$2
shift 2
fd=3
for dir; do
  [ "$fd" -lt $((3 + count)) ] || break
  [ ! -d "$dir" ] || eval "exec $fd<\\"\\$dir\\""
  fd=$((fd + 1))
done
mount -t tmpfs -o size=256k,mode=0755 tmpfs "$root"
cd "$root"
fd=3
while [ "$count" -gt 0 ]; do
  if [ -e "/proc/self/fd/$fd" ]; then
    dir=\${1#"$root"/}
    mkdir -p "$dir"
    mount --no-canonicalize --bind "/proc/self/fd/$fd" "$dir"
    eval "exec $fd<&-"
  fi
  fd=$((fd + 1)) count=$((count - 1))
  shift
done
mount -o remount,ro tmpfs "$root"
cd "$1"
user=$2 group=$3
shift 3
exec unshare --user --map-user="$user" --map-group="$group" -- "$@"
`

/** ms that the probe may take. */
const PROBE_TIMEOUT = 10_000

/**
 * The command that runs `command` in `cwd` with nothing of the state folder but `dirs` to be seen,
 * those of them that are there.
 */
export type Isolate = (
  command: readonly string[],
  place: { dirs: readonly string[]; cwd: string },
) => string[]

/** How, or why not. */
export type Isolation = { isolate: Isolate; why?: undefined } | { isolate?: undefined; why: string }

const isolateBy =
  (root: string): Isolate =>
  (command, { dirs, cwd }) => [
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
    String(dirs.length),
    ...dirs,
    cwd,
    String(process.getuid!()),
    String(process.getgid!()),
    ...command,
  ]

/**
 * How dynos and builds are kept from the state folder and from other processes' environments: by namespaces,
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
  const isolate = isolateBy(folders.root)
  // Of the state folder the dynos are left.
  const test = '[ -d "$2" ] && [ "$(ls "$1")" = "$(basename "$2")" ]'
  const [program, ...args] = isolate(['sh', '-c', test, 'probe', folders.root, folders.dynos], {
    dirs: [folders.dynos],
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
