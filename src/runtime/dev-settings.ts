import type { DevSession } from './dev-protocol.js'

/** How `shipit dev` tells the runtime, by this variable, that it is one. No app sees it. */
export const DEV_VARIABLE = 'SHIPIT_DEV'

export interface DevSettings {
  /** Where other terminals speak to it. */
  socket: string
  session: DevSession
}

/**
 * What the variable holds: `{"socket": path, "line": ["app.js", "-i", "2"]}`. Undefined if it is
 * not set, and in a dyno. Throws for anything else.
 */
export function devSettings(env: NodeJS.ProcessEnv): DevSettings | undefined {
  const text = env[DEV_VARIABLE]
  if (!text) return undefined
  const { socket, line } = JSON.parse(text) as { socket: unknown; line: unknown }
  if (typeof socket !== 'string' || !Array.isArray(line))
    throw new Error(`${DEV_VARIABLE} is for \`shipit dev\` alone`)
  return {
    socket,
    session: {
      folder: process.cwd(),
      pid: process.pid,
      startedAt: Date.now(),
      port: Number(env.PORT) || null,
      line: line.map(String),
    },
  }
}
