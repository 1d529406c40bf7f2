import { createInterface } from 'node:readline'
import { PassThrough, Readable } from 'node:stream'
import { ShipitError } from '../../errors.js'
import {
  attach,
  createDyno,
  exitStatusFromLog,
  stopDyno,
  withExitMarker,
  type PlatformApi,
} from '../../heroku/index.js'

interface Listener {
  /** Told each line of its output, as the dyno printed it. */
  line: (text: string) => void
  signal: AbortSignal
}

/**
 * Runs a command in a one-off dyno that gets no input, to its end. Whoever aborts leaves no dyno
 * behind.
 * @throws ShipitError `refused` where it cannot be listened to (Fir), `network` where the connection
 *   broke before its exit status was known, and the signal's reason
 */
export async function runLines(
  api: PlatformApi,
  app: string,
  { command, size }: { command: string; size?: string | undefined },
  { line, signal }: Listener,
): Promise<{ dyno: string; status: number }> {
  signal.throwIfAborted()
  const dyno = await createDyno(api, app, {
    command: withExitMarker(command),
    attach: true,
    force_no_tty: true,
    ...(size === undefined ? {} : { size }),
  })
  const output = new PassThrough()
  const lines = createInterface({ input: output }).on('line', line)
  const isRead = new Promise<void>((resolve) => lines.once('close', resolve))
  let isOver = false
  try {
    if (!dyno.attach_url?.startsWith('rendezvous:')) throw unheard(dyno.name, app, command)
    const { status, isBroken } = await attach({
      attachUrl: dyno.attach_url,
      isSecure: api.endpoint.apiUrl.startsWith('https:'),
      input: Readable.from([]),
      output,
      isTerminal: false,
      signal,
    })
    const known = status ?? (isBroken ? undefined : await exitStatusFromLog(api, app, dyno))
    isOver = known !== undefined
    if (known === undefined) throw broken(dyno.name, app)
    return { dyno: dyno.name, status: known }
  } finally {
    output.end()
    await isRead
    if (!isOver) await stopDyno(api, app, dyno.name).catch(unlessGone)
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ShipitError && error.code === 'not_found')) throw error
}

/** https://devcenter.heroku.com/articles/one-off-dynos#shield-private-spaces */
const unheard = (dyno: string, app: string, command: string) =>
  new ShipitError('refused', {
    message: `${dyno} of ${app} cannot be listened to, and was stopped again.`,
    why: "Apps on Fir and in Shield spaces are attached to with Heroku's own CLI alone.",
    next: `heroku run --app ${app} -- ${command}`,
    details: { app, dyno },
  })

const broken = (dyno: string, app: string) =>
  new ShipitError('network', {
    message: `The connection to ${dyno} of ${app} broke before the command told its exit status.`,
    next: `shipit logs --dyno ${dyno} --app ${app}`,
    details: { app, dyno },
  })
