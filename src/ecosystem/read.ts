import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { toProblem } from './finding.js'
import { readJson } from './json.js'
import { readContents } from './shape.js'
import { fileProblem, type Source } from './source.js'
import type { Ecosystem, EcosystemFormat } from './types.js'
import { readYaml } from './yaml.js'
import type { EvaluateOptions } from './evaluate.js'

export type ReadOptions = EvaluateOptions

const LARGEST_FILE = 1024 * 1024

/**
 * Reads and checks an ecosystem file. Whatever is wrong with it, a missing file included, is in `problems`; nothing is thrown for it.
 * A .js, .cjs or .mjs file runs in a child process: `timeout` in milliseconds (10,000), `env` for variables that it shall see.
 */
export async function readEcosystem(file: string, options: ReadOptions = {}): Promise<Ecosystem> {
  const absolute = path.resolve(file)
  const format = formatOf(absolute)
  return checked(absolute, format, format === undefined ? unknownFormat(absolute) : await readSource(absolute, format, options))
}

/** Reads YAML or JSON that is at hand as text, such as a file as it is in a commit. `file` gives its format and its name. */
export function readEcosystemText(text: string, file: string): Ecosystem {
  const absolute = path.resolve(file)
  const format = formatOf(absolute)
  return checked(absolute, format, format === 'yml' || format === 'json' ? readText(text, format) : unknownFormat(absolute))
}

function checked(file: string, format: EcosystemFormat | undefined, source: Source): Ecosystem {
  if (!('data' in source)) return { file, format: format ?? 'js', apps: [], deploy: {}, sshTargets: [], problems: source.problems }
  const { findings, ...contents } = readContents(source.data, { isPackageJson: path.basename(file) === 'package.json' })
  const problems = findings.map((finding) => toProblem(finding, source.locate))
  return { file, format: format ?? 'js', ...contents, problems: [...(source.problems ?? []), ...problems].sort(byPlace) }
}

function byPlace(a: { line?: number; column?: number }, b: { line?: number; column?: number }): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

/** PM2 takes JavaScript for configuration where the name ends in .config.js, .config.cjs or .config.mjs (lib/Common.js). */
export function formatOf(file: string): EcosystemFormat | undefined {
  if (/\.ya?ml$/.test(file)) return 'yml'
  if (/\.json5?$/.test(file)) return 'json'
  return /\.config\.[cm]?js$/.test(file) ? 'js' : undefined
}

function unknownFormat(file: string): Source {
  const isScript = /\.[cm]?js$/.test(file)
  const suggestion = isScript ? `call it ${path.basename(file).replace(/\.([cm]?js)$/, '.config.$1')}` : 'PM2 reads .yml, .yaml, .json and .config.js'
  return { problems: [fileProblem('not the name of an ecosystem file', { suggestion })] }
}

async function readSource(file: string, format: EcosystemFormat, options: ReadOptions): Promise<Source> {
  try {
    const found = await stat(file)
    if (!found.isFile()) return { problems: [fileProblem('is not a file')] }
    if (found.size > LARGEST_FILE) return { problems: [fileProblem(`is larger than ${LARGEST_FILE / 1024 / 1024} MB`)] }
    if (format !== 'js') return readText(await readFile(file, 'utf8'), format)
    if ((await readFile(file, 'utf8')).trim() === '') return { problems: [fileProblem('the file is empty')] }
  } catch (error) {
    return { problems: [fileProblem(unreadable(error as NodeJS.ErrnoException))] }
  }
  const { evaluate } = await import('./evaluate.js')
  return evaluate(file, options)
}

function unreadable(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'there is no such file'
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'may not be read: permission denied'
  return `cannot be read: ${error.message}`
}

function readText(text: string, format: 'yml' | 'json'): Source {
  const bare = text.replace(/^\uFEFF/, '')
  return format === 'yml' ? readYaml(bare) : readJson(bare)
}
