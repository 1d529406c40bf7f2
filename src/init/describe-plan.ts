import pc from 'picocolors'
import { SCRATCH } from './lockfile.js'
import type { InitPlan, InitStep } from './types.js'

type Colours = ReturnType<typeof pc.createColors>
const MARKS = { create: '+', edit: '~', remove: '-', run: '$' } as const

export interface DescribeOptions {
  /** Columns of the terminal. */
  width: number
  colours: Colours
}

/** The plan as lines for a person: what was found, then one entry a step with its reasons below it. */
export function describePlan(plan: InitPlan, options: DescribeOptions): string {
  const { width, colours } = options
  const found = plan.decisions.flatMap((decision) => wrap(decision, width))
  const steps = plan.steps.flatMap((step) => stepLines(step, options))
  const warnings = plan.warnings.flatMap((warning) => indented(warning, `${colours.yellow('!')} `, 2, width))
  return [found, steps, warnings].filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')
}

/** The file of a step, or its command. */
function describeStep(step: InitStep): string {
  return step.kind === 'run' ? step.command.filter((word) => !word.startsWith(SCRATCH) && !/^--(modules|cache)-folder$/.test(word)).join(' ') : step.file
}

function stepLines(step: InitStep, { width, colours }: DescribeOptions): string[] {
  const colour = { create: colours.green, edit: colours.yellow, remove: colours.red, run: colours.cyan }[step.kind]
  const head = indented(describeStep(step), `  ${colour(MARKS[step.kind])} `, 6, width)
  return [...head, ...step.why.split('\n').flatMap((line) => indented(line, '      ', 8, width).map(colours.dim))]
}

/** `lead` stands before the first line only; its colour codes take no columns. */
function indented(text: string, lead: string, indent: number, width: number): string[] {
  const columns = lead.replace(/\x1b\[\d+m/g, '').length // eslint-disable-line no-control-regex -- picocolors' own codes
  const [first, ...rest] = wrap(text, width - columns, width - indent)
  return [lead + first, ...rest.map((line) => ' '.repeat(indent) + line)]
}

function wrap(text: string, firstWidth: number, width: number = firstWidth): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = lines.length === 0 ? firstWidth : width
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
