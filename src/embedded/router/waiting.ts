import type { Dynos } from '../store/types.js'

/**
 * Requests that are held until something changes among an app's dynos. One listener for all of
 * them.
 */
export class Waiting {
  private readonly byApp = new Map<string, Set<() => void>>()

  constructor(dynos: Dynos) {
    dynos.on('change', (appId) => {
      const waiting = this.byApp.get(appId)
      this.byApp.delete(appId)
      for (const wake of waiting ?? []) wake()
    })
  }

  /** Resolves at the next change, after `ms`, or when `signal` aborts. */
  forChange(appId: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      let waiting = this.byApp.get(appId)
      if (!waiting) this.byApp.set(appId, (waiting = new Set()))
      const set = waiting
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        set.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      signal.addEventListener('abort', wake)
      set.add(wake)
    })
  }
}
