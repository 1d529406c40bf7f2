import type { Row } from '../official-cli.cases.js'

const INTRO = `# Heroku's own CLI against the embedded Heroku

After \`eval "$(shipit local env)"\` the official CLI (npm \`heroku\` 11.10) drives the embedded Heroku. These are the commands that concern an app, as
\`SHIPIT_SOAK=1 npm run test:official\` runs them, some at a time; APP stands for the app's name. Written by \`npm run docs:official\` from test/e2e/official-cli.cases.ts.
`

/** The document of what each invocation of the official CLI comes to. Pure. */
export function officialCliDocument(groups: Record<string, Row[]>): string {
  const rows = Object.values(groups).flat()
  const count = (is: (row: Row) => unknown) => rows.filter(is).length
  const summary =
    `${rows.length} invocations: ${count(({ works }) => works)} work, ${count(({ absent }) => absent)} are told what is not here or not taken, ` +
    `${count(({ elsewhere }) => elsewhere)} ask another host whatever they are told.`
  const tables = Object.entries(groups).map(
    ([group, all]) =>
      `## ${group}\n\n| command | here |\n|---|---|\n${all.map(lineOf).join('\n')}\n`,
  )
  return [INTRO, `${summary}\n`, ...tables].join('\n')
}

function lineOf({ run, absent, elsewhere }: Row): string {
  const here =
    elsewhere !== undefined
      ? `asks \`${elsewhere}\`, which is not the embedded Heroku`
      : absent !== undefined
        ? `says: ${inCell(absent)}`
        : 'works'
  return `| \`heroku ${inCell(run)}\` | ${here} |`
}

const inCell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
