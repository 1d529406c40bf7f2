/**
 * From what was found to what will be done: pure, so that --dry-run, --json and the prompt all show
 * the same plan.
 */

import { hideSecrets } from '../../config/secret.js'
import { lockfileOf } from '../../project/lockfiles.js'
import type { EcosystemFiles } from '../ecosystem-adapter.js'
import { githubWorkflow, WORKFLOW } from '../ci/github.js'
import { githubReviews, REVIEW_WORKFLOW } from '../ci/github-reviews.js'
import { npmLockFormat } from '../lock/contents.js'
import {
  frozenCommand,
  lockCommand,
  lockHolds,
  lockMarks,
  TOOL,
  withoutStaleEntry,
} from '../lock/commands.js'
import { RUNTIME, tarballName, VENDOR } from '../runtime-tarball.js'
import type { Detected, InitOptions, InitPlan } from '../types.js'
import { type Draft, fileStep } from './draft.js'
import { planAppJson } from './app-json.js'
import { newEcosystemFile } from './ecosystem-file.js'
import type { Facts } from './facts.js'
import { withEntries } from './gitignore.js'
import { planProcfile } from './process-types.js'
import { planPackageJson, stringAt, specOf } from './package-json-edit.js'

/**
 * The steps that make the app run under shipit-runtime; none if it already does. They are in an
 * order in which a run that was killed can simply be run again: package.json names a file only
 * after the file is there.
 */
export function planInit(
  detected: Detected,
  options: InitOptions,
  facts: Facts,
  render: EcosystemFiles['render'],
): InitPlan {
  const draft: Draft = {
    steps: [],
    decisions: [detected.chosenBecause],
    warnings: [...detected.warnings],
  }
  const manifest = JSON.parse(facts.packageJson.replace(/^\ufeff/, '')) as Record<string, unknown>
  planTarball(draft, facts)
  const start = `${RUNTIME} start ${planEcosystemFile(draft, detected, options, facts, render)}`
  planIgnored(draft, facts)
  planPackageJson(draft, manifest, start, detected, facts)
  planProcfile(draft, detected, facts.procfile)
  planLockfile(draft, manifest, detected, facts)
  if (options.appJson) planAppJson(draft, detected, facts)
  if (options.ci) planWorkflows(draft, detected, options, facts)
  for (const { name } of facts.vendored.filter(
    ({ name }) => name !== tarballName(facts.runtime.version),
  )) {
    draft.steps.push({
      kind: 'remove',
      file: `${VENDOR}/${name}`,
      why: 'an older version of the runtime',
    })
  }
  return {
    dir: facts.dir,
    ...draft,
    steps: draft.steps.map((step) => ({ ...step, why: hideSecrets(step.why) })),
  }
}

/** The workflows that are asked for. */
function planWorkflows(
  draft: Draft,
  { packageManager, lockfile, engines }: Detected,
  options: InitOptions,
  { deploy, workflow, reviewWorkflow, isRoot }: Facts,
): void {
  if (!isRoot) {
    draft.warnings.push(
      `No workflow is written: GitHub looks for ${WORKFLOW} at the root of the repository only.`,
    )
    return
  }
  // Lockfile and engines are there once the steps before this one are done.
  const input = {
    deploy,
    packageManager,
    hasLockfile: lockfile !== undefined || draft.steps.some(({ kind }) => kind === 'run'),
    hasEngines: engines !== undefined || draft.steps.some(({ file }) => file === 'package.json'),
  }
  planWorkflow(draft, options, {
    file: WORKFLOW,
    before: workflow,
    after: githubWorkflow(input),
    why: 'a push is deployed, a pull request rehearsed on the runner; its head says what it needs',
  })
  if (!options.reviews) return
  planWorkflow(draft, options, {
    file: REVIEW_WORKFLOW,
    before: reviewWorkflow,
    after: githubReviews(input),
    why: 'a pull request has an app of its own while it is open; its head says what it needs',
  })
}

interface Written {
  file: string
  before: string | undefined
  after: string
  why: string
}

/** A workflow that is there is its owner's, unless --force says otherwise. */
function planWorkflow(
  { steps, warnings }: Draft,
  { force }: InitOptions,
  { file, before, after, why }: Written,
): void {
  if (before === after) return
  if (before !== undefined && !force) {
    warnings.push(
      `${file} is there and is left as it is. To write it anew: --force, which writes the ` +
        'ecosystem file anew as well.',
    )
    return
  }
  steps.push({ ...fileStep(file, before, after), why })
}

function planTarball({ steps }: Draft, { vendored, runtime }: Facts): void {
  const name = tarballName(runtime.version)
  const there = vendored.find((each) => each.name === name)
  if (there?.isSame) return
  const why = there
    ? 'the runtime, newly built'
    : 'the runtime that starts PM2 in the dyno; commit it with the app'
  steps.push({
    kind: there ? 'edit' : 'create',
    file: `${VENDOR}/${name}`,
    from: runtime.file,
    why,
  })
}

/** Returns what the start script names: the file and the words after it. */
function planEcosystemFile(
  draft: Draft,
  detected: Detected,
  options: InitOptions,
  facts: Facts,
  render: EcosystemFiles['render'],
): string {
  if (detected.ecosystemFile) {
    const { file, startArgs } = detected.ecosystemFile
    const asked = ignoredFlags(options)
    if (asked.length > 0)
      draft.warnings.push(
        `${asked.join(', ')}: not used, because ${file} is there. Edit it, or write a new one ` +
          'with --force.',
      )
    return [file, ...startArgs].join(' ')
  }
  const { fileName, text } = newEcosystemFile(
    detected as Detected & { entry: string },
    options,
    render,
  )
  const before = facts.existing[fileName]
  if (before !== text)
    draft.steps.push({
      ...fileStep(fileName, before, text),
      why:
        before === undefined
          ? 'what PM2 runs in each dyno, a comment a line'
          : 'written anew (--force)',
    })
  const others = Object.keys(facts.existing).filter((name) => name !== fileName)
  if (others.length > 0)
    draft.warnings.push(`${others.join(' and ')} is no longer used, and stays where it is.`)
  return fileName
}

function ignoredFlags({ format, name, entry, instances, memory, envNames }: InitOptions): string[] {
  const asked = {
    '--format': format,
    '--name': name,
    '--entry': entry,
    '--instances': instances,
    '--memory': memory,
    '--env': envNames[0],
  }
  return Object.entries(asked).flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
}

function planIgnored(
  { steps, warnings }: Draft,
  { gitignore, unignored, isTarballIgnored, slugignore }: Facts,
): void {
  const after = withEntries(gitignore ?? '', unignored, isTarballIgnored)
  if (after !== (gitignore ?? '')) {
    const why = [
      ...(unignored.length > 0 ? [`leave out ${unignored.join(', ')}`] : []),
      ...(isTarballIgnored ? ['let the vendored runtime into commits'] : []),
    ]
    steps.push({ ...fileStep('.gitignore', gitignore, after), why: why.join('\n') })
  }
  if (/^\/?(vendor\b|\*\.tgz)/m.test(slugignore ?? ''))
    warnings.push(
      '.slugignore leaves out the vendored runtime: take `vendor` and `*.tgz` out of it, or ' +
        'the build on Heroku fails.',
    )
}

function planLockfile(
  { steps }: Draft,
  manifest: Record<string, unknown>,
  detected: Detected,
  facts: Facts,
): void {
  const { packageManager: manager } = detected
  const file = detected.lockfile ?? lockfileOf(TOOL[manager])
  const spec = specOf(facts)
  const bytesChange = steps.some((step) => step.file.startsWith(`${VENDOR}/`))
  const dependencyChanges = stringAt(manifest, 'dependencies', RUNTIME) !== spec
  if (!bytesChange && !dependencyChanges && lockHolds(manager, facts.lock, spec, facts.runtime))
    return
  const pruned =
    facts.lock === undefined
      ? undefined
      : withoutStaleEntry(manager, facts.lock, spec, facts.runtime)
  if (pruned !== undefined)
    steps.push({
      kind: 'edit',
      file,
      before: facts.lock!,
      after: pruned,
      why: 'without the digest of the old runtime',
    })
  const isAlone =
    manifest['workspaces'] === undefined && !(manager === 'pnpm' && detected.hasPnpmWorkspace)
  const format =
    manager === 'npm' && facts.lock !== undefined ? npmLockFormat(facts.lock) : undefined
  const options = {
    isAlone,
    ...(facts.tool ? { tool: facts.tool } : {}),
    ...(format ? { format } : {}),
  }
  const command = lockCommand(manager, { ...options, hasOtherBytes: pruned !== undefined })
  const withoutCache = lockCommand(manager, { ...options, hasOtherBytes: true })
  const isApart = format === 1
  const why = isApart
    ? `adds the runtime to ${file}, which stays as it is otherwise, in version 1 of its format`
    : `brings ${file} in step; runs no scripts and leaves node_modules alone`
  steps.push({
    kind: 'run',
    command,
    file,
    mustHold: lockMarks(manager, spec, facts.runtime),
    ...(withoutCache.length > command.length ? { orElse: withoutCache } : {}),
    manager,
    isAlone,
    isApart,
    install: frozenCommand(manager, { isAlone, tool: facts.tool ?? [TOOL[manager]] }),
    why,
  })
}
