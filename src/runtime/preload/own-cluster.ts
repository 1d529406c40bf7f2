import cluster, { type Worker } from 'node:cluster'
import type { Listeners } from '../listeners.js'
import { monotonic } from '../../lib/monotonic.js'
import type { Children } from './children.js'

/** ms that an app which stops its workers itself has for it. */
const OWN_WAY = 500

/** Loaded if there may be workers: not in an instance in cluster mode, which is one itself. */
const listenersOf = () => require('../listeners.js') as typeof import('../listeners.js')

/**
 * The workers of an app that is its own node:cluster primary, and the ports that it holds for them.
 */
export class OwnCluster {
  readonly #listeners: Listeners | undefined = cluster.isPrimary
    ? new (listenersOf().Listeners)()
    : undefined
  readonly #children: Children

  constructor(children: Children) {
    this.#children = children
  }

  get hasWorkers(): boolean {
    return this.#workers.length > 0
  }

  /**
   * Closes the ports, then lets the workers end and waits for them, until `deadline`. Workers that
   * the app starts meanwhile serve nothing.
   */
  async stop(deadline: number): Promise<void> {
    if (!this.hasWorkers) return
    this.#children.holdsBack = true
    await this.#listeners?.close()
    const workers = this.#workers
    for (const worker of workers) worker.process.kill('SIGINT')
    while (monotonic() < deadline && workers.some(isAlive))
      await new Promise((resolve) => setTimeout(resolve, 10))
  }

  /**
   * An app with its own handler may count on a terminal's signal, which reaches its workers too;
   * they take none twice.
   */
  tellLater(): void {
    const workers = this.#workers
    setTimeout(() => {
      for (const worker of workers) if (isAlive(worker)) worker.process.kill('SIGINT')
    }, OWN_WAY).unref()
  }

  get #workers(): Worker[] {
    return cluster.isPrimary
      ? Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
      : []
  }
}

function isAlive(worker: Worker): boolean {
  return worker.process.exitCode === null && worker.process.signalCode === null
}
