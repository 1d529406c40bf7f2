import type { FileStep, InitStep } from '../types.js'

/** A plan in the making. */
export interface Draft {
  steps: InitStep[]
  decisions: string[]
  warnings: string[]
}

export function fileStep(
  file: string,
  before: string | undefined,
  after: string,
): Omit<FileStep, 'why'> {
  return before === undefined
    ? { kind: 'create', file, after }
    : { kind: 'edit', file, before, after }
}
