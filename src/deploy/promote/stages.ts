/** Which apps of a pipeline a promotion is to. Pure. */
import { ShipitError } from '../../errors.js'
import { STAGE_ORDER, type PipelineApp } from '../../heroku/pipelines.js'
import { STAGES, type Stage } from '../../heroku/shapes.js'
import { nearest } from '../../lib/nearest.js'

/** A release goes from one stage to the next, as Heroku's own CLI has it (pipelines:promote). */
const NEXT: Partial<Record<Stage, Stage>> = { development: 'staging', staging: 'production' }

export const isStage = (text: string): text is Stage => STAGES.some((stage) => stage === text)

const at = (apps: readonly PipelineApp[], stage: Stage) => apps.filter((one) => one.stage === stage)

/** Stages and apps, as a sentence: "staging: shop-staging; production: shop". */
const appsByStage = (apps: readonly PipelineApp[]): string =>
  STAGE_ORDER.filter((stage) => at(apps, stage).length > 0)
    .map(
      (stage) =>
        `${stage}: ${at(apps, stage)
          .map(({ app }) => app.name)
          .join(', ')}`,
    )
    .join('; ')

/**
 * The apps that `to` names, by stage or by name; without it those of the stage after the source's.
 * @throws ShipitError `usage` or `not_found` if there is none
 */
export function chooseTargets(
  apps: readonly PipelineApp[],
  source: PipelineApp,
  pipeline: string,
  to: readonly string[],
): PipelineApp[] {
  const others = apps.filter(({ app }) => app.id !== source.app.id)
  const wanted = to.length > 0 ? to : [nextOf(source, others)]
  const found = wanted.flatMap((word) => named(word, source, others, pipeline))
  return found.filter((one, index) => found.indexOf(one) === index)
}

function nextOf(source: PipelineApp, others: readonly PipelineApp[]): Stage {
  const next = NEXT[source.stage]
  if (next) return next
  throw new ShipitError('usage', {
    message: `${source.app.name} is in ${source.stage}, from where nothing is promoted by itself.`,
    why: others.length === 0 ? undefined : `The pipeline has ${appsByStage(others)}.`,
    next:
      source.stage === 'production'
        ? 'Promote from the app of an earlier stage: shipit promote --app NAME'
        : `Name the apps: shipit promote --app ${source.app.name} --to APP`,
  })
}

function named(
  word: string,
  source: PipelineApp,
  others: readonly PipelineApp[],
  pipeline: string,
): PipelineApp[] {
  if (word === source.app.name || word === source.app.id)
    throw new ShipitError('usage', { message: `${word} cannot be promoted to itself.` })
  const found = isStage(word)
    ? at(others, word)
    : others.filter(({ app }) => app.name === word || app.id === word)
  if (found.length > 0) return found
  const why = others.length === 0 ? 'It has no other app.' : `It has ${appsByStage(others)}.`
  if (isStage(word))
    throw new ShipitError('not_found', {
      message: `The pipeline ${pipeline} has no other app in ${word}.`,
      why,
      next: `shipit pipelines add ${pipeline} --app NAME --stage ${word}`,
    })
  const guess = nearest(
    word,
    others.map(({ app }) => app.name),
  )
  throw new ShipitError('not_found', {
    message: `The pipeline ${pipeline} has no app ${word}.`,
    why: guess === undefined ? why : `Did you mean ${guess}? ${why}`,
    next: `shipit pipelines add ${pipeline} --app ${word} --stage production`,
  })
}
