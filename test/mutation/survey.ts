/** Which tests reach which mutants, and what each takes; kept from run to run for the files of tests that have not changed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hashOf, readJson } from './results.js'
import type { Report, Seen } from './worker.js'

/** Of one file of tests. */
interface Chapter {
  /** Of its text. */
  hash: string
  tests: Record<string, Seen>
  /** Ids that are reached as it loads. */
  early: number[]
}

export interface Survey {
  tests: ReadonlyMap<string, Seen>
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
 * @param kept path of the file in which it is kept
 * @param sources a hash of all sources with mutants: with them their ids change
 * @param files of tests, from the project's folder
 */
export async function surveyOf(
  kept: string,
  sources: string,
  { root, files, runAll }: { root: string; files: readonly string[]; runAll: RunAll },
): Promise<Survey> {
  const old = readJson<{ sources: string; chapters: Record<string, Chapter> }>(kept)
  const earlier = old?.sources === sources ? old.chapters : {}
  const hashes = new Map(
    files.map((file) => [file, hashOf(readFileSync(path.join(root, file), 'utf8'))]),
  )
  const chapters: Record<string, Chapter> = {}
  for (const file of files) {
    const chapter = earlier[file]
    if (chapter?.hash === hashes.get(file)) chapters[file] = chapter!
  }
  const fresh = files.filter((file) => !chapters[file])
  if (fresh.length > 0) {
    const { tests, early } = await runAll(fresh)
    for (const file of fresh) chapters[file] = { hash: hashes.get(file)!, tests: {}, early }
    for (const [title, seen] of Object.entries(tests)) chapters[seen.file]!.tests[title] = seen
    mkdirSync(path.dirname(kept), { recursive: true })
    writeFileSync(kept, JSON.stringify({ sources, chapters }))
  }
  return { ...bound(Object.values(chapters)), hashes }
}

function bound(chapters: readonly Chapter[]): Omit<Survey, 'hashes'> {
  const tests = new Map(chapters.flatMap((chapter) => Object.entries(chapter.tests)))
  const titlesOf = new Map<number, string[]>()
  for (const [title, { ids }] of tests)
    for (const id of ids) titlesOf.set(id, [...(titlesOf.get(id) ?? []), title])
  return { tests, titlesOf, early: new Set(chapters.flatMap(({ early }) => early)) }
}
