import type { CheckStatus, DoctorReport, Severity, Theme } from '../doctor/index.js'
import type { Fixes } from '../doctor/fix.js'
import { colours, printable } from './printable.js'
import { indented, wrap } from '../lib/wrap.js'

interface Look {
  isPlain: boolean
  width: number
  colours: ReturnType<typeof colours>
}

/** Marks and colours for people; words, and whole lines, for a pipe. */
export const lookOf = (stream: NodeJS.WriteStream): Look => ({
  isPlain: !stream.isTTY || process.env.TERM === 'dumb',
  width: stream.isTTY ? Math.min(stream.columns || 80, 110) : Infinity,
  colours: colours(stream),
})

const ORDER: readonly CheckStatus[] = ['error', 'warning', 'note', 'ok', 'left_out']
const SYMBOLS: Record<CheckStatus, string> = {
  ok: '✓',
  note: 'i',
  warning: '!',
  error: '✗',
  left_out: '-',
}
const LABELS: Record<CheckStatus, string> = {
  ok: 'ok:',
  note: 'note:',
  warning: 'warning:',
  error: 'error:',
  left_out: 'left out:',
}

function mark(status: CheckStatus, { isPlain, colours: c }: Look): string {
  const paint = { ok: c.green, note: c.cyan, warning: c.yellow, error: c.red, left_out: c.dim }[
    status
  ]
  return paint((isPlain ? LABELS : SYMBOLS)[status])
}

/** The report in a person's words, a line each: a line a theme, and below it what is the matter. */
export function describeReport(report: DoctorReport, look: Look): string[] {
  const themes = [...new Set(report.checks.map(({ theme }) => theme))]
  return [
    ...head(report),
    '',
    ...themes.flatMap((theme) => describeTheme(theme, report, look)),
    '',
    ...tail(report, look),
  ]
}

function head({ commit, ref, uncommitted, app, platform, environment }: DoctorReport): string[] {
  const files =
    ref !== null
      ? `commit ${commit} of ${ref}`
      : commit === null
        ? 'the files as they are'
        : uncommitted === 0
          ? `commit ${commit}`
          : `commit ${commit} with ${uncommitted} uncommitted ` +
            `${uncommitted === 1 ? 'change' : 'changes'}`
  return [
    'Looked at ' +
      `${files}${app === null ? '' : `, and ${app} on ${platform}`}${environment === null ? '' : ` (${environment})`}.`,
  ].map(printable)
}

function describeTheme(theme: Theme, { checks, findings }: DoctorReport, look: Look): string[] {
  const statuses = checks.filter((check) => check.theme === theme).map(({ status }) => status)
  const found = ORDER.find((status) => statuses.includes(status)) ?? 'ok'
  const worst = found === 'ok' && statuses.includes('left_out') ? 'left_out' : found
  const own = findings.filter((finding) => finding.theme === theme)
  const looked = statuses.filter((status) => status !== 'left_out').length
  const count =
    worst === 'ok' || worst === 'left_out'
      ? look.colours.dim(
          ` ${worst === 'ok' ? `${looked} ${looked === 1 ? 'check' : 'checks'}` : 'not looked at'}`,
        )
      : ''
  return [
    `${mark(worst, look)} ${look.colours.bold(theme)}${count}`,
    ...own.flatMap((finding) => describeFinding(finding, look)),
  ]
}

function describeFinding(
  { severity, what, why, next, place }: DoctorReport['findings'][number],
  look: Look,
): string[] {
  const where = place !== null && !what.includes(place) ? `${place}: ` : ''
  const sentence = printable(where + what)
  const reason =
    why === null ? [] : indented(printable(why), '      ', 6, look.width).map(look.colours.dim)
  const steps = printable(next)
    .split('\n')
    .flatMap((line, at) =>
      indented(line, at === 0 ? `    ${look.colours.cyan('→')} ` : '      ', 6, look.width),
    )
  return [...indented(sentence, `  ${mark(severity, look)} `, 4, look.width), ...reason, ...steps]
}

function tail({ findings, fixed, leftOut }: DoctorReport, look: Look): string[] {
  const left = leftOut.flatMap((sentence) => wrap(printable(`Left out: ${sentence}`), look.width))
  const fixable = findings.filter(({ isFixable }) => isFixable).length
  const advice =
    fixable === 0
      ? []
      : fixed.length > 0
        ? []
        : [
            'shipit doctor --fix fixes ' +
              `${fixable === findings.length ? (fixable === 1 ? 'it' : 'them') : `${fixable} of them`}.`,
          ]
  const changed =
    fixed.length === 0
      ? []
      : ['Look at what was changed, and commit it: git diff; git add --all && git commit']
  return [...left, counted(findings.map(({ severity }) => severity)), ...advice, ...changed]
}

function counted(severities: Severity[]): string {
  const parts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = severities.filter((each) => each === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  if (parts.length === 0) return 'Nothing is the matter.'
  return `${parts.join(', ')}.${severities.includes('error') ? ' A deploy would stop at the errors.' : ''}`
}

/** What --fix is about to change, a line each. */
export function describeFixes({ edit, init }: Fixes): string[] {
  return [
    ...(edit ? edit.removed.map((option) => `${edit.name}: without ${option}`) : []),
    ...(init
      ? init.steps.map((step) =>
          step.kind === 'run'
            ? `${step.file}: ${step.command.slice(0, 3).join(' ')}, ${step.why.split('\n')[0]}`
            : `${step.file}: ${step.why.split('\n').join('; ')}`,
        )
      : []),
  ].map(printable)
}
