import { createRequire } from 'node:module'
import { plainYaml } from './plain-yaml.js'

interface JsYaml {
  load(text: string, options: { schema: unknown }): unknown
  CORE_SCHEMA: unknown
}

/**
 * Anchors, tags, directives, tabs, complex keys, and numbers with underscores or in binary: what
 * two readers of YAML may take differently.
 */
const DOUBTFUL = /[&*!%\t]|<<|^\s*\?|\d_|0b/m

/**
 * Plain YAML to data, by our own reader of the plainest or by the one that PM2 itself uses and
 * brings along: `yaml`, which knows the place of every value, costs each boot 7 MB and 20 ms that
 * only a complaint needs. Throws for faults; undefined for a text that is not plain.
 */
export function quickYaml(text: string): unknown {
  if (DOUBTFUL.test(text)) return undefined
  const plain = plainYaml(text)
  if (plain !== undefined) return plain
  const { load, CORE_SCHEMA } = createRequire(
    createRequire(import.meta.url).resolve('pm2/package.json'),
  )('js-yaml') as JsYaml
  return load(text, { schema: CORE_SCHEMA })
}
