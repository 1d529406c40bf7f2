import type { DynoState } from '../store/records.js'

/**
 * The platform's lines about a dyno, in Heroku's words (devcenter.heroku.com/articles/error-codes
 * and dyno-shutdown-behavior).
 */
export const messages = {
  starting: (command: string) => `Starting process with command \`${command}\``,
  state: (from: DynoState, to: DynoState | 'complete') => `State changed from ${from} to ${to}`,
  restarting: 'Restarting',
  awaitingClient: 'Awaiting client',
  stopping: (signal: 'SIGTERM' | 'SIGHUP') => `Stopping all processes with ${signal}`,
  sigkill: 'Stopping process with SIGKILL',
  sigkillRemaining: 'Stopping remaining processes with SIGKILL',
  exited: (status: number) => `Process exited with status ${status}`,
  bootTimeout: (ms: number) =>
    `Error R10 (Boot timeout) -> Web process failed to bind to $PORT within ${seconds(ms)} of ` +
    'launch',
  exitTimeout: (ms: number, signal: 'SIGTERM' | 'SIGHUP') =>
    `Error R12 (Exit timeout) -> At least one process failed to exit within ${seconds(ms)} of ` +
    `${signal}`,
  memory: (used: number, quota: number) =>
    `Process running mem=${Math.round(used)}M(${((100 * used) / quota).toFixed(1)}%)`,
  overQuota: 'Error R14 (Memory quota exceeded)',
  vastlyOverQuota: 'Error R15 (Memory quota vastly exceeded)',
  cycling: 'Cycling',
  preboot: (version: number, ms: number) =>
    `Preboot: requests switch to the web dynos of v${version} in ${seconds(ms)} (on Heroku in ` +
    'about 3 minutes)',
  notMeasured: (why: string) => `The dyno's memory could not be measured: ${why}`,
  otherPort: (ports: number[], port: number) =>
    `The app listens on port ${ports.join(', ')}, but $PORT is ${port}. Make it listen on ` +
    'process.env.PORT',
  nothingBound: (port: number) => `No process of this dyno listens on any port; $PORT is ${port}`,
  loopbackOnly: (host: string, port: number) =>
    `The app listens on ${host} alone, where Heroku's router cannot reach port ${port}: ` +
    'listen on 0.0.0.0 or ::, or name no host',
  openPorts: (ports: number[]) =>
    `Listens on port ${ports.join(', ')} for other machines too: here nothing keeps your ` +
    'network from it (shipit local status)',
  attachError: 'Error R13 (Attach error) -> Failed to attach to process',
  noTerminal: 'This machine has no script(1) of util-linux or BSD, so the dyno has no terminal',
  notStarted: (why: string) => `The dyno could not be started: ${why}`,
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} seconds`
}
