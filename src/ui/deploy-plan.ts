import pc from 'picocolors'
import { formatDynoCount } from '../lib/dyno-count.js'
import type { FormationChange } from '../operate/formation-change.js'
import { isDirty, shortCommit } from '../deploy/source/short-commit.js'
import { describeInProgress } from '../deploy/lock/in-progress.js'
import { STEPS } from '../deploy/steps/index.js'
import type { DeployPlan, DeployResult } from '../deploy/index.js'
import { costInWords } from '../operate/in-words.js'
import { printable } from './printable.js'

/** The plan in a person's words, a line each. */
export function describePlan(plan: DeployPlan): string[] {
  const to = `${plan.app} on ${plan.platform}${plan.environment ? ` (${plan.environment})` : ''}`
  const commit = `${plan.commit.short} ${plan.commit.subject}${plan.branch ? ` (${plan.branch})` : ''}`
  if (plan.isAlreadyLive) {
    return [
      `${commit} serves already as v${plan.current?.release.version} of ${to}: nothing to deploy.`,
    ].map(printable)
  }
  if (plan.follows) {
    return [
      `${commit} is being deployed to ${to} already: ${describeInProgress(plan.follows)}. ` +
        'Following it to its end; nothing is pushed.',
      ...describeSteps(plan),
    ].map(printable)
  }
  const replaces = plan.current
    ? `v${plan.current.release.version}${ofCommit(plan.current.commit)}`
    : plan.appState === 'exists'
      ? 'nothing: the app has no release with code'
      : 'nothing: the app does not exist yet'
  return [
    `Deploy ${commit}`,
    ...(plan.upload
      ? [
          `    ${plan.upload.files} files as they lie in the ` +
            `folder${plan.upload.isDirty ? ', which are not those of the commit' : ''}`,
        ]
      : []),
    ...(plan.split
      ? [
          `    the folder ${plan.split.folder} alone, as commit ` +
            `${plan.commit.id.slice(0, plan.commit.short.length)} of its own history`,
        ]
      : []),
    `    to ${to}`,
    `    replacing ${replaces}`,
    ...(plan.overwrites ? [`    ${dropped(plan.overwrites)}`] : []),
    ...plan.formation.map(describeChange),
    ...describeSteps(plan),
    !plan.current
      ? '  There is no earlier release to go back to after a failure.'
      : plan.rollback
        ? `  A failure after the release goes back to v${plan.current.release.version}.`
        : '  A failure after the release is not rolled back.',
  ].map(printable)
}

export const describeSteps = (plan: DeployPlan): string[] =>
  STEPS.filter(({ name }) => plan.steps.includes(name)).map(
    (step, i) => `  ${i + 1}. ${step.describe(plan)}`,
  )

/** What --force drops, and for how little it is known. */
function dropped({ commit, count, subject }: NonNullable<DeployPlan['overwrites']>): string {
  const short = commit.slice(0, 7)
  if (count === null)
    return `--force drops the app's commit ${short} and what led to it: it is not in this repository`
  return (
    '--force drops ' +
    `${count === 1 ? 'a commit that only the app has' : `${count} commits that only the app has, the newest`}: ` +
    `${short} ${subject}`
  )
}

/** web: 1:Standard-1X → 2:Standard-1X (standard dynos, costs more) */
function describeChange({ type, before, after, ...ofCost }: FormationChange): string {
  const cost = costInWords(ofCost)
  return (
    `    dynos of ${type}: ${before ? formatDynoCount(before) : 'new'} → ` +
    `${formatDynoCount(after)}${cost ? ` (${cost})` : ''}`
  )
}

/** What came of it, in one line: only what is true of dynos that run. */
export function describeResult({
  app,
  commit,
  release,
  url,
  dynos,
  alreadyLive,
}: DeployResult): string {
  if (dynos.length === 0)
    return (
      `${commit.short} ${alreadyLive ? 'is' : 'was released as'} v${release.version} of ${app}, ` +
      `and no dyno runs it. Start one: shipit scale TYPE=1 --app ${app} (shipit scale --app ` +
      `${app} shows the types)`
    )
  const hasWeb = dynos.some((name) => name.startsWith('web.'))
  return (
    `${commit.short} ${alreadyLive ? 'is already live as' : hasWeb ? 'serves as' : 'runs as'} ` +
    `v${release.version} of ${app}: ${hasWeb && url ? url : dynos.join(', ')}`
  )
}

/**
 * What is doubtful about the deploy, for stderr: a line each, marked as Heroku's builds mark
 * theirs.
 */
export function describeWarnings({
  warnings,
  findings,
}: Pick<DeployPlan, 'warnings' | 'findings'>): string[] {
  const colours = pc.createColors(Boolean(process.stderr.isTTY) && pc.isColorSupported)
  const told = findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ what, place }) =>
      place && !what.includes(place) ? `${what.replace(/\.$/, '')} (${place}).` : what,
    )
  const advice = told.length > 0 ? ['What to do about it: shipit doctor'] : []
  return [...warnings, ...told, ...advice].map(
    (warning) => `${colours.yellow(' !')}     ${printable(warning)}`,
  )
}

export const ofCommit = (commit: string | null | undefined): string =>
  commit
    ? `, ${isDirty(commit) ? 'files that are in no commit, of ' : 'commit '}${shortCommit(commit)}`
    : ''
