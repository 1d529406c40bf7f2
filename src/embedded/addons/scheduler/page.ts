/** The page of Heroku Scheduler: the app's jobs, and the forms that add, change and remove them. */
import { createHash } from 'node:crypto'
import { DYNO_SIZES } from '../../../lib/dyno-sizes.js'
import { DEFAULT_SIZES, runtimeOf, sizeIn } from '../../api/place.js'
import type { AppRecord } from '../../store/records.js'
import type { Owned } from '../attachments.js'
import type { HtmlPage, RefusedForm } from '../provider.js'
import { LONGEST_COMMAND } from './form.js'
import { codeOf, FREQUENCIES, frequencyInWords, type Frequency } from './frequency.js'
import { jobsOf, nextStart, type Job } from './job.js'
import { Markup, markup } from './markup.js'
import { STYLE } from './style.js'

interface Shown {
  token: string
  refused: RefusedForm | undefined
  /** ms since the epoch */
  now: number
}

/** What the fields of a form have in them. */
interface Fields {
  command: string
  frequency: string
  size: string
}

const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

export function schedulerPage({ app, addon }: Owned, shown: Shown): HtmlPage {
  const jobs = jobsOf(addon)
  const refusedOf = (job: string | null) =>
    shown.refused?.fields.get('job') === job ? shown.refused.fields : undefined
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scheduler · ${app.name}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>Scheduler of ${app.name}</h1>
<p>${addon.name} (${addon.service}:${addon.plan}). Each job runs in a one-off dyno of the current
release. Its output is in the app's log, as that of <code>scheduler.1234</code>. Times are UTC: it
is ${timeOf(shown.now)}.</p>
${shown.refused ? markup`<p class="refused" role="alert">${shown.refused.message}</p>` : ''}
<h2>Jobs</h2>
${jobs.length === 0 ? markup`<p>There are none yet.</p>` : ''}
${jobs.map((job) => jobOf(app, job, { ...shown, fields: refusedOf(job.id) }))}
<h2>Add a job</h2>
${formOf(
  app,
  { action: 'add', button: 'Add job', token: shown.token },
  {
    command: '',
    frequency: codeOf(FREQUENCIES[0]!),
    size: app.formation.web?.size ?? DEFAULT_SIZES[runtimeOf(app)],
    ...fieldsOf(refusedOf(null)),
  },
)}
</main>
</body>
</html>
`
  return { html: text, style: STYLE_SOURCE }
}

function jobOf(
  app: Readonly<AppRecord>,
  job: Job,
  { token, now, fields }: Shown & { fields: URLSearchParams | undefined },
): Markup {
  const { id, command, size } = job
  const filled = { command, frequency: codeOf(job), size, ...fieldsOf(fields) }
  return markup`<section class="job" aria-label="${command}">
<p><code>${command}</code></p>
<dl>
<div><dt>Frequency</dt><dd>${frequencyInWords(job)}</dd></div>
<div><dt>Dyno size</dt><dd>${size}</dd></div>
<div><dt>Last run</dt><dd>${lastRun(job)}</dd></div>
<div><dt>Next run</dt><dd>${timeOf(nextStart(job, now))}</dd></div>
</dl>
<details${fields ? ' open' : ''}><summary>Edit or remove</summary>
${formOf(app, { action: 'save', button: 'Save job', token, job: id }, filled)}
<form method="post">${hidden({ action: 'remove', token, job: id })}
<button class="remove">Remove job</button></form>
</details>
</section>
`
}

function lastRun({ last }: Job): string {
  if (!last) return 'never'
  const time = timeOf(last.at)
  return last.problem === null
    ? `${time}, in ${last.dyno}`
    : `could not be started at ${time}: ${last.problem}`
}

/** A form that posts to the page's own address. */
function formOf(
  app: Readonly<AppRecord>,
  { button, ...named }: { action: string; button: string; token: string; job?: string },
  { command, frequency, size }: Fields,
): Markup {
  const runtime = runtimeOf(app)
  const sizes = DYNO_SIZES.filter(({ name }) => sizeIn(runtime, name)).map(({ name }) =>
    option(name, name, size),
  )
  const group = (every: Frequency['every']) =>
    FREQUENCIES.filter((one) => one.every === every).map((one) =>
      option(codeOf(one), frequencyInWords(one), frequency),
    )
  return markup`<form method="post">${hidden(named)}
<label>Command
<input name="command" value="${command}" required maxlength="${LONGEST_COMMAND}"
autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="node tasks/clean.js"></label>
<label>Frequency <select name="frequency">${group(10)}
<optgroup label="Hourly">${group(60)}</optgroup>
<optgroup label="Daily">${group(1440)}</optgroup></select></label>
<label>Dyno size <select name="size">${sizes}</select></label>
<button>${button}</button></form>`
}

const hidden = (fields: Record<string, string>): Markup[] =>
  Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  )

const option = (value: string, label: string, chosen: string): Markup =>
  markup`<option value="${value}"${value === chosen ? ' selected' : ''}>${label}</option>`

/** What was filled into a form that was refused. */
const fieldsOf = (fields: URLSearchParams | undefined): Partial<Fields> =>
  Object.fromEntries(
    ['command', 'frequency', 'size'].flatMap((name) => {
      const value = fields?.get(name)
      return value === null || value === undefined ? [] : [[name, value]]
    }),
  )

/** 2026-11-27 14:30 */
const timeOf = (time: number): string =>
  new Date(time).toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ')
