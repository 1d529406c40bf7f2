import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser'
import * as v from 'valibot'
import { errorAt, placeProblem, type Locate, type UnplacedProblem } from '../ecosystem/problem.js'
import { fileProblem, placeAt } from '../ecosystem/source.js'
import { withEnvironment } from './environment.js'
import { APP_JSON, type Written } from './schema.js'
import type { ReadAppJson } from './types.js'
import { unknownKeys } from './unknown-keys.js'

/**
 * Reads app.json. What is wrong has its line and column; values are not repeated, since they may be
 * secret.
 */
export function readAppJson(text: string): ReadAppJson {
  if (text.trim() === '') return { of: unusable, problems: [fileProblem('the file is empty')] }
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false })
  const [fault] = errors
  if (fault || tree === undefined) {
    const what = `not JSON${fault ? `: ${wordsOf(fault)}` : ''}`
    return { of: unusable, problems: [fileProblem(what, placeAt(text, fault?.offset ?? 0))] }
  }
  const data: unknown = getNodeValue(tree)
  const { issues = [] } = v.safeParse(APP_JSON, data)
  const unplaced = [...issues.map(problemOf), ...names(data), ...unknownKeys(data)]
  const locate = locateIn(tree, text)
  return {
    of:
      issues.length > 0 ? unusable : (environment) => withEnvironment(data as Written, environment),
    problems: unplaced
      .map((problem) => placeProblem(problem, locate))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
  }
}

function unusable(): never {
  throw new Error('an app.json with errors is not used')
}

/** PropertyNameExpected: "property name expected" */
const wordsOf = ({ error }: ParseError): string =>
  printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()

/** Of a path that is not in the text, the nearest thing around it. */
function locateIn(tree: Node, text: string): Locate {
  return (path, at) => {
    let segments = [...path]
    let node = findNodeAtLocation(tree, segments)
    while (!node && segments.length > 0) {
      segments = segments.slice(0, -1)
      node = findNodeAtLocation(tree, segments)
    }
    const found = at === 'key' && node?.parent?.type === 'property' ? node.parent : node
    return placeAt(text, (found ?? tree).offset)
  }
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  Object: 'an object',
  Array: 'a list',
}

function problemOf(issue: v.BaseIssue<unknown>): UnplacedProblem {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  if (issue.received === 'undefined') return errorAt(path.slice(0, -1), `has no ${path.at(-1)}`)
  const isOwnWord = /^(?:must|is) /.test(issue.message)
  return errorAt(
    path,
    isOwnWord
      ? issue.message
      : `must be ${TYPES[issue.expected ?? ''] ?? 'text, a number, true or false'}`,
    issue.expected === 'string' && /^(number|boolean)$/.test(typeof issue.input)
      ? 'put it in quotes'
      : undefined,
  )
}

/** Names of config vars that the platform would not take, or that would do nothing. */
function names(data: unknown): UnplacedProblem[] {
  const { env, environments } = (data ?? {}) as Partial<Written>
  const within = (at: string[], part: unknown) =>
    Object.keys(isObject(part) ? part : {}).flatMap((name) =>
      name === 'PORT' || name === 'DYNO'
        ? [errorAt([...at, name], 'cannot be a config var: each dyno gets its own')]
        : /^[A-Za-z_]\w*$/.test(name)
          ? []
          : [errorAt([...at, name], 'is not the name of a config var')],
    )
  return [
    ...within(['env'], env),
    ...Object.entries(isObject(environments) ? environments : {}).flatMap(([name, one]) =>
      within(['environments', name, 'env'], isObject(one) ? one['env'] : undefined),
    ),
  ]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
