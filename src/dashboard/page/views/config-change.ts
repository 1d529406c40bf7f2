/** What a release did to config vars, of its description: the API tells no more, and no values. */
export interface ConfigChange {
  set: string[]
  removed: string[]
}

/**
 * `Set A, B config vars`, `Remove C config vars`, and both in one, as Heroku describes releases;
 * undefined for a release that is about something else.
 */
export function configChangeOf(description: string): ConfigChange | undefined {
  const change: ConfigChange = { set: [], removed: [] }
  for (const [, verb, names] of description.matchAll(
    /\b(set|remove|unset)\s+((?:[A-Za-z_]\w*(?:,\s*|\s+and\s+)?)+?)\s+config vars?\b/gi,
  )) {
    const list = (names ?? '').split(/,\s*|\s+and\s+|\s+/).filter(Boolean)
    change[verb?.toLowerCase() === 'set' ? 'set' : 'removed'].push(...list)
  }
  return change.set.length + change.removed.length > 0 ? change : undefined
}
