import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { rmSync } from 'node:fs'
import { digits } from './home.js'
import type { ReportMessage } from './preload/report.js'
import { addressOf } from './socket-name.js'

const LINUX = process.platform === 'linux'
/** Characters of what a process may say in one line. */
const LONGEST = 65_536

/**
 * Where the processes that instances start report to: they have no IPC channel to the supervisor. A
 * socket without a file on Linux, which leaves nothing behind. Opened when the first instance has
 * started a process.
 */
export class TreeChannel {
  /** As a mark names it; `@` stands for the zero byte of a socket without a file. */
  readonly name = LINUX ? `@${ownName()}` : path.join(os.tmpdir(), ownName())
  readonly #onReport: (mark: string, pid: number, message: ReportMessage) => void
  readonly #onGone: (mark: string, pid: number) => void
  #server: net.Server | undefined

  constructor(
    onReport: (mark: string, pid: number, message: ReportMessage) => void,
    onGone: (mark: string, pid: number) => void,
  ) {
    this.#onReport = onReport
    this.#onGone = onGone
  }

  open(): void {
    if (this.#server) return
    this.#server = net.createServer((socket) => this.#read(socket)).listen(addressOf(this.name))
    // Without it the processes stop and serve all the same; what they report is missing.
    this.#server.on('error', () => undefined).unref()
    if (!LINUX) process.once('exit', () => rmSync(this.name, { force: true }))
  }

  /** Lines of JSON, the first of which says who speaks. */
  #read(socket: net.Socket): void {
    let who: { mark: string; pid: number } | undefined
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n')
      text = lines.pop() as string
      if (text.length > LONGEST) return void socket.destroy()
      for (const line of lines) {
        const said = parse(line)
        if (!said) return void socket.destroy()
        if (who) this.#onReport(who.mark, who.pid, said as unknown as ReportMessage)
        else who = { mark: String(said.mark), pid: Number(said.pid) }
      }
    })
    socket.on('error', () => undefined)
    socket.once('close', () => who && this.#onGone(who.mark, who.pid))
    socket.unref()
  }
}

const ownName = (): string => `shipit-${process.pid}-${digits(12)}`

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
