/** What init plans, and what came of it. */
import type { LockReport } from '../init/apply/lockfile.js'
import type { InitPlan, InitStep } from '../init/types.js'
import { anyOf, array, boolean, nullable, object, oneOf, string, type Json } from './schema.js'

const words = array(string())
const run = {
  command: words,
  must_hold: array(string(), 'what must stand in the lockfile afterwards'),
  or_else: nullable(words, 'what is run if it does not'),
  manager: string(),
  is_alone: boolean(),
  is_apart: boolean(),
  install: words,
}
export const INIT = object({
  applied: boolean(),
  plan: object({
    dir: string(),
    steps: array(
      anyOf(
        object({
          kind: oneOf(['create', 'edit']),
          file: string(),
          before: nullable(string()),
          after: nullable(string('null if the bytes come from another file')),
          from: nullable(string()),
          why: string(),
        }),
        object({ kind: oneOf(['remove']), file: string(), why: string() }),
        object({ kind: oneOf(['run']), file: string(), why: string(), ...run }),
      ),
    ),
    decisions: words,
    warnings: words,
  }),
  lockfile: nullable(
    object({
      install: oneOf(['proved', 'failed', 'unknown']),
      why: nullable(string()),
      notes: words,
    }),
    'what was proved of the lockfile; null if it was not touched',
  ),
})

type Step = Json<typeof INIT>['plan']['steps'][number]

export const initDocument = (
  { dir, steps, decisions, warnings }: InitPlan,
  applied: boolean,
  lockfile?: LockReport,
): Json<typeof INIT> => ({
  applied,
  plan: { dir, steps: steps.map(stepDocument), decisions, warnings },
  lockfile: lockfile
    ? { install: lockfile.install, why: lockfile.why ?? null, notes: lockfile.notes }
    : null,
})

function stepDocument(step: InitStep): Step {
  const { kind, file, why } = step
  if (kind === 'remove') return { kind, file, why }
  if (kind === 'run')
    return {
      kind,
      file,
      why,
      command: step.command,
      must_hold: step.mustHold,
      or_else: step.orElse ?? null,
      manager: step.manager,
      is_alone: step.isAlone,
      is_apart: step.isApart,
      install: step.install,
    }
  const { before = null, after = null, from = null } = step
  return { kind, file, before, after, from, why }
}
