import { monotonic } from '../lib/monotonic.js'
import { warn } from './runtime-error.js'
import type { God } from './god.js'
import type { Instance, Instances } from './instances.js'

interface ReloadSettings {
  god: God
  instances: Instances
  /** Whether the dyno holds a successor of the instance beside it. */
  hasRoom(instance: Instance): boolean
  isStopping(): boolean
}

/**
 * ms that a reload waits for the successor of an instance that listens, if the file has no
 * listen_timeout: Heroku's own limit for a boot. PM2's 3 s, which hold for one that never listened,
 * would end the old one before.
 */
const LISTEN = 60_000
/** How often a restarted instance is looked at. */
const POLL_MS = 25

/** Reloads, of which one runs at a time. */
export class Reloads {
  readonly #settings: ReloadSettings
  readonly #inTurn: (work: () => Promise<void>) => Promise<void>
  #isRunning = false

  /**
   * `inTurn`: runs work when other changes to the instances are done, and not at all once the dyno
   * stops.
   */
  constructor(settings: ReloadSettings, inTurn: (work: () => Promise<void>) => Promise<void>) {
    this.#settings = settings
    this.#inTurn = inTurn
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /**
   * Replaces instances one after another. Ignored while a reload is running. Resolves with the
   * error that ended it, if any.
   */
  async reload(instances: Instance[]): Promise<unknown> {
    if (this.#settings.isStopping() || this.#isRunning) return undefined
    this.#isRunning = true
    let error: unknown
    await this.#inTurn(async () => void (error = await reloadAll(this.#settings, instances)))
    this.#isRunning = false
    if (error && !this.#settings.isStopping())
      warn(`the reload was not finished: ${error instanceof Error ? error.message : String(error)}`)
    return error
  }
}

/**
 * `pm2 reload all`: one instance after the other, those that wait for a restart left out. Resolves
 * with the first error, which ends it.
 */
async function reloadAll(settings: ReloadSettings, instances: Instance[]): Promise<unknown> {
  for (const instance of instances) {
    if (instance.hasEnded) continue
    const error = await (goesFirst(settings, instance)
      ? restart(settings, instance)
      : reload(settings.god, instance))
    if (error) return error
  }
  return undefined
}

/**
 * Whether an instance has to go before its successor comes: two would be too many for the dyno, and
 * others serve meanwhile.
 */
function goesFirst({ instances, hasRoom }: ReloadSettings, instance: Instance): boolean {
  const others = instances.of(instance.app).filter((one) => one !== instance && one.isListening)
  return instance.app.isCluster && others.length > 0 && !hasRoom(instance)
}

/**
 * PM2's reload of one instance: in cluster mode its successor listens before it is told to go; else
 * a restart. Resolves with the error, if any.
 */
function reload(god: God, instance: Instance): Promise<unknown> {
  return new Promise((resolve) =>
    god.reloadProcessId({ id: Number(instance.keeper.pm2_env.pm_id) }, resolve),
  )
}

/**
 * The instance answers what it has under way and ends, then its successor starts. Resolves when
 * that listens, as the one before did, with the error if any.
 */
async function restart(
  { god, instances, isStopping }: ReloadSettings,
  { app, keeper, isListening: wasListening }: Instance,
): Promise<unknown> {
  const id = Number(keeper.pm2_env.pm_id)
  const error = await new Promise<unknown>((resolve) => god.restartProcessId({ id }, resolve))
  const deadline = monotonic() + (wasListening ? LISTEN : 0)
  const isListening = () =>
    instances.of(app).some((one) => one.keeper.pm2_env.pm_id === id && one.isListening)
  while (!error && !isStopping() && !isListening() && monotonic() < deadline)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  return error
}

/**
 * An instance has come to listen on one more port. Node tells God of ports that instances share;
 * not of those that one has for itself, or that a process which it started listens on. A successor
 * serves once it listens on as many as the instance that it replaces.
 */
export function tellOfPort(instance: Instance, instances: Instances): void {
  const { app, keeper, ports } = instance
  // With wait_ready it is also when an instance counts as online though it has not said so.
  if (!keeper.pm2_env.wait_ready) keeper.pm2_env.listen_timeout ??= LISTEN
  const old = instances
    .of(app)
    .find((one) => one.keeper.pm2_env.pm_id === `_old_${keeper.pm2_env.pm_id}`)
  if (!old || ports.size >= old.ports.size) keeper.emit('listening')
}
