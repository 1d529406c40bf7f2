/** What the agent's process and the supervisor say to each other, over the agent's IPC channel. */

/** How the agent stands with the dashboard. `why` never holds a key. */
export interface StandingMessage {
  standing: 'connected' | 'refused' | 'disabled' | 'unreachable' | 'closes' | 'nonsense' | 'failed'
  why?: string
}

/** The dashboard wants another number of instances: `3`, `+1`, `-2`. */
export interface ScaleMessage {
  scale: { id: number; name: string; number: string }
}

export type AgentMessage = StandingMessage | ScaleMessage

/** `error` says why an app was not scaled. */
export interface ScaledMessage {
  scaled: { id: number; error?: string }
}
