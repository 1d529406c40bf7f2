import { parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser'
import { ShipitError } from '../../errors.js'
import type { FolderView } from '../folder.js'

export interface PackageJson {
  name?: string
  type?: string
  main?: string
  bin?: string | Record<string, string>
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  engines: Record<string, string>
  packageManager?: string
  workspaces?: unknown
  /** What npm hands to scripts as $npm_package_config_NAME. */
  config?: Record<string, string>
}

/** Characters. npm's own largest are some ten thousand. */
const LARGEST = 10_000_000

/**
 * package.json as far as init needs it. Throws `project` if it is missing or not valid JSON,
 * with the line and column.
 */
export function readPackageJson(folder: FolderView): PackageJson {
  const text = folder.read('package.json')
  if (text === undefined) {
    throw new ShipitError('project', {
      message: `There is no package.json in ${folder.name}.`,
      why: 'shipit sets up Node.js apps, and Heroku knows one by its package.json.',
      next: "Run `npm init` there first, or name the app's folder: shipit init DIR",
    })
  }
  if (text.length > LARGEST)
    throw new ShipitError('project', {
      message: `package.json is larger than ${LARGEST / 1e6} MB.`,
      why: 'No package manager writes one of that size.',
      next: 'Look at what is in it, and run the command again.',
    })
  const data = parseStrictly(text)
  return {
    ...strings(data, 'name', 'type', 'main', 'packageManager'),
    ...(typeof data['bin'] === 'string'
      ? { bin: data['bin'] }
      : isObject(data['bin'])
        ? { bin: stringMap(data['bin']) }
        : {}),
    scripts: stringMap(data['scripts']),
    dependencies: stringMap(data['dependencies']),
    devDependencies: stringMap(data['devDependencies']),
    engines: stringMap(data['engines']),
    workspaces: data['workspaces'],
    ...(isObject(data['config']) ? { config: stringMap(data['config']) } : {}),
  }
}

function parseStrictly(text: string): Record<string, unknown> {
  let data: unknown
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (cause) {
    const { line, column, problem } = firstProblem(text)
    throw new ShipitError('project', {
      message: `package.json is not valid JSON: line ${line}, column ${column}.`,
      why: problem,
      next: 'Fix it there and run the command again.',
      details: { file: 'package.json', line, column },
      cause,
    })
  }
  if (isObject(data)) return data
  throw new ShipitError('project', {
    message: 'package.json does not hold an object.',
    next: 'Make a new one with `npm init`.',
  })
}

function firstProblem(text: string): { line: number; column: number; problem: string } {
  const errors: ParseError[] = []
  try {
    parseTree(text, errors, {
      disallowComments: true,
      allowTrailingComma: false,
      allowEmptyContent: false,
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { line: 1, column: 1, problem: 'it is nested too deeply.' }
  }
  const first = errors[0]
  const before = text.slice(0, first?.offset ?? text.length).split(/\r\n|\r|\n/)
  const words = first
    ? printParseErrorCode(first.error)
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase()
    : 'unexpected text'
  return { line: before.length, column: before.at(-1)!.length + 1, problem: `JSON: ${words}.` }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function strings<Name extends string>(
  data: Record<string, unknown>,
  ...names: Name[]
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) if (typeof data[name] === 'string') found[name] = data[name]
  return found
}

/**
 * The entries that are text. Without a prototype: a script that a command calls `constructor` is
 * none of JavaScript's own.
 */
function stringMap(value: unknown): Record<string, string> {
  const map = Object.create(null) as Record<string, string>
  if (!isObject(value)) return map
  for (const [name, each] of Object.entries(value)) if (typeof each === 'string') map[name] = each
  return map
}
