/** A promotion in a person's words. */
import type { Differences, Promotion, TargetOutcome } from '../deploy/promote/index.js'
import type { DeployPlan } from '../deploy/index.js'
import type { LineSink } from '../lib/terminal.js'
import { describeResult, describeSteps, ofCommit } from './deploy-plan.js'
import { printable } from './printable.js'

/** The plan for one app, a line each. */
export function describeTarget(
  { pipeline, source, shown }: Promotion,
  plan: DeployPlan,
  stage: string,
  { commits, config }: Differences,
): string[] {
  const from = `v${source.release.version} of ${source.app.name}`
  const what = `${shown.short}${shown.subject ? ` ${shown.subject}` : ''}`
  const to = `${plan.app} on ${plan.platform} (${stage} of ${pipeline.name})`
  if (plan.isAlreadyLive)
    return [
      `${from} (${what}) serves already as v${plan.current?.release.version} of ${to}: nothing ` +
        'to promote.',
    ].map(printable)
  return [
    `Promote ${from} (${source.stage}): ${what}`,
    `    to ${to}`,
    plan.current
      ? `    replacing v${plan.current.release.version}${ofCommit(plan.current.commit)}`
      : '    replacing nothing: the app has no release with code',
    ...describeCommits(plan, commits),
    ...configLine(`config vars that ${plan.app} lacks`, config.sourceOnly),
    ...configLine(`config vars of ${plan.app} alone`, config.targetOnly),
    ...configLine('config vars with another value', config.different),
    ...describeSteps(plan),
    !plan.current
      ? '  There is no earlier release to go back to after a failure.'
      : plan.rollback
        ? `  A failure after the release goes back to v${plan.current.release.version}.`
        : '  A failure after the release is not rolled back.',
  ].map(printable)
}

function describeCommits({ current }: DeployPlan, commits: Differences['commits']): string[] {
  if (!commits) return current ? ['    commits: not known, this folder does not hold both'] : []
  const { added, addedCount, droppedCount } = commits
  const count = (number: number) => `${number} ${number === 1 ? 'commit' : 'commits'}`
  return [
    `    ${count(addedCount)} more` +
      (droppedCount > 0 ? `, without ${count(droppedCount)} that it has` : '') +
      (added.length > 0 ? ':' : ''),
    ...added.map(({ short, subject }) => `      ${short} ${subject}`),
    ...(addedCount > added.length ? [`      and ${addedCount - added.length} more`] : []),
  ]
}

const configLine = (title: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`    ${title}: ${names.join(', ')}`]

/** What came of it, a line an app. */
export const describeOutcome = ({ app, result, error }: TargetOutcome): string =>
  error ? ` !     ${app}: ${printable(error.message)}` : describeResult(result)

/** Each line with the app that it is of: of several at once. */
export const ofApp = (sink: LineSink, app: string): LineSink => ({
  write: (text) => sink.write(text.replace(/^(?!$)/gm, `[${app}] `)),
})
