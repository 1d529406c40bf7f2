import { applyEdits, modify, parse, type FormattingOptions } from 'jsonc-parser'
import { isObject } from '../detect/package-json.js'
import { RUNTIME } from '../runtime-tarball.js'

type Entries = Record<string, unknown>

const ROOT = `node_modules/${RUNTIME}`
const isOwn = (place: string) => place === ROOT || place.startsWith(`${ROOT}/`)

/**
 * package-lock.json with the runtime and all that it needs added below it, at
 * node_modules/shipit-runtime/node_modules: no other byte of it changes, whatever npm itself would
 * make of the rest. Formats 1, 2 and 3:
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 * @param text the lockfile
 * @param runtime the lockfile, in the same format, of a package that depends on the runtime alone
 * @param engines package.json's own, which the lockfile repeats
 */
export function withRuntime(
  text: string,
  runtime: string,
  engines?: Record<string, string>,
): string {
  const own = parse(runtime) as Entries
  const lock = parse(text) as Entries
  let changed = text
  if (isObject(lock['packages']) && isObject(own['packages'])) {
    for (const place of Object.keys(lock['packages']))
      if (isOwn(place)) changed = set(changed, ['packages', place], undefined)
    changed = withPackages(changed, own['packages'])
    if (engines) changed = set(changed, ['packages', '', 'engines'], engines)
  }
  return lock['packages'] === undefined || lock['dependencies'] !== undefined
    ? set(changed, ['dependencies', RUNTIME], nested(own['dependencies']))
    : changed
}

/** All of the new entries stand one after the other, so that they are one edit. */
function withPackages(text: string, packages: Entries): string {
  const { indent, eol } = styleOf(text)
  const root = packages[''] as { dependencies: Entries }
  const entries = Object.entries(packages).flatMap(([place, entry]) =>
    place === '' ? [] : [[isOwn(place) ? place : `${ROOT}/${place}`, entry] as const],
  )
  const depth = eol + indent.repeat(2)
  const lines = entries
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(
      ([place, entry]) =>
        `${JSON.stringify(place)}: ${JSON.stringify(entry, null, indent).replaceAll('\n', depth)}`,
    )
  const marked = set(
    set(text, ['packages', '', 'dependencies', RUNTIME], root.dependencies[RUNTIME]),
    ['packages', ROOT],
    MARK,
  )
  return marked.replace(`${JSON.stringify(ROOT)}: ${JSON.stringify(MARK)}`, () =>
    lines.join(`,${depth}`),
  )
}

/** Stands for the new entries until they are put in. */
const MARK = '<shipit-runtime>'

/** The old tree form: what lies beside the runtime goes below it. */
function nested(dependencies: unknown): Entries {
  const { [RUNTIME]: own, ...others } = isObject(dependencies) ? dependencies : {}
  const inner = isObject(own) && isObject(own['dependencies']) ? own['dependencies'] : {}
  const below = Object.fromEntries(
    Object.entries({ ...others, ...inner }).sort(([a], [b]) => a.localeCompare(b, 'en')),
  )
  return { ...(isObject(own) ? own : {}), dependencies: below }
}

function set(text: string, at: string[], value: unknown): string {
  const { indent, eol } = styleOf(text)
  const formattingOptions: FormattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol,
  }
  const getInsertionIndex = (names: string[]) => {
    const found = names.findIndex((each) => each.localeCompare(at.at(-1)!, 'en') > 0)
    return found === -1 ? names.length : found
  }
  return applyEdits(text, modify(text, at, value, { formattingOptions, getInsertionIndex }))
}

const styleOf = (text: string) => ({
  indent: /^([ \t]+)"/m.exec(text)?.[1] ?? '  ',
  eol: text.includes('\r\n') ? '\r\n' : '\n',
})
