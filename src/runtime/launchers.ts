import { isRunning, placeOf } from './proc.js'

/** ms between polls. */
const POLL_MS = 500

/**
 * Calls `onGone` when a program that has started this one is gone: `npm start`, and a shell
 * between. A platform tells the processes that it finds; one that npm starts at that instant is
 * found by nobody, and would run on after npm has ended. Programs of another process group, such as
 * the dyno's own, are none of them.
 */
export function watchLaunchers(onGone: () => void): void {
  const own = placeOf(process.pid)
  if (!own || own.group === process.pid) return
  // The first of the group is the dyno's own program: if it is gone, it was told.
  if (!isRunning(own.group)) return void setImmediate(onGone)
  const launchers = [own.group]
  for (
    let pid = own.parent;
    pid > 1 && placeOf(pid)?.group === own.group;
    pid = placeOf(pid)?.parent ?? 0
  )
    launchers.push(pid)
  const timer = setInterval(() => {
    if (launchers.every((pid) => isRunning(pid))) return
    clearInterval(timer)
    onGone()
  }, POLL_MS).unref()
}
