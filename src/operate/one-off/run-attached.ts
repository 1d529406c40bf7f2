import { ShipitError } from '../../errors.js'
import {
  attach,
  createDyno,
  exitStatusFromLog,
  stopDyno,
  withExitMarker,
  type Detached,
  type Dyno,
  type OneOffDyno,
  type PlatformApi,
} from '../../heroku/index.js'
import { signalStatus } from '../../lib/signals.js'
import { takeKeys } from './keys.js'
import { leaving, type Leaving } from './leaving.js'

interface RunOptions {
  /** No terminal in the dyno, even from one. */
  noTty: boolean
  /** The command's status is asked for. */
  exitCode: boolean
  /** Where the dyno's output goes. */
  output: NodeJS.WriteStream
  /** Told on the way, such as `up, run.1234`; nothing if it is undefined. */
  say: ((text: string) => void) | undefined
}

/** What a dyno whose client went away ends with. */
const HUNG_UP = signalStatus('SIGHUP')
/** What a shell has of a command that SIGPIPE ended. */
const READER_GONE = signalStatus('SIGPIPE')

/**
 * Runs a command in a one-off dyno with this process's input and output. Between two terminals the
 * keys go through as they are typed, Ctrl-C among them; else the dyno gets no terminal. Resolves
 * with its name and the command's status, 0 where that was not asked for. Whoever leaves by a
 * signal leaves no dyno behind.
 */
export async function runAttached(
  api: PlatformApi,
  app: string,
  wanted: Omit<OneOffDyno, 'attach' | 'force_no_tty'>,
  options: RunOptions,
): Promise<{ dyno: string; status: number }> {
  const { exitCode, output, say } = options
  const isTerminal = Boolean(process.stdin.isTTY && output.isTTY) && !options.noTty
  const size: Record<string, string> = isTerminal
    ? {
        TERM: process.env.TERM ?? 'xterm',
        COLUMNS: String(output.columns),
        LINES: String(output.rows),
      }
    : {}
  const command = exitCode ? withExitMarker(wanted.command) : wanted.command
  const leave = leaving(output)
  let dyno: Dyno | undefined
  try {
    say?.(`Running ${wanted.command} on ${app}... `)
    dyno = await createDyno(api, app, {
      ...wanted,
      command,
      attach: true,
      force_no_tty: !isTerminal,
      env: { ...size, ...wanted.env },
    }).catch((error: unknown) => {
      say?.('failed\n')
      throw error
    })
    const ended = await join(api, app, dyno, leave, isTerminal, options)
    leave.signal.throwIfAborted()
    return { dyno: dyno.name, status: exitCode ? await statusOf(api, app, dyno, ended) : 0 }
  } catch (error) {
    if (!leave.signal.aborted || dyno === undefined) throw error
    await stop(api, app, dyno.name)
    if (leave.status === undefined) return { dyno: dyno.name, status: READER_GONE }
    throw new ShipitError('interrupted', {
      message: `Left ${dyno.name} of ${app}; it was told to stop.`,
      exitCode: leave.status,
      cause: error,
    })
  } finally {
    leave.release()
  }
}

async function join(
  api: PlatformApi,
  app: string,
  dyno: Dyno,
  leave: Leaving,
  isTerminal: boolean,
  { output, say }: RunOptions,
): Promise<Detached> {
  const { stdin } = process
  if (!dyno.attach_url)
    throw new ShipitError('refused', {
      message: `${dyno.name} cannot be attached to.`,
      why: 'The platform named no place to meet it.',
      next: 'shipit run --detached',
    })
  if (!dyno.attach_url.startsWith('rendezvous:')) {
    // Fir and Shield meet over https and ssh
    // (devcenter.heroku.com/articles/one-off-dynos#shield-private-spaces), which Heroku's own CLI
    // speaks.
    await stop(api, app, dyno.name)
    throw new ShipitError('refused', {
      message: `${dyno.name} can only be attached to with Heroku's own CLI.`,
      why:
        `${app} is on Fir or in a Shield space, where one-off dynos are met over ` +
        `${new URL(dyno.attach_url).protocol.replace(':', '')}. The dyno was stopped again.`,
      next:
        `heroku run --app ${app} -- COMMAND\nOr without its output here: shipit run --detached ` +
        `--app ${app} -- COMMAND`,
      details: { app, dyno: dyno.name },
    })
  }
  let giveBack = () => {}
  try {
    return await attach({
      attachUrl: dyno.attach_url,
      isSecure: api.endpoint.apiUrl.startsWith('https:'),
      input: stdin,
      output,
      isTerminal,
      signal: leave.signal,
      onConnected: () => {
        say?.(`up, ${dyno.name}\n`)
        if (isTerminal) giveBack = takeKeys(stdin, leave.now)
      },
    })
  } catch (error) {
    say?.('failed\n')
    throw error
  } finally {
    giveBack()
    // An input that nobody ends must not keep us; a file has no unref.
    stdin.unref?.()
  }
}

async function statusOf(
  api: PlatformApi,
  app: string,
  dyno: Dyno,
  { status, isBroken }: Detached,
): Promise<number> {
  if (status !== undefined) return status
  // A command that ends its shell (exit, exec, a signal) says nothing itself.
  const logged = isBroken ? undefined : await exitStatusFromLog(api, app, dyno)
  if (logged !== undefined && logged !== HUNG_UP) return logged
  throw new ShipitError('network', {
    message: `The connection to ${dyno.name} of ${app} broke before the command told its exit status.`,
    why:
      'The platform hangs up on a dyno that has lost its client. What the command did until ' +
      'then is done.',
    next: `shipit logs --dyno ${dyno.name} --app ${app}`,
    details: { dyno: dyno.name },
  })
}

/** It is hung up with its client anyway; this ends one that does not mind. */
async function stop(api: PlatformApi, app: string, name: string): Promise<void> {
  try {
    await stopDyno(api, app, name)
  } catch (error) {
    if (!(error instanceof ShipitError && error.code === 'not_found')) throw error
  }
}
