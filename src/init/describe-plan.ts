import pc from 'picocolors'
import { indented, wrap } from '../lib/wrap.js'
import { SCRATCH } from './lock/commands.js'
import type { InitPlan, InitStep } from './types.js'

type Colours = ReturnType<typeof pc.createColors>
const MARKS = { create: '+', edit: '~', remove: '-', run: '$' } as const

interface DescribeOptions {
  /** Columns of the terminal. */
  width: number
  colours: Colours
}

/**
 * The plan as lines for a person: what was found, then one entry a step with its reasons below it.
 */
export function describePlan(plan: InitPlan, options: DescribeOptions): string {
  const { width, colours } = options
  const found = plan.decisions.flatMap((decision) => wrap(decision, width))
  const steps = plan.steps.flatMap((step) => stepLines(step, options))
  const warnings = plan.warnings.flatMap((warning) =>
    indented(warning, `${colours.yellow('!')} `, 2, width),
  )
  return [found, steps, warnings]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

/** The file of a step, or its command. */
function describeStep(step: InitStep): string {
  return step.kind === 'run'
    ? step.command
        .filter((word) => !word.startsWith(SCRATCH) && !/^--(modules|cache)-folder$/.test(word))
        .join(' ')
    : step.file
}

function stepLines(step: InitStep, { width, colours }: DescribeOptions): string[] {
  const colour = {
    create: colours.green,
    edit: colours.yellow,
    remove: colours.red,
    run: colours.cyan,
  }[step.kind]
  const head = indented(describeStep(step), `  ${colour(MARKS[step.kind])} `, 6, width)
  return [
    ...head,
    ...step.why.split('\n').flatMap((line) => indented(line, '      ', 8, width).map(colours.dim)),
  ]
}
