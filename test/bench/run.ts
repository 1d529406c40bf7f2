/**
 * npm run bench -- [NAME…] [--only SECTION,…] [--rounds N] [--json]: runs the benches named, or
 * all, and prints their figures.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, Figures } from './figures.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
  },
})

const here = import.meta.dirname
const known = (await readdir(here))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort()
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench called ${unknown.join(', ')}. There are: ${known.join(', ')}\n`,
  )
  process.exit(2)
}

const benches = await Promise.all(
  (positionals.length > 0 ? positionals : known).map(async (name) => ({
    name,
    bench: ((await import(path.join(here, `${name}.bench.ts`))) as { default: Bench }).default,
  })),
)
const only = values.only.split(',').filter(Boolean)
const sections = benches.flatMap(({ bench }) => bench.sections ?? [])
const unknownSections = only.filter((name) => !sections.includes(name))
if (unknownSections.length > 0) {
  process.stderr.write(
    `There is no section called ${unknownSections.join(', ')}. ${sections.length > 0 ? `There are: ${sections.join(', ')}` : 'This bench has none.'}\n`,
  )
  process.exit(2)
}

// Lets what a bench has started be ended on the way out.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(status))

const all: Figures = {}
for (const { name, bench } of benches) {
  const rounds = values.rounds ? Number(values.rounds) : (bench.rounds ?? 7)
  if (!values.json) process.stdout.write(`\n${name}, ${rounds} rounds\n`)
  const figures = await bench({ rounds, only, note: (line) => process.stderr.write(`  ${line}\n`) })
  Object.assign(all, figures)
  if (!values.json) {
    for (const [figure, { value, unit, min, max, versus }] of Object.entries(figures)) {
      process.stdout.write(
        `  ${figure.padEnd(34)} ${number(value).padStart(8)} ${unit.padEnd(3)} (${number(min)} … ${number(max)})  ${versus}\n`,
      )
    }
  }
}
if (values.json) process.stdout.write(JSON.stringify(all, null, 2) + '\n')

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
