/** Servers of add-ons that a killed daemon left: each has a file that names its process. */
import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { beganAt, isAlive, type Holder } from '../../lib/process-lock.js'
import { until } from '../../lib/until.js'
import { signalProcess } from '../dynos/processes.js'

export interface ServerFile extends Holder {
  /** What asks it to end, with its data safe. */
  signal: NodeJS.Signals
}

/** ms that a server may take to write its data; then it is killed. */
const END_TIME = 20_000
const POLL = 20

const PID_FILE = 'server.json'

export async function noteServer(
  folder: string,
  pid: number,
  signal: NodeJS.Signals,
): Promise<void> {
  const began = await beganAt(pid)
  // It has ended already.
  if (began === undefined) return
  const holder: ServerFile = { pid, began, signal }
  await writeFileAtomic(path.join(folder, PID_FILE), JSON.stringify(holder), { mode: 0o600 })
}

export const forgetServer = (folder: string): Promise<void> =>
  rm(path.join(folder, PID_FILE), { force: true })

/** Ends the server whose data is in a folder, if one runs; by pid and start time, never by name. */
export async function endServer(folder: string): Promise<void> {
  const text = await readFile(path.join(folder, PID_FILE), 'utf8').catch(ifMissing)
  if (text === undefined) return
  const server = parse(text)
  if (server && (await isAlive(server))) {
    signalProcess(server.pid, server.signal)
    const hasEnded = await until(async () => !(await isAlive(server)), {
      timeout: END_TIME,
      every: POLL,
    })
    if (!hasEnded) {
      signalProcess(server.pid, 'SIGKILL')
      await until(async () => !(await isAlive(server)), { timeout: END_TIME, every: POLL })
    }
  }
  await forgetServer(folder)
}

/** All of a platform's. @param addons its folder of add-ons */
export async function endLeftServers(addons: string): Promise<void> {
  const names = (await readdir(addons).catch(ifMissing)) ?? []
  await Promise.all(names.map((name) => endServer(path.join(addons, name))))
}

/** After a power cut the file may be there without its content: nobody's. */
function parse(text: string): ServerFile | undefined {
  try {
    return JSON.parse(text) as ServerFile
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const ifMissing = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return undefined
  throw error
}
