import type { Logplex, Store, StoredLogEntry } from '../store/types.js'

/** ms that lines are gathered for one request, and most lines of one. */
const BATCH = { every: 1_000, lines: 500 }
/** ms that a drain may take to accept a request. */
const ACCEPT_TIME = 10_000

/**
 * Sends each app's lines to its HTTP drains as Logplex does: POST, one syslog message a line in
 * octet-counting frames, the drain's token in its head
 * (devcenter.heroku.com/articles/log-drains#https-drains). What a drain does not take is dropped
 * and counted (L10) in the app's log.
 */
export function startDrains({ store, logplex }: { store: Store; logplex: Logplex }): {
  follow(appId: string): void
  close(): void
} {
  const following = new Map<string, () => void>()

  const follow = (appId: string): void => {
    const hasDrains = (store.find(appId)?.drains?.length ?? 0) > 0
    if (!hasDrains) {
      following.get(appId)?.()
      following.delete(appId)
      return
    }
    if (following.has(appId)) return
    let waiting: StoredLogEntry[] = []
    let dropped = 0
    const send = async () => {
      const lines = waiting
      waiting = []
      for (const { url, token } of lines.length > 0 ? (store.find(appId)?.drains ?? []) : []) {
        const response = await fetch(url, {
          method: 'POST',
          body: lines.map((line) => frame(line, token)).join(''),
          // An app's lines go where they were told to go, and nowhere else.
          redirect: 'manual',
          signal: AbortSignal.timeout(ACCEPT_TIME),
          headers: {
            'Content-Type': 'application/logplex-1',
            'Logplex-Msg-Count': String(lines.length),
            'Logplex-Drain-Token': token,
            'User-Agent': 'Logplex/v72',
          },
        }).catch((error: Error) => error)
        if (!(response instanceof Error) && response.ok) continue
        logplex.append(appId, {
          time: Date.now(),
          source: 'heroku',
          dyno: 'logplex',
          message:
            `Error L10 (output buffer overflow): drain '${token}' dropped ` +
            `${lines.length + dropped} messages since ` +
            `${new Date(lines[0]!.time).toISOString()}.`,
        })
      }
      dropped = 0
    }
    const timer = setInterval(() => void send(), BATCH.every).unref()
    const end = logplex.subscribe(appId, (line) => {
      if (line.dyno === 'logplex') return
      if (waiting.length < BATCH.lines) waiting.push(line)
      else dropped += 1
    })
    following.set(appId, () => {
      clearInterval(timer)
      end()
    })
  }

  for (const { id } of store.list()) follow(id)
  return {
    follow,
    close() {
      for (const end of following.values()) end()
      following.clear()
    },
  }
}

/** `<40>1 TIME host APP-OR-HEROKU PROCESS - MESSAGE`, preceded by its length in bytes. */
function frame({ time, source, dyno, message }: StoredLogEntry, token: string): string {
  const line =
    `<${source === 'app' ? 190 : 158}>1 ${new Date(time).toISOString().slice(0, -1)}000+00:00 ` +
    `${token} ${source} ${dyno} - ${message}\n`
  return `${Buffer.byteLength(line)} ${line}`
}
