import { monotonic } from '../lib/monotonic.js'
import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'
import { isRunning, signal, type Process } from './proc.js'
import { treeOf, type Tree } from './tree.js'

/** ms between polls at what has not ended yet. A look reads the whole process table. */
const POLL_MS = 50
/**
 * An instance that serves nothing itself and is still there after this, in ms, may be waiting for
 * what it has started.
 */
const NUDGE = 1000
/** ms that a killed process may take to be gone. */
const LAST = 2000
/**
 * ms that the processes of an instance have which ended by itself: its successor waits for them.
 */
const LEFT_BEHIND = 3000

/**
 * Asks an instance to stop and waits until its whole tree is gone; SIGKILL when `within` ms are
 * over. Asked again it answers with the same wait.
 * Node gets SIGINT, which is PM2's word and which the preload takes as it takes SIGTERM, and so
 * does every process of its tree that listens; the others stay for the requests in flight, and get
 * SIGTERM once those that serve are gone. Another interpreter gets SIGTERM and, as a shell would
 * only wait for what it runs, so does all that it has started. `treekill: false` leaves the tree
 * alone.
 */
export function stopInstance(instance: Instance, within: number): Promise<void> {
  if (instance.hasEnded) return instance.stopped ?? Promise.resolve()
  // Here, where each stop that is asked for begins: by the time of the exit God has given it its
  // next status.
  instance.wasAsked = true
  instance.stopped ??= stop(instance, monotonic() + within)
  return instance.stopped
}

/**
 * Ends what an instance that ended by itself has left, politely at first; undefined if it left
 * nothing. A shell may die of the platform's signal before this process has its own: then its tree
 * has the time of any stop.
 */
export function endLeftBehind(
  instance: Instance,
  isStopping: () => boolean,
): Promise<void> | undefined {
  if (!ownsTree(instance) || treeOf(instance).length === 0) return undefined
  const begun = monotonic()
  const { killTimeout } = instance.app
  return endRest(
    instance,
    () => begun + (isStopping() ? killTimeout : Math.min(LEFT_BEHIND, killTimeout)),
    new Set(),
  )
}

/** Replaces God's kill, which polls ten times a second and says "failed to kill" each time. */
export function installStop(god: God, instances: Instances): void {
  god.killProcess = (pid, env, callback) => {
    const instance = instances.withPid(Number(pid))
    if (!instance) return callback(null, true)
    void stopInstance(instance, Number(env.kill_timeout)).then(() => callback(null, true))
  }
}

/**
 * From now on God starts nothing: neither what waits for its restart, nor by cron, memory or a
 * changed file.
 */
export function forgetRestarts(god: God): void {
  god.pm2_being_killed = true
  god.Worker.stop()
  for (const keeper of Object.values(god.clusters_db))
    clearTimeout(keeper?.pm2_env.restart_task as NodeJS.Timeout | undefined)
}

async function stop(instance: Instance, deadline: number): Promise<void> {
  const told = new Set<number>([instance.pid])
  const ended = new Promise<void>((resolve) => instance.keeper.once('exit', () => resolve()))
  tell(instance)
  if (!ownsTree(instance)) return untilAlone(instance, ended, deadline)
  if (!instance.app.interpreter.isNode) tellAll(treeOf(instance), told)
  // A worker of the app's own cluster is told by its primary, which closes the port first.
  else if (!isToldByMessage(instance))
    tellAll(
      treeOf(instance).filter(({ pid }) => instance.servers.get(pid)?.isWorker === false),
      told,
      'SIGINT',
    )
  await untilServed(instance, ended, deadline, told)
  await endRest(instance, () => deadline, told)
  if (!instance.hasEnded) await Promise.race([ended, pause(LAST)])
}

function tell({ app, keeper, pid }: Instance): void {
  if (app.options.shutdown_with_message === true && keeper.send) keeper.send('shutdown')
  else signal(pid, app.interpreter.isNode ? 'SIGINT' : 'SIGTERM')
}

/** Until the instance and all that serves requests beside it have ended. */
async function untilServed(
  instance: Instance,
  ended: Promise<void>,
  deadline: number,
  told: Set<number>,
): Promise<void> {
  let nudge =
    instance.servers.has(instance.pid) || isToldByMessage(instance) ? Infinity : monotonic() + NUDGE
  const isServing = () =>
    !instance.hasEnded ||
    [...instance.servers].some(
      ([pid, { isWorker }]) => !isWorker && told.has(pid) && isRunning(pid),
    )
  while (isServing() && monotonic() < deadline) {
    await (instance.hasEnded
      ? pause(POLL_MS)
      : Promise.race([ended, pause(Math.min(POLL_MS, deadline - monotonic()))]))
    if (monotonic() < nudge || instance.hasEnded) continue
    nudge = monotonic() + NUDGE
    const members = treeOf(instance)
    tellAll(
      members.filter((one) => !isAbove(one, instance, members)),
      told,
    )
  }
}

/**
 * Whether a process has one that serves among those that it has started: a shell that waits for it
 * would give up its wait.
 */
function isAbove(process: Process, { servers }: Instance, members: Process[]): boolean {
  return members.some(
    (one) =>
      one.parent === process.pid &&
      (servers.has(one.pid) || isAbove(one, { servers } as Instance, members)),
  )
}

/**
 * Until nothing is left of the tree: SIGTERM to whoever was not told yet, SIGKILL at the deadline.
 */
async function endRest(tree: Tree, deadline: () => number, told: Set<number>): Promise<void> {
  for (
    let members = treeOf(tree);
    members.length > 0 && monotonic() < deadline() + LAST;
    members = treeOf(tree)
  ) {
    if (monotonic() < deadline()) tellAll(members, told)
    else for (const { pid } of members) signal(pid, 'SIGKILL')
    await pause(POLL_MS)
  }
}

async function untilAlone(
  { pid }: Instance,
  ended: Promise<void>,
  deadline: number,
): Promise<void> {
  const timer = setTimeout(() => signal(pid, 'SIGKILL'), deadline - monotonic())
  await ended
  clearTimeout(timer)
}

function tellAll(members: Process[], told: Set<number>, name: NodeJS.Signals = 'SIGTERM'): void {
  for (const { pid } of members) {
    if (told.has(pid)) continue
    told.add(pid)
    signal(pid, name)
  }
}

function ownsTree({ app }: Instance): boolean {
  return app.options.treekill !== false && app.options.treekill !== 'false'
}

function isToldByMessage({ app }: Instance): boolean {
  return app.options.shutdown_with_message === true
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
