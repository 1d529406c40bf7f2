/**
 * The tests of heroku-buildpack-nodejs over its own fixtures, through the embedded build:
 *   SHIPIT_BUILDPACK_SOURCE=<a checkout of it> npm run test:buildpack [-- part of the name of a
 * suite or a test …] Prints one table in Markdown; fails if a build is not as there. Takes the npm
 * registry and some 2 GB, kept for the next time under node_modules/.cache.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { create } from 'tar'
import { packageRoot } from '../../src/paths.js'
import { fakePlatform, type FakePlatform } from '../embedded/build/fake-platform.js'
import type { Case, Push } from './case.js'
import { GENERAL } from './general.cases.js'
import { HATCHET } from './hatchet.cases.js'
import { NPM } from './npm.cases.js'
import { PNPM } from './pnpm.cases.js'
import { YARN } from './yarn.cases.js'

const CASES = {
  'run-general': GENERAL,
  'run-npm': NPM,
  'run-pnpm': PNPM,
  'run-yarn': YARN,
  hatchet: HATCHET,
}
const KEPT = path.join(packageRoot, 'node_modules/.cache/shipit-buildpack')
const AT_ONCE = Number(process.env.SHIPIT_BUILDPACK_AT_ONCE ?? 2)

const source = process.env.SHIPIT_BUILDPACK_SOURCE
if (source === undefined || !existsSync(path.join(source, 'test/fixtures'))) {
  process.stderr.write(
    'SHIPIT_BUILDPACK_SOURCE must be a checkout of https://github.com/heroku/heroku-buildpack-nodejs\n',
  )
  process.exit(2)
}

interface Outcome {
  suite: string
  test: string
  verdict: 'passes' | 'fails' | 'cannot run'
  why: string
}

async function main(fixtures: string, wanted: string[]): Promise<Outcome[]> {
  const platform = await fakePlatform({ buildTimeout: 600_000 })
  try {
    for (const name of ['node', 'shared']) {
      await mkdir(path.join(KEPT, name), { recursive: true })
      await symlink(path.join(KEPT, name), path.join(platform.folders.caches, name))
    }
    const outcomes: Outcome[] = []
    const queue = Object.entries(CASES)
      .flatMap(([suite, cases]) => cases.map((one) => ({ suite, ...one })))
      .filter(
        ({ suite, test }) =>
          wanted.length === 0 || wanted.some((word) => `${suite} ${test}`.includes(word)),
      )
    const rows = queue.map((one) => ({ ...one, outcome: undefined as Outcome | undefined }))
    const work = async (): Promise<void> => {
      for (
        let row = rows.find((one) => one.outcome === undefined);
        row;
        row = rows.find((one) => one.outcome === undefined)
      ) {
        row.outcome = {
          suite: row.suite,
          test: row.test,
          verdict: 'cannot run',
          why: row.why ?? '',
        }
        if (row.pushes)
          row.outcome = { ...row.outcome, ...(await attempt(platform, fixtures, row)) }
        process.stderr.write(`${row.outcome.verdict}: ${row.suite} ${row.test}\n`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    outcomes.push(...rows.flatMap(({ outcome }) => outcome ?? []))
    return outcomes
  } finally {
    await platform.close()
  }
}

/**
 * All pushes of a test, to one app. The output of one that is not as expected is kept in a file.
 */
async function attempt(
  platform: FakePlatform,
  fixtures: string,
  { test, pushes = [] }: Case,
): Promise<Pick<Outcome, 'verdict' | 'why'>> {
  const app = await platform.createApp(test)
  for (const [index, push] of pushes.entries()) {
    await platform.store.update(app.id, (draft) => {
      draft.config_vars = push.vars ?? {}
    })
    const archive = path.join(platform.root, `${app.id}-${index}.tgz`)
    await create({ cwd: path.join(fixtures, push.fixture), file: archive, gzip: true }, ['.'])
    const chunks: Buffer[] = []
    const { done } = await platform.builder.start(
      { appId: app.id, archive, commit: null, commitDescription: null },
      (chunk) => chunks.push(chunk),
    )
    const build = await done
    const text = Buffer.concat(chunks).toString()
    const slug = platform.store.find(app.id)?.slugs.find((one) => one.id === build.slug_id)
    const isThere = (name: string) =>
      slug !== undefined &&
      existsSync(
        slug.modules !== undefined && name.startsWith('node_modules')
          ? path.join(path.dirname(slug.modules), name)
          : path.join(slug.dir, name),
      )
    const file = path.join(KEPT, 'failed', `${test}-${index + 1}.log`)
    await rm(file, { force: true })
    const wrong = faults(push, build.status, text, isThere)
    if (wrong.length === 0) continue
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, `${wrong.join('\n')}\n\n${text}`)
    return {
      verdict: 'fails',
      why: `push ${index + 1} (${push.fixture}): ${wrong.join('; ')}. Output: ${file}`,
    }
  }
  return { verdict: 'passes', why: '' }
}

function faults(
  { fails = false, says = [], never = [], has = [], lacks = [] }: Push,
  status: string,
  text: string,
  isThere: (name: string) => boolean,
): string[] {
  const holds = (words: string | RegExp) =>
    typeof words === 'string' ? text.includes(words) : words.test(text)
  return [
    ...(status === (fails ? 'failed' : 'succeeded') ? [] : [`the build ${status}`]),
    ...says.filter((words) => !holds(words)).map((words) => `does not say ${String(words)}`),
    ...never.filter(holds).map((words) => `says ${String(words)}`),
    ...has.filter((name) => !isThere(name)).map((name) => `lacks ${name}`),
    ...lacks.filter(isThere).map((name) => `has ${name}`),
  ]
}

/**
 * Every test that the buildpack's files declare is in the table, so that a new one is not
 * overlooked.
 */
async function missing(checkout: string): Promise<string[]> {
  const found: string[] = []
  for (const [suite, cases] of Object.entries(CASES).filter(([name]) => name.startsWith('run-'))) {
    const text = await readFile(path.join(checkout, 'test', suite), 'utf8')
    const declared = [...text.matchAll(/^(test\w+)\(\)/gm)].map((match) => match[1]!)
    found.push(
      ...declared
        .filter((name) => !cases.some(({ test }) => test === name))
        .map((name) => `${suite} ${name}`),
    )
  }
  return found
}

delete process.env.SHIPIT_LOCAL_NODE
// Old versions of Node.js do not know NODE_EXTRA_CA_CERTS.
if (process.env.NODE_EXTRA_CA_CERTS !== undefined)
  process.env.npm_config_cafile ??= process.env.NODE_EXTRA_CA_CERTS
const outcomes = await main(path.join(source, 'test/fixtures'), process.argv.slice(2))
const unknown = await missing(source)
process.stdout.write('| suite | test | | |\n|---|---|---|---|\n')
for (const { suite, test, verdict, why } of outcomes)
  process.stdout.write(`| ${suite} | ${test} | ${verdict} | ${why.replaceAll('|', '\\|')} |\n`)
for (const name of unknown) process.stdout.write(`| ${name} | | not in the table | |\n`)
const count = (verdict: Outcome['verdict']) =>
  outcomes.filter((one) => one.verdict === verdict).length
process.stdout.write(
  `\n${count('passes')} pass, ${count('fails')} fail, ${count('cannot run')} cannot run here, ${unknown.length} are not in the table\n`,
)
process.exitCode = count('fails') + unknown.length === 0 ? 0 : 1
