import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EVALUATOR } from './evaluator.js'
import { placeProblem, warningAt, type Path } from './problem.js'
import { shownPath } from './shape.js'
import { fileProblem, noPlace, type Source } from './source.js'
import type { EcosystemProblem } from './types.js'

export interface EvaluateOptions {
  /** Milliseconds that the file may take; 10,000 if absent. */
  timeout?: number
  /**
   * Variables that the file sees besides those in PASSED_ON. None if absent: the user's secrets are
   * not the file's.
   */
  env?: Record<string, string | undefined>
}

/**
 * What a file needs in order to run: where programs and the home folder are, the language, Node's
 * mode.
 */
const PASSED_ON = [
  'PATH',
  'HOME',
  'NODE_ENV',
  'TMPDIR',
  'TZ',
  'LANG',
  'SystemRoot',
  'USERPROFILE',
  'TEMP',
]

const LARGEST_ANSWER = 1024 * 1024
const LARGEST_STDERR = 16 * 1024
const HEAP_MB = 256
/** From the end of the process until what it wrote has been read. */
const ANSWER_TIMEOUT_MS = 1000

interface Answer {
  kind?: string
  data?: unknown
  lost?: [Path, string][]
  error?: { name: string; message: string; stack: string }
}

interface Ending {
  answer: string
  stderr: string
  /** Why the process is gone, if it did not end by itself. */
  stopped?: 'time' | 'size'
  code: number | null
  signal: NodeJS.Signals | null
}

/**
 * A `module` is a .js, .cjs or .mjs file and says what it exports; an `expression` is all of its
 * file, such as JSON with code in it.
 */
type Kind = 'module' | 'expression'

/**
 * Runs a file in a process of its own and takes what it says. Nothing that the file does throws
 * here.
 */
export async function evaluate(
  file: string,
  { timeout = 10_000, env = {} }: EvaluateOptions = {},
  kind: Kind = 'module',
): Promise<Source> {
  const ending = await run(file, timeout, env, kind)
  if (ending.stopped === 'size')
    return failure(`exports more than ${LARGEST_ANSWER / 1024 / 1024} MB`)
  if (!ending.answer.endsWith('\n')) return failure(...whyNothing(ending, timeout))
  const answer = parseAnswer(ending.answer)
  if (!answer) return failure('wrote to file descriptor 3, which shipit reads its exports from')
  if (answer.error) return { problems: [thrown(file, answer.error, ending.stderr)] }
  if (answer.kind !== 'object')
    return failure(
      `exports ${answer.kind === 'null' ? 'null' : `a ${answer.kind}`}, and not an object ` +
        'with apps',
    )
  return { data: answer.data, locate: noPlace, problems: lostProblems(answer) }
}

function run(
  file: string,
  timeout: number,
  env: Record<string, string | undefined>,
  kind: Kind,
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${HEAP_MB}`, '--input-type=module', '-', file, kind],
      {
        cwd: path.dirname(file),
        env: { ...Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])), ...env },
        // The file's own output goes nowhere; the answer has a pipe of its own.
        stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
        windowsHide: true,
        // A group of its own, so that what the file starts ends with it.
        detached: process.platform !== 'win32',
      },
    )
    const ending: Ending = { answer: '', stderr: '', code: null, signal: null }
    const stop = (why: Ending['stopped']): void => {
      if (why !== undefined) ending.stopped = why
      killGroup(child)
    }
    const timer = setTimeout(stop, timeout, 'time')
    // A child that is gone before it has read its program says so by its exit.
    child.stdin!.on('error', () => undefined)
    child.stdin!.end(EVALUATOR)
    const [, , stderr, answers] = child.stdio
    const answered = new Promise<void>((done) => {
      answers!
        .on('end', done)
        .on('close', done)
        .on('error', () => done())
      answers!.on('data', (chunk: Buffer) => {
        ending.answer += chunk.toString('latin1')
        if (ending.answer.endsWith('\n')) done()
        if (ending.answer.length > LARGEST_ANSWER) stop('size')
      })
    })
    stderr!.on('data', (chunk: Buffer) => {
      ending.stderr = (ending.stderr + chunk.toString('utf8')).slice(-LARGEST_STDERR)
    })
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    // Not `close`: a program that the file started and that has left the group may hold stderr and
    // the answers for as long as it likes.
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      killGroup(child)
      void Promise.race([answered, delay(ANSWER_TIMEOUT_MS)])
        .then(() => new Promise((drained) => setImmediate(drained)))
        .then(() => {
          for (const stream of child.stdio) stream?.destroy()
          resolve({
            ...ending,
            answer: Buffer.from(ending.answer, 'latin1').toString('utf8'),
            code,
            signal,
          })
        })
    })
  })
}

function parseAnswer(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    // Whatever it is, it is not what the evaluator writes, which the caller says.
    return undefined
  }
}

/** Ends a process and all that it started in its group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: none is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function whyNothing(
  { stopped, code, signal, stderr }: Ending,
  timeout: number,
): [string, { suggestion?: string }?] {
  if (stopped === 'time')
    return [
      `did not finish in ${timeout / 1000} s`,
      { suggestion: 'the file must export its apps without waiting for anything' },
    ]
  if (/heap out of memory/i.test(stderr)) return [`used more than ${HEAP_MB} MB of memory`]
  return [
    signal === null
      ? `ended its process with code ${code} before it exported anything`
      : `was ended by ${signal} before it exported anything`,
  ]
}

function failure(
  message: string,
  place?: { suggestion?: string },
): { problems: EcosystemProblem[] } {
  return { problems: [fileProblem(message, place)] }
}

/**
 * The first line of what was thrown, at the place in this file that threw it, if it was this file.
 */
function thrown(
  file: string,
  error: NonNullable<Answer['error']>,
  stderr: string,
): EcosystemProblem {
  const isSyntax = error.name === 'SyntaxError'
  const message = error.message.split('\n')[0]!
  const place = placeOf(file, error.stack) ?? placeOf(file, stderr) ?? {}
  // package.json says "type": "module", and the file is written for require.
  const isMisnamed = /^(module|exports|require) is not defined in ES module scope/.test(message)
  if (isMisnamed)
    return fileProblem(message.split(',')[0]!, {
      ...place,
      suggestion: `call it ${path.basename(file).replace(/\.js$/, '.cjs')}`,
    })
  const absent = absentPackage(message)
  if (absent !== undefined)
    return {
      ...fileProblem(`needs the package ${absent}, which is not installed`, {
        ...place,
        suggestion: 'install the dependencies of the project first',
      }),
      absentPackage: absent,
    }
  return fileProblem(
    isSyntax ? `not JavaScript: ${message}` : `threw ${error.name}: ${message}`,
    place,
  )
}

/**
 * The package of Node's words for one that it does not find; undefined for a file of the project's
 * own.
 */
function absentPackage(message: string): string | undefined {
  const [, name] = /^Cannot find (?:module|package) '([^']+)'/.exec(message) ?? []
  return name === undefined || /^(\.|\/|node:|[A-Za-z]:\\)/.test(name)
    ? undefined
    : /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]
}

function placeOf(file: string, stack: string): { line: number; column?: number } | undefined {
  const name = `(?:file://)?[^\\s()]*${path.basename(file).replaceAll(/[^\w]/g, String.raw`\$&`)}`
  const caret = new RegExp(`^${name}:(\\d+)\\n.*\\n(\\s*)\\^`, 'm').exec(stack)
  if (caret) return { line: Number(caret[1]), column: caret[2]!.length + 1 }
  const frame = new RegExp(`${name}:(\\d+):(\\d+)`).exec(stack)
  return frame ? { line: Number(frame[1]), column: Number(frame[2]) } : undefined
}

function lostProblems({ data, lost = [] }: Answer): EcosystemProblem[] {
  return lost.map(([at, what]) =>
    placeProblem(
      warningAt(shownPath(data, at), `is ${what}, which is no data, and is left out`),
      noPlace,
    ),
  )
}
