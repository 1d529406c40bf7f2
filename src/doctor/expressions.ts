/**
 * What an expression comes to, as far as it is written out in the app's own files: enough to tell a
 * port or a host that is fixed.
 */

import path from 'node:path/posix'
import { insideFolder, resolveFile } from '../init/detect/resolve-file.js'
import { isObject } from '../init/detect/package-json.js'
import type { FolderView } from '../init/folder.js'
import { lockJson } from './lock-entries.js'
import { withoutComments } from './source-text.js'
import { bare, splitAt, expressionAt } from './expression-text.js'

/** `env`: a variable of the environment decides, `otherwise` if it is not set. */
export type Value =
  | { kind: 'fixed'; text: string }
  | { kind: 'env'; names: string[]; otherwise?: string }
  | { kind: 'unknown' }

/** Where an expression stands. */
export interface Scope {
  file: string
  text: string
  folder: FolderView
}

const UNKNOWN: Value = { kind: 'unknown' }

const DEEPEST = 12

const NAME = /^[A-Za-z_$][\w$]*$/

const CHAIN = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/

/** Follows names to their declarations, to other files, and into objects and JSON. */
export function valueOf(written: string, scope: Scope, depth = 0): Value {
  const expression = bare(written)
  if (depth > DEEPEST || expression === '') return UNKNOWN
  if (/^(\d[\d_]*|(['"`])[^'"`$]*\2)$/.test(expression))
    return {
      kind: 'fixed',
      text: expression.replace(/^['"`]|['"`]$/g, '').replace(/(?<=\d)_(?=\d)/g, ''),
    }
  const [condition, ...rest] = splitAt(expression, /^\?(?![.?])/)
  if (rest.length > 0)
    return together(
      splitAt(rest.join('?'), /^:/).map((branch) => valueOf(branch, scope, depth + 1)),
      condition,
    )
  const choices = splitAt(expression, /^(\|\||\?\?)/)
  if (choices.length > 1) return inTurn(choices.map((choice) => valueOf(choice, scope, depth + 1)))
  const [, variable] =
    /^process\??\.env(?:\??\.|\[['"])([A-Za-z_]\w*)(?:['"]\])?$/.exec(expression) ?? []
  if (variable !== undefined) return { kind: 'env', names: [variable] }
  if (NAME.test(expression)) return named(expression, scope, depth)
  if (CHAIN.test(expression)) return member(expression.split(/\??\./), scope, depth)
  return call(expression, scope, depth)
}

/** `a || b`: a variable first, else what follows. */
function inTurn(values: Value[]): Value {
  const [first, ...rest] = values
  if (!first || first.kind === 'unknown')
    return values.find(({ kind }) => kind === 'env') ?? UNKNOWN
  if (first.kind === 'fixed') return first
  const next = rest.length === 0 ? undefined : inTurn(rest)
  if (next?.kind === 'fixed') return { ...first, otherwise: next.text }
  return next?.kind === 'env'
    ? {
        kind: 'env',
        names: [...first.names, ...next.names],
        ...(next.otherwise === undefined ? {} : { otherwise: next.otherwise }),
      }
    : first
}

/** Branches of a condition, or several assignments: fixed only if all are the same. */
function together(values: Value[], condition = ''): Value {
  const variable = values.find(({ kind }) => kind === 'env')
  if (variable) return variable
  const [first] = values
  const isSame =
    first?.kind === 'fixed' &&
    values.every((value) => value.kind === 'fixed' && value.text === first.text)
  if (isSame) return first
  return /\bPORT\b/.test(condition) ? { kind: 'env', names: ['PORT'] } : UNKNOWN
}

function named(name: string, scope: Scope, depth: number): Value {
  const safe = name.replaceAll('$', '\\$')
  // A parameter of that name hides what is declared outside.
  if (
    new RegExp(
      String.raw`\((?:[^()]*[,{\s])?${safe}\b[^()]*\)\s*(?::\s*[\w<>.]+\s*)?(?:=>|\{)|\b${safe}\s*=>`,
    ).test(scope.text.replace(/\b(?:if|while|switch|for)\s*\([^()]*\)/g, ''))
  )
    return UNKNOWN
  const assigned = [
    ...scope.text.matchAll(
      new RegExp(String.raw`(?<![.\w$'"-])${safe}\s*(?::[ \t]*[\w<>|. ]+)?=(?![=>])`, 'g'),
    ),
  ].map((match) => expressionAt(scope.text, match.index + match[0].length))
  if (assigned.length > 0) {
    const destructured = new RegExp(
      String.raw`\{[^{}]*?(?:\b([\w$]+)\s*:\s*)?(?<![\w$])${safe}\s*=[^{}]*\}\s*=\s*process\.env\b`,
    ).exec(scope.text)
    if (destructured)
      return {
        kind: 'env',
        names: [destructured[1] ?? name],
        ...fallback(valueOf(assigned[0]!.split('}')[0]!, scope, depth + 1)),
      }
    return together(assigned.map((each) => valueOf(each, scope, depth + 1)))
  }
  const [, before, after, source] =
    new RegExp(String.raw`\{([^{}]*?)\b${safe}\b([^{}]*)\}\s*(?:=|from)\s*([^;\n]+)`).exec(
      scope.text,
    ) ?? []
  if (source === undefined || after === undefined) return UNKNOWN
  const key = /([\w$]+)\s*(?::|\bas\b)\s*$/.exec(before ?? '')?.[1] ?? name
  if (/^process\.env\b/.test(source)) return { kind: 'env', names: [key] }
  const module = /^(?:require\(\s*)?(['"])(\.{1,2}\/?[^'"]*)\1/.exec(source)?.[2]
  if (module !== undefined) return exported(module, [key], scope, depth)
  return CHAIN.test(source.trim()) || NAME.test(source.trim())
    ? member([...source.trim().split(/\??\./), key], scope, depth)
    : UNKNOWN
}

const fallback = (value: Value): { otherwise?: string } =>
  value.kind === 'fixed' ? { otherwise: value.text } : {}

/** `config.server.port` */
function member([root, ...keys]: string[], scope: Scope, depth: number): Value {
  if (root === undefined || depth > DEEPEST) return UNKNOWN
  if (root === 'this' && keys.length === 1) return ofThis(keys[0]!, scope, depth)
  const safe = root.replaceAll('$', '\\$')
  const module = new RegExp(
    String.raw`(?:\bimport\s+(?:\*\s+as\s+)?${safe}\s+from\s*|` +
      String.raw`\b(?:const|let|var)\s+${safe}\s*=\s*require\(\s*)(['"])(\.{1,2}\/?[^'"]*)\1`,
  ).exec(scope.text)?.[2]
  const picked =
    module === undefined
      ? new RegExp(
          String.raw`\bimport\s*\{[^}]*\b${safe}\b[^}]*\}\s*from\s*(['"])(\.{1,2}\/?[^'"]*)\1|` +
            String.raw`\{[^}]*\b${safe}\b[^}]*\}\s*=\s*require\(\s*(['"])(\.{1,2}\/?[^'"]*)\3`,
        ).exec(scope.text)
      : undefined
  const found =
    module !== undefined
      ? exported(module, keys, scope, depth)
      : picked
        ? exported((picked[2] ?? picked[4])!, [root, ...keys], scope, depth)
        : inLocal(root, keys, scope, depth)
  // A variable of the environment that a library has read: env.PORT, config.PORT.
  return found.kind === 'unknown' && keys.at(-1) === 'PORT'
    ? { kind: 'env', names: ['PORT'] }
    : found
}

/** A field of a class: what its constructor gives it, or what it begins with. */
function ofThis(field: string, scope: Scope, depth: number): Value {
  const safe = field.replaceAll('$', '\\$')
  const given = new RegExp(
    String.raw`(?:\bthis\.${safe}|` +
      String.raw`^[ \t]+(?:(?:private|protected|public|readonly|static)\s+)*${safe}\s*(?::\s*[\w<>| ]+)?)` +
      String.raw`\s*=(?![=>])`,
    'gm',
  )
  const values = [...scope.text.matchAll(given)].map((match) =>
    valueOf(expressionAt(scope.text, match.index + match[0].length), scope, depth + 1),
  )
  return values.length === 0 ? UNKNOWN : together(values)
}

function inLocal(name: string, keys: string[], scope: Scope, depth: number): Value {
  const match = new RegExp(
    String.raw`\b(?:const|let|var)\s+${name.replaceAll('$', '\\$')}\s*(?::\s*[\w<>.]+\s*)?=(?![=>])`,
  ).exec(scope.text)
  if (!match) return UNKNOWN
  const initial = expressionAt(scope.text, match.index + match[0].length)
  return /^process\.env$/.test(initial.trim()) && keys.length === 1
    ? { kind: 'env', names: [keys[0]!] }
    : inObject(initial, keys, scope, depth)
}

/** A property of an object that is written out. */
function inObject(written: string, keys: string[], scope: Scope, depth: number): Value {
  const text = written
    .trim()
    .replace(/\s+as\s+const$/, '')
    .replace(/^Object\.freeze\(([^]*)\)$/, '$1')
    .trim()
  if (keys.length === 0) return valueOf(text, scope, depth + 1)
  if (NAME.test(text)) return inLocal(text, keys, scope, depth + 1)
  const value = text.startsWith('{') && text.endsWith('}') ? propertyOf(text, keys[0]!) : undefined
  return value === undefined ? UNKNOWN : inObject(value, keys.slice(1), scope, depth + 1)
}

/**
 * The expression of a property; the name itself if it is written short. Undefined if there is none.
 */
export function propertyOf(object: string, name: string): string | undefined {
  for (const entry of splitAt(object.trim().slice(1, -1), /^,/)) {
    const [key, ...value] = splitAt(entry, /^:/)
    const plain = key!.trim().replace(/^['"]|['"]$/g, '')
    if (plain === name) return value.length > 0 ? value.join(':').trim() : name
  }
  return undefined
}

/** What another file of the app exports under these keys. */
function exported(module: string, keys: string[], { file, folder }: Scope, depth: number): Value {
  const at = insideFolder(path.join(path.dirname(file), module))
  const found =
    at === undefined
      ? undefined
      : (resolveFile(folder, at, true) ??
        resolveFile(folder, at.replace(/\.([cm]?)js$/, '.$1ts'), true))
  const text = found === undefined ? undefined : folder.read(found)
  if (found === undefined || text === undefined || depth > DEEPEST) return UNKNOWN
  if (found.endsWith('.json')) return inJson(lockJson(text), keys)
  const scope: Scope = { file: found, text: withoutComments(text), folder }
  const [first, ...rest] = keys
  const single =
    first === undefined
      ? null
      : new RegExp(
          String.raw`\b(?:export\s+(?:const|let|var)\s+|(?:module\.)?exports\.)` +
            String.raw`${first.replaceAll('$', '\\$')}\s*(?::\s*[\w<>.]+\s*)?=(?!=)`,
        ).exec(scope.text)
  if (single)
    return inObject(
      expressionAt(scope.text, single.index + single[0].length),
      rest,
      scope,
      depth + 1,
    )
  const whole = /\b(?:module\.exports\s*=(?!=)|export\s+default\b)/.exec(scope.text)
  if (whole)
    return inObject(
      expressionAt(scope.text, whole.index + whole[0].length),
      first === 'default' ? rest : keys,
      scope,
      depth + 1,
    )
  return first !== undefined &&
    new RegExp(String.raw`\bexport\s*\{[^}]*\b${first}\b`).test(scope.text)
    ? inLocalOrName(first, rest, scope, depth + 1)
    : UNKNOWN
}

const inLocalOrName = (name: string, keys: string[], scope: Scope, depth: number): Value =>
  keys.length === 0 ? named(name, scope, depth) : inLocal(name, keys, scope, depth)

function inJson(data: unknown, keys: string[]): Value {
  const found = keys.reduce<unknown>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    data,
  )
  return typeof found === 'number' || typeof found === 'string'
    ? { kind: 'fixed', text: String(found) }
    : UNKNOWN
}

/**
 * `require('./config').port`, and Express' `app.get('port')` beside `app.set('port', …)` in the
 * same file.
 */
function call(expression: string, scope: Scope, depth: number): Value {
  const [, , module, keys] =
    /^require\(\s*(['"])(\.{1,2}\/?[^'"]*)\1\s*\)((?:\.[\w$]+)*)$/.exec(expression) ?? []
  if (module !== undefined)
    return exported(module, (keys ?? '').split('.').filter(Boolean), scope, depth + 1)
  const [, setting] = /^\w+\.get\(\s*['"](\w+)['"]\s*\)$/.exec(expression) ?? []
  const set =
    setting === undefined
      ? null
      : new RegExp(String.raw`\.set\(\s*['"]${setting}['"]\s*,`).exec(scope.text)
  if (set) return valueOf(expressionAt(scope.text, set.index + set[0].length), scope, depth + 1)
  return /\bprocess\.env\.PORT\b/.test(expression) ? { kind: 'env', names: ['PORT'] } : UNKNOWN
}
