/** What is known of mutants from earlier runs, and the survivors that are accepted, each with its reason. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { Mutant } from './instrument.js'
import type { MutatedFile } from './sandbox.js'
import type { Outcome } from './trials.js'

/** By the hash of a source file, and the number of the mutant in it. `tests`: a hash of what tried it. */
type Known = Record<string, Record<number, Outcome & { tests: string }>>

export const hashOf = (...texts: string[]): string =>
  createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16)

/** Kept outside of git: a mutant of a file that has not changed fares as before, unless the tests that decided it have changed. */
export class Results {
  private readonly known: Known

  /** @param decided a hash of the tests that decide an outcome of a mutant */
  constructor(
    private readonly file: string,
    private readonly decided: (outcome: Outcome, mutant: Mutant) => string,
    isFresh: boolean,
  ) {
    this.known = (isFresh ? undefined : readJson<Known>(file)) ?? {}
  }

  of({ path: name, source }: MutatedFile, index: number, mutant: Mutant): Outcome | undefined {
    const found = this.known[hashOf(name, source)]?.[index]
    return found && found.tests === this.decided(found, mutant) ? found : undefined
  }

  keep({ path: name, source }: MutatedFile, index: number, mutant: Mutant, outcome: Outcome): void {
    ;(this.known[hashOf(name, source)] ??= {})[index] = {
      ...outcome,
      tests: this.decided(outcome, mutant),
    }
  }

  save(): void {
    mkdirSync(path.dirname(this.file), { recursive: true })
    writeFileSync(this.file, JSON.stringify(this.known))
  }
}

/** Undefined if there is no such file. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

interface Accepted {
  file: string
  /** The line, trimmed. */
  line: string
  kind: string
  /** What is replaced; absent: every mutant of that kind in the line. */
  was?: string
  why: string
}

/** Survivors that no test can or should notice: survivors.yml says why. */
export function readAccepted(
  file: string,
): (path: string, source: string, mutant: Mutant) => string | undefined {
  const rows = (parse(readFileSync(file, 'utf8')) as Accepted[] | null) ?? []
  return (name, source, { line, kind, was }) => {
    const text = source.split('\n')[line - 1]!.trim()
    return rows.find(
      (row) =>
        row.file === name && row.line === text && row.kind === kind && (row.was ?? was) === was,
    )?.why
  }
}
