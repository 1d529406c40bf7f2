/**
 * Fixes what can be fixed without asking: init's own work, and options of the ecosystem file that a
 * dyno does not take.
 */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { editJson, editYaml } from '../ecosystem/index.js'
import { ShipitError } from '../errors.js'
import { mustStayInside } from '../init/stay-inside.js'
import type { InitPlan } from '../init/types.js'
import type { ProjectFacts } from './facts.js'
import type { Finding } from './check.js'

export interface Fixes {
  /**
   * Changes to the ecosystem file: its new text, and the options that are taken out, such as
   * apps.0.watch.
   */
  edit?: { file: string; name: string; before: string; after: string; removed: string[] }
  /**
   * What init would do; absent if it has nothing to do, or where nothing that was found needs
   * it.
   */
  init?: InitPlan
  /** Why init cannot fix what it should. */
  initError?: ShipitError
}

/** What is to be done about the findings; changes nothing. */
export async function planFixes(
  findings: Finding[],
  project: ProjectFacts,
  dir: string,
): Promise<Fixes> {
  return { ...(await planEdit(findings, project)), ...(await planInit(findings, dir)) }
}

export async function applyFixes({ edit, init }: Fixes): Promise<void> {
  if (edit) {
    if ((await readFile(edit.file, 'utf8')) !== edit.before)
      throw new ShipitError('project', {
        message: `${edit.name} has changed meanwhile. Nothing was changed.`,
        next: 'Run the command again.',
      })
    mustStayInside(path.dirname(edit.file), [path.basename(edit.file)])
    await writeFileAtomic(edit.file, edit.after)
  }
  if (init) await (await import('../init/index.js')).applyPlan(init)
}

async function planEdit(
  findings: Finding[],
  { ecosystem, ecosystemFile }: ProjectFacts,
): Promise<Pick<Fixes, 'edit'>> {
  const paths = findings.flatMap(({ fix }) => (fix?.by === 'edit' ? [fix.path] : []))
  if (paths.length === 0 || !ecosystem || ecosystemFile === undefined) return {}
  const before = await readFile(ecosystem.file, 'utf8')
  const change = ecosystem.format === 'json' ? editJson : editYaml
  const after = change(
    before,
    paths.map((at) => ({ path: at, value: undefined })),
  )
  return {
    edit: {
      file: ecosystem.file,
      name: path.basename(ecosystemFile),
      before,
      after,
      removed: paths.map((at) => at.join('.')),
    },
  }
}

async function planInit(
  findings: Finding[],
  dir: string,
): Promise<Pick<Fixes, 'init' | 'initError'>> {
  if (!findings.some(({ fix }) => fix?.by === 'init')) return {}
  const { prepareInit } = await import('../init/index.js')
  try {
    const { plan } = await prepareInit(dir, { envNames: [], force: false })
    return plan.steps.length > 0 ? { init: plan } : {}
  } catch (error) {
    if (error instanceof ShipitError) return { initError: error }
    throw error
  }
}
