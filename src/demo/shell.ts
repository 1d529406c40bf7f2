import { spawn } from 'node:child_process'
import path from 'node:path'
import pc from 'picocolors'
import { exitStatus } from '../lib/signals.js'
import { packageRoot } from '../paths.js'

interface Outcome {
  status: number
  stdout: string
  stderr: string
}

/** Types the user's own commands for them: prints each, runs it, and keeps what it printed. */
export class Shell {
  constructor(
    readonly cwd: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Runs a command and shows what it prints as it comes. */
  show(command: string): Promise<Outcome> {
    process.stdout.write(`\n${pc.bold(pc.cyan('$'))} ${pc.bold(command)}\n`)
    return this.#run(command, true)
  }

  /** Runs a command that only a check needs. */
  quiet(command: string): Promise<Outcome> {
    return this.#run(command, false)
  }

  /** What a `--json` command reports. */
  async json<T>(command: string): Promise<T> {
    const { stdout, stderr, status } = await this.quiet(command)
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr || stdout}`)
    return JSON.parse(stdout) as T
  }

  #run(command: string, isShown: boolean): Promise<Outcome> {
    const [program = '', ...args] = words(command)
    const [file, argv] =
      program === 'shipit'
        ? [process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...args]]
        : [program, args]
    return new Promise((resolve, reject) => {
      const child = spawn(file, argv, {
        cwd: this.cwd,
        env: this.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const outcome = { status: 0, stdout: '', stderr: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        outcome.stdout += text
        if (isShown) process.stdout.write(text)
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        outcome.stderr += text
        if (isShown) process.stdout.write(text)
      })
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ ...outcome, status: exitStatus(code, signal) }))
    })
  }
}

/** Words of a command line with double quotes and no other syntax: all that the demo types. */
function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}
