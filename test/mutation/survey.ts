/** Which tests reach which mutants, and what each takes; kept from run to run for the files of tests that have not changed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashOf, readJson } from './results.js'
import type { MutatedFile } from './sandbox.js'
import type { Report } from './worker.js'

/** Numbers of mutants, by the path of their file. */
type Places = Record<string, number[]>

/** Of one file of tests. */
interface Chapter {
  /** Of its text. */
  hash: string
  tests: Record<string, { reached: Places; ms: number }>
  /** What is reached as it loads. */
  early: Places
}

interface Kept {
  /** Hashes of the sources at the time, by their paths. */
  sources: Record<string, string>
  chapters: Record<string, Chapter>
}

interface Witness {
  /** Its path. */
  file: string
  /** It takes so many ms. */
  ms: number
}

export interface Survey {
  /** By their full titles. */
  tests: ReadonlyMap<string, Witness>
  /** Titles of the tests that reach each mutant, by its id. */
  titlesOf: ReadonlyMap<number, readonly string[]>
  /** Mutants that are reached before any test runs. */
  early: ReadonlySet<number>
  /** Of the files of tests. */
  hashes: ReadonlyMap<string, string>
}

/** @throws Error if a test fails without any mutant */
export type RunAll = (files: readonly string[]) => Promise<Extract<Report, { told: 'surveyed' }>>

/**
 * A source that has changed since is taken to be reached, as a whole, by the tests that reached any
 * part of it.
 * @param kept path of the file in which it is kept
 * @param files of tests, from the project's folder
 */
export async function surveyOf(
  kept: string,
  sources: readonly MutatedFile[],
  { root, files, runAll }: { root: string; files: readonly string[]; runAll: RunAll },
): Promise<Survey> {
  const now = Object.fromEntries(sources.map(({ path: name, text }) => [name, hashOf(text)]))
  const last = readJson<Kept>(kept)
  // Of a source that is new to the room nothing was seen then.
  const old = sources.every(({ path: name }) => last?.sources[name] !== undefined)
    ? last
    : undefined
  const hashes = new Map(
    files.map((file) => [file, hashOf(readFileSync(path.join(root, file), 'utf8'))]),
  )
  const chapters: Record<string, Chapter> = {}
  for (const file of files) {
    const chapter = old?.chapters[file]
    if (chapter?.hash === hashes.get(file) && Object.keys(chapter!.tests).length > 0)
      chapters[file] = widened(chapter!)
  }
  const fresh = files.filter((file) => !chapters[file])
  if (fresh.length > 0) {
    const { tests, early } = await runAll(fresh)
    for (const file of fresh)
      chapters[file] = { hash: hashes.get(file)!, tests: {}, early: placesOf(early, sources) }
    for (const [title, { file, ids, ms }] of Object.entries(tests))
      chapters[file]!.tests[title] = { reached: placesOf(ids, sources), ms }
  }
  mkdirSync(path.dirname(kept), { recursive: true })
  writeFileSync(kept, JSON.stringify({ sources: now, chapters } satisfies Kept))
  return { ...bound(chapters, sources), hashes }

  function widened({ tests, early, ...rest }: Chapter): Chapter {
    const wide = (places: Places): Places =>
      Object.fromEntries(
        Object.entries(places).map(([name, indexes]) => [
          name,
          old?.sources[name] === now[name] ? indexes : allOf(name, sources),
        ]),
      )
    return {
      ...rest,
      early: wide(early),
      tests: Object.fromEntries(
        Object.entries(tests).map(([title, { reached, ms }]) => [
          title,
          { reached: wide(reached), ms },
        ]),
      ),
    }
  }
}

const allOf = (name: string, sources: readonly MutatedFile[]): number[] =>
  sources.find(({ path: one }) => one === name)?.mutants.map((_, index) => index) ?? []

function placesOf(ids: readonly number[], sources: readonly MutatedFile[]): Places {
  const wanted = new Set(ids)
  return Object.fromEntries(
    sources.flatMap(({ path: name, mutants }) => {
      const indexes = mutants.flatMap(({ id }, index) => (wanted.has(id) ? [index] : []))
      return indexes.length > 0 ? [[name, indexes]] : []
    }),
  )
}

function bound(
  chapters: Readonly<Record<string, Chapter>>,
  sources: readonly MutatedFile[],
): Omit<Survey, 'hashes'> {
  const ids = new Map(sources.map(({ path: name, mutants }) => [name, mutants.map(({ id }) => id)]))
  const idsOf = (places: Places): number[] =>
    Object.entries(places).flatMap(([name, indexes]) =>
      indexes.flatMap((index) => ids.get(name)?.[index] ?? []),
    )
  const tests = new Map<string, Witness>()
  const titlesOf = new Map<number, string[]>()
  for (const [file, chapter] of Object.entries(chapters))
    for (const [title, { reached, ms }] of Object.entries(chapter.tests)) {
      tests.set(title, { file, ms })
      for (const id of idsOf(reached)) titlesOf.set(id, [...(titlesOf.get(id) ?? []), title])
    }
  return {
    tests,
    titlesOf,
    early: new Set(Object.values(chapters).flatMap(({ early }) => idsOf(early))),
  }
}
