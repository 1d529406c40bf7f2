/** What a PATCH of config vars will do, by names: values are nobody's to read. */
export interface Changes {
  added: string[]
  changed: string[]
  removed: string[]
  patch: Record<string, string | null>
}

const sorted = (names: string[]) => names.sort()

/** What must be sent so that the app has `wanted` too: only what differs. */
export function changesTo(
  current: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Changes {
  const has = (name: string): boolean => Object.hasOwn(current, name)
  const names = Object.keys(wanted).filter((name) => current[name] !== wanted[name])
  return {
    added: sorted(names.filter((name) => !has(name))),
    changed: sorted(names.filter(has)),
    removed: [],
    patch: Object.fromEntries(names.map((name) => [name, wanted[name]!])),
  }
}

/** What must be sent so that the app has `wanted` and nothing else. */
export function changesBetween(
  current: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Changes {
  const changes = changesTo(current, wanted)
  const removed = sorted(Object.keys(current).filter((name) => !Object.hasOwn(wanted, name)))
  return {
    ...changes,
    removed,
    patch: { ...changes.patch, ...Object.fromEntries(removed.map((name) => [name, null])) },
  }
}

/** `1 config var`, `3 config vars` */
export function countOfVars(vars: Readonly<Record<string, unknown>>): string {
  const { length } = Object.keys(vars)
  return `${length} config ${length === 1 ? 'var' : 'vars'}`
}
