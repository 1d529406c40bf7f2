import type { Endpoint } from '../../src/heroku/index.js'
import type { Behaviour, Context } from './context.js'

export interface Result {
  behaviour: Behaviour
  outcome: 'as expected' | 'otherwise' | 'not run'
  ms: number
  note: string
}

/** Checks one behaviour; what it throws is what the platform does otherwise. */
export async function check(behaviour: Behaviour, context: Context): Promise<Result> {
  const begun = performance.now()
  const ms = () => Math.round(performance.now() - begun)
  try {
    return {
      behaviour,
      note: (await behaviour.check(context)) ?? '',
      outcome: 'as expected',
      ms: ms(),
    }
  } catch (error) {
    return {
      behaviour,
      note: error instanceof Error ? error.message : String(error),
      outcome: context.signal.aborted ? 'not run' : 'otherwise',
      ms: ms(),
    }
  }
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 200)

/** One table in Markdown, for an issue. Names no account, no token and no app. */
export function table(results: readonly Result[], { apiUrl }: Endpoint, now = new Date()): string {
  const good = results.filter(({ outcome }) => outcome === 'as expected').length
  const rows = results.map(
    ({ behaviour: { id, what, source }, outcome, ms, note }) =>
      `| ${id} | ${cell(what)} | ${cell(source)} | ${outcome} | ${(ms / 1000).toFixed(1)} s | ${cell(note)} |`,
  )
  const host = /127\.0\.0\.1|localhost/.test(apiUrl) ? 'the embedded Heroku' : new URL(apiUrl).host
  return [
    `${good} of ${results.length} as expected, ${host}, ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    '',
    '| id | behaviour | source | outcome | time | seen |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
