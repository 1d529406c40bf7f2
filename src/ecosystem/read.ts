import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { placeProblem } from './problem.js'
import { formatOf } from './names.js'
import { readContents } from './shape.js'
import { fileProblem, noPlace, type Source } from './source.js'
import type { Ecosystem, EcosystemFormat } from './types.js'
import type { EvaluateOptions } from './evaluate.js'

export interface ReadOptions extends EvaluateOptions {
  /**
   * Reads YAML sooner and in less memory than the library that knows places; throws, or gives
   * undefined, for what it would read otherwise.
   * A file that gives any cause for complaint is read again by that library.
   */
  quickYaml?: (text: string) => unknown
}

const LARGEST_FILE = 1024 * 1024

/**
 * Reads and checks an ecosystem file. Whatever is wrong with it, a missing file included, is in
 * `problems`; nothing is thrown for it.
 * A .js, .cjs or .mjs file runs in a child process: `timeout` in milliseconds (10,000), `env` for
 * variables that it shall see.
 */
export async function readEcosystem(file: string, options: ReadOptions = {}): Promise<Ecosystem> {
  const absolute = path.resolve(file)
  const format = formatOf(absolute)
  if (format === undefined) return checked(absolute, format, unknownFormat(absolute))
  const text = readText(absolute)
  if (typeof text !== 'string') return checked(absolute, format, text)
  const quick =
    format === 'js'
      ? undefined
      : readQuickly(text, format === 'yml' ? options.quickYaml : JSON.parse)
  const read = quick && checked(absolute, format, quick)
  if (read && read.problems.length === 0) return read
  const source = await parse(absolute, text, format, options)
  return checked(absolute, 'isCode' in source ? 'js' : format, source)
}

/** What a source says, checked. */
export function checked(
  file: string,
  format: EcosystemFormat | undefined,
  source: Source,
): Ecosystem {
  if (!('data' in source))
    return {
      file,
      format: format ?? 'js',
      apps: [],
      deploy: {},
      sshTargets: [],
      problems: source.problems,
    }
  const { problems: unplaced, ...contents } = readContents(source.data, {
    isPackageJson: path.basename(file) === 'package.json',
  })
  const problems = unplaced.map((problem) => placeProblem(problem, source.locate))
  return {
    file,
    format: format ?? 'js',
    ...contents,
    problems: [...(source.problems ?? []), ...problems].sort(byPlace),
  }
}

function byPlace(
  a: { line?: number; column?: number },
  b: { line?: number; column?: number },
): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

export function unknownFormat(file: string): Source {
  const isScript = /\.[cm]?js$/.test(file)
  const suggestion = isScript
    ? `call it ${path.basename(file).replace(/\.([cm]?js)$/, '.config.$1')}`
    : 'PM2 reads .yml, .yaml, .json and .config.js'
  return { problems: [fileProblem('not the name of an ecosystem file', { suggestion })] }
}

/** Read at once: it is small, and fs/promises costs a dyno half a megabyte. */
function readText(file: string): string | Source {
  try {
    const found = statSync(file)
    if (!found.isFile()) return { problems: [fileProblem('is not a file')] }
    if (found.size > LARGEST_FILE)
      return { problems: [fileProblem(`is larger than ${LARGEST_FILE / 1024 / 1024} MB`)] }
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    return { problems: [fileProblem(unreadable(error as NodeJS.ErrnoException))] }
  }
}

function readQuickly(
  text: string,
  parseText: ((text: string) => unknown) | undefined,
): Source | undefined {
  try {
    const data = parseText?.(text)
    return data === undefined ? undefined : { data, locate: noPlace }
  } catch {
    // What is wrong is found, with its place, by the reading that follows.
    return undefined
  }
}

/** Each format's library is loaded only for a file of that format. */
async function parse(
  file: string,
  text: string,
  format: EcosystemFormat,
  options: ReadOptions,
): Promise<Source> {
  if (format === 'yml') return (await import('./yaml.js')).readYaml(text)
  if (format === 'json') return parseJson(file, text, options)
  if (text.trim() === '') return { problems: [fileProblem('the file is empty')] }
  return (await import('./evaluate.js')).evaluate(file, options)
}

/**
 * PM2 evaluates JSON as JavaScript (Common.parseConfig): what is no literal runs as a .js file
 * does.
 */
async function parseJson(file: string, text: string, options: ReadOptions): Promise<Source> {
  const read = (await import('./json.js')).readJson(text)
  if ('data' in read) return read
  const source = await (await import('./evaluate.js')).evaluate(file, options, 'expression')
  const [problem] = source.problems ?? []
  // What is no JavaScript either is told with the place and the words of JSON.
  if (problem?.message.startsWith('not JavaScript')) return read
  if (problem?.message.startsWith('threw ReferenceError'))
    return { problems: [{ ...problem, suggestion: 'text needs quotes' }], isCode: true }
  return { ...source, isCode: true }
}

function unreadable(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'there is no such file'
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'may not be read: permission denied'
  return `cannot be read: ${error.message}`
}
