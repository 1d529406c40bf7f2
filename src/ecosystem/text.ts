import path from 'node:path'
import { readJson } from './json.js'
import { formatOf } from './names.js'
import { checked, unknownFormat } from './read.js'
import type { Ecosystem } from './types.js'
import { readYaml } from './yaml.js'

/**
 * Reads YAML or JSON that is at hand as text, such as a file as it is in a commit. `file` gives its
 * format and its name.
 */
export function readEcosystemText(text: string, file: string): Ecosystem {
  const absolute = path.resolve(file)
  const format = formatOf(absolute)
  const bare = text.replace(/^\uFEFF/, '')
  if (format === 'yml') return checked(absolute, format, readYaml(bare))
  return checked(absolute, format, format === 'json' ? readJson(bare) : unknownFormat(absolute))
}
