// Says by name where PM2's schema and our table of app options part ways: called by the build and
// by the tests.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'

const list = (value) => [value ?? []].flat()
const same = (a, b) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())

/**
 * @returns {string[]} one sentence a difference; empty if the table tells the truth about PM2's
 * schema
 */
export function compareOptions(
  { APP_OPTIONS, ENVIRONMENT_KEY, ENVIRONMENT_TYPES, appOption, spellingsOf },
  schema,
) {
  const differences = []
  const met = new Set()
  for (const [key, theirs] of Object.entries(schema)) {
    const types = list(theirs.type)
    if (key.includes('\\')) {
      if (key !== ENVIRONMENT_KEY.source) differences.push(`PM2 has a pattern that we lack: ${key}`)
      else if (!same(types, ENVIRONMENT_TYPES))
        differences.push(
          `${key}: PM2 takes ${types.join('|')}, we say ${ENVIRONMENT_TYPES.join('|')}`,
        )
      continue
    }
    const ours = appOption(key)
    if (!ours) {
      differences.push(`PM2 has an option that we lack: ${key}`)
      continue
    }
    met.add(ours.name)
    if (!same(types, ours.types))
      differences.push(`${key}: PM2 takes ${types.join('|')}, we say ${ours.types.join('|')}`)
    if (theirs.default !== ours.default)
      differences.push(`${key}: PM2's default is ${theirs.default}, ours ${ours.default}`)
    if (theirs.min !== ours.min)
      differences.push(`${key}: PM2's least is ${theirs.min}, ours ${ours.min}`)
    if (Boolean(theirs.require) !== Boolean(ours.required))
      differences.push(`${key}: PM2 and we differ on whether it is required`)
    if ({ sbyte: 'bytes', stime: 'milliseconds' }[theirs.ext_type] !== ours.unit)
      differences.push(`${key}: PM2's unit is ${theirs.ext_type}, ours ${ours.unit}`)
    for (const alias of list(theirs.alias)) {
      if (!spellingsOf(ours).includes(alias))
        differences.push(`${key}: PM2 has an alias that we lack: ${alias}`)
    }
  }
  for (const { name } of APP_OPTIONS) {
    if (!met.has(name)) differences.push(`We have an option that PM2 lacks: ${name}`)
  }
  return differences
}

/** Compares the table with the installed PM2 and throws with every difference. */
export async function checkOptions(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/ecosystem/options.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  })
  const table = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  const schema = JSON.parse(
    readFileSync(
      createRequire(path.join(root, 'package.json')).resolve('pm2/lib/API/schema.json'),
      'utf8',
    ),
  )
  const differences = compareOptions(table, schema)
  if (differences.length > 0)
    throw new Error(
      `src/ecosystem/options.ts and the installed PM2 differ:\n  ${differences.join('\n  ')}`,
    )
}
