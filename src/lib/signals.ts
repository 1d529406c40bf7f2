import { constants } from 'node:os'

/** What stops a command: Ctrl-C, SIGTERM and a closed terminal. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

/** The exit status that a shell reports of a process that this signal ended: 128+n. */
export const signalStatus = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

/** The exit status of a child as a shell reports it, of what its `exit` event tells. */
export const exitStatus = (code: number | null, signal: NodeJS.Signals | null): number =>
  signal === null ? (code ?? 0) : signalStatus(signal)
