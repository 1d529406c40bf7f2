import type { Dynos } from '../store/types.js'
import type { DynoConnection } from './dyno-connection.js'

/**
 * Connections to dynos that wait for their next request, the one used last first
 * (devcenter.heroku.com/articles/http-routing#keepalives). A connection ends by itself after its
 * idle time, and here when its dyno gets no more requests.
 */
export class Pool {
  /** By app, then by dyno. */
  private readonly apps = new Map<string, Map<string, DynoConnection[]>>()

  constructor(private readonly dynos: Dynos) {
    dynos.on('change', this.onChange)
  }

  take(appId: string, dynoId: string): DynoConnection | undefined {
    const waiting = this.apps.get(appId)?.get(dynoId)
    for (let connection = waiting?.pop(); connection; connection = waiting?.pop()) {
      if (connection.isOpen) return connection
    }
    return undefined
  }

  put(appId: string, connection: DynoConnection): void {
    const { id } = connection.target
    if (!this.dynos.webTargets(appId).some((target) => target.id === id)) {
      connection.destroy()
      return
    }
    let app = this.apps.get(appId)
    if (!app) this.apps.set(appId, (app = new Map()))
    const waiting = app.get(id)
    if (waiting) waiting.push(connection)
    else app.set(id, [connection])
  }

  close(): void {
    this.dynos.off('change', this.onChange)
    for (const app of this.apps.values())
      for (const waiting of app.values()) for (const connection of waiting) connection.destroy()
    this.apps.clear()
  }

  private readonly onChange = (appId: string): void => {
    const app = this.apps.get(appId)
    if (!app) return
    const open = new Set(this.dynos.webTargets(appId).map(({ id }) => id))
    for (const [id, waiting] of app) {
      if (open.has(id)) continue
      for (const connection of waiting) connection.destroy()
      app.delete(id)
    }
    if (app.size === 0) this.apps.delete(appId)
  }
}
