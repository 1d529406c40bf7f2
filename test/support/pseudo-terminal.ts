import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import { until } from '../../src/lib/until.js'
import { terminalPicture } from './terminal-picture.js'

const { Terminal } = createRequire(import.meta.url)(
  '@xterm/headless',
) as typeof import('@xterm/headless')

interface PtyOptions {
  columns: number
  rows: number
  cwd?: string
  env: NodeJS.ProcessEnv
}

/**
 * A program on a real pseudo-terminal (python's, which needs no native module), and the screen that
 * a user would see.
 */
export class PseudoTerminal {
  private readonly screen: InstanceType<typeof Terminal>
  private readonly child: ChildProcess
  /** All that the program wrote. */
  raw = ''
  /** Of the program itself. */
  readonly pid: Promise<number>
  readonly ended: Promise<number>

  constructor(program: string, args: readonly string[], { columns, rows, cwd, env }: PtyOptions) {
    this.screen = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 })
    this.child = spawn(
      'python3',
      [
        path.join(import.meta.dirname, 'on-terminal.py'),
        String(columns),
        String(rows),
        program,
        ...args,
      ],
      {
        env: { TERM: 'xterm-256color', SHIPIT_SKIP_UPDATE_CHECK: '1', ...env },
        stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
        ...(cwd === undefined ? {} : { cwd }),
      },
    )
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text
      this.screen.write(text)
    })
    const control = this.child.stdio[3] as Duplex
    this.pid = once(control, 'data').then(([data]) => Number(String(data)))
    this.ended = once(this.child, 'close').then(([code]) => code as number)
  }

  type(keys: string): void {
    this.child.stdin!.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.screen.resize(columns, rows)
    ;(this.child.stdio[3] as Duplex).write(`${columns} ${rows}\n`)
  }

  get lines(): string[] {
    const { active } = this.screen.buffer
    return Array.from({ length: this.screen.rows }, (_, row) =>
      active.getLine(row)!.translateToString(true),
    )
  }

  get text(): string {
    return this.lines.join('\n')
  }

  /** The screen as an SVG. */
  picture(title: string): string {
    const { buffer, cols: columns, rows } = this.screen
    return terminalPicture(buffer.active, { columns, rows, title })
  }

  get isAlternate(): boolean {
    return this.screen.buffer.active.type === 'alternate'
  }

  /** Waits until the screen has it; throws with the screen if it has not. */
  async shows(pattern: RegExp, timeout = 15_000): Promise<string> {
    if (await until(() => pattern.test(this.text), { timeout, every: 20 })) return this.text
    throw new Error(`The screen never had ${pattern}:\n${this.text}`)
  }

  /** Ends the program, should it still run, and answers with its status. */
  close(): Promise<number> {
    this.child.stdin!.end()
    return this.ended
  }
}
