import { formatOf } from '../../ecosystem/names.js'
import { environmentNames } from '../../ecosystem/environment.js'
import type { Pm2CommandLine } from '../../ecosystem/pm2-command-line.js'
import { RUNTIME } from '../../init/runtime-tarball.js'
import type { ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { defaultWeb, withoutWeb } from '../first-web.js'
import { absence, processesOf, processOf, type Process } from '../processes.js'

/**
 * Every line of the Procfile as the web line is checked: what it starts is there, and so is what it
 * names of the ecosystem file.
 */
export const processTypes: Check = {
  name: 'process-types',
  theme: 'Start',
  asserts: 'what the other process types start is there',
  run: ({ project }) =>
    processesOf(project).flatMap((process) => {
      const named = namesOf(process, project)
      if (process.type === 'web' || named.length > 0) return named
      return [...absent(process, project), ...sameAsWeb(process, project)]
    }),
}

/**
 * What a line starts is not there, as far as that is certain. What cannot run on Heroku for another
 * reason is not told here.
 */
function absent(process: Process, project: ProjectFacts): Problem[] {
  const { type, line, target } = process
  const found = absence(process, project)
  // `release: echo none` and the like stand for nothing, on purpose.
  if (!found || (target.kind === 'refused' && target.isIdle)) return []
  return [
    {
      severity: 'error',
      what: `The process type ${type} runs \`${line}\`, and ${found.reason}.`,
      place: 'Procfile',
      why:
        type === 'release'
          ? 'The release phase would fail, and with it the deploy.'
          : 'Its dynos would crash.',
      next: found.next ?? `Fix that line, or take it out of the Procfile.`,
    },
  ]
}

/** What a call of the runtime names: flags, the file, apps and an environment of it. */
function namesOf({ type, runtime, target, place }: Process, project: ProjectFacts): Problem[] {
  const { ecosystem, ecosystemFile } = project
  if (!runtime?.refused) return []
  const at = { place }
  const crash = `${type === 'web' ? 'The web dynos' : `Dynos of ${type}`} would crash.`
  const [refused] = runtime.refused
  if (refused)
    return [
      {
        ...at,
        severity: 'error',
        what: `${RUNTIME} does not take ${refused.flag}: ${refused.why}.`,
        why: crash,
        next: `Take ${refused.flag} out of the command of ${type}.`,
      },
    ]
  const file = target.kind === 'ecosystem' ? target.file : undefined
  // Of the web process, start-script tells it.
  if (
    type !== 'web' &&
    runtime.file !== undefined &&
    formatOf(runtime.file) !== undefined &&
    target.kind === 'refused' &&
    target.isFinal
  ) {
    return [
      {
        ...at,
        severity: 'error',
        what: `The process type ${type} starts ${runtime.file}, which does not exist.`,
        why: crash,
        next: `Name ${ecosystemFile ?? 'a file that is in the commit'} in its command.`,
      },
    ]
  }
  if (
    !ecosystem ||
    file !== ecosystemFile ||
    ecosystem.problems.some(({ severity }) => severity === 'error')
  )
    return []
  return [
    ...wrongApps(
      type,
      runtime,
      ecosystem.apps.map(({ name }) => name),
      crash,
    ),
    ...wrongEnvironment(type, runtime, project),
  ].map((problem) => ({ ...problem, ...at }))
}

function wrongApps(
  type: string,
  { only }: Partial<Pm2CommandLine>,
  names: string[],
  crash: string,
): Problem[] {
  const missing = (only ?? '').split(/[, ]+/).filter((name) => name !== '' && !names.includes(name))
  if (missing.length === 0) return []
  return [
    {
      severity: 'error',
      what:
        `The process type ${type} starts ${missing.join(', ')} with --only, and the ecosystem ` +
        'file has no such app.',
      why: `${crash} It has ${names.join(', ') || 'none'}.`,
      next: `Name one of them in the command of ${type}.`,
    },
  ]
}

function wrongEnvironment(
  type: string,
  { env }: Partial<Pm2CommandLine>,
  { ecosystem }: ProjectFacts,
): Problem[] {
  const apps = ecosystem?.apps ?? []
  if (
    env === undefined ||
    apps.length === 0 ||
    ecosystem?.deployEnv?.[env] ||
    apps.some((app) => environmentNames(app).includes(env))
  )
    return []
  return [
    {
      severity: 'warning',
      what:
        `The process type ${type} names --env ${env}, and no app of the ecosystem file has ` +
        `env_${env}.`,
      why: 'The apps start without it.',
      next: `Add env_${env} to an app, or take --env ${env} out.`,
    },
  ]
}

/**
 * `worker: npm start`, where `npm start` is the web process: both start all apps of the ecosystem
 * file.
 */
function sameAsWeb({ type, line, runtime, target }: Process, project: ProjectFacts): Problem[] {
  const web = processOf('web', project)
  if (type === 'release' || !web || web.isDefault || !runtime?.refused || !web.runtime?.refused)
    return []
  const same =
    target.kind === 'ecosystem' &&
    web.target.kind === 'ecosystem' &&
    target.file === web.target.file &&
    runtime.only === web.runtime.only
  if (!same) return []
  const names = project.ecosystem?.apps.map(({ name }) => name) ?? []
  return [
    {
      severity: 'warning',
      place: 'Procfile',
      what:
        `The process type ${type} runs \`${line}\`, which starts the same apps as ` +
        `web${names.length > 1 ? `: ${names.join(', ')}` : ''}.`,
      why: 'Nothing routes requests to them, and what web does, they do again.',
      next: `Give each its own apps: \`${type}: ${RUNTIME} start ${target.file} --only NAME\`.`,
    },
  ]
}

/**
 * heroku/nodejs always has `web: npm start` among its process types (its bin/release), and a first
 * deploy starts one dyno of it: for an app of workers that is one more process, or a crash.
 */
export const webProcess: Check = {
  name: 'web-process',
  theme: 'Start',
  asserts: 'the Procfile has a web process',
  run: (facts) => {
    const web = defaultWeb(facts)
    if (!web) return []
    const app = facts.platform ? ` --app ${facts.platform.app}` : ''
    const none = `shipit deploy${app}${withoutWeb(web)
      .map((count) => ` --scale ${count}`)
      .join('')}`
    const heroku = 'The Procfile has no web line, so Heroku runs `npm start` for web'
    const problem = (
      severity: Problem['severity'],
      what: string,
      why: string,
      next = none,
    ): Problem[] => [{ severity, what, why, next, place: 'Procfile' }]
    const { trouble, line, types } = web
    if (trouble === 'no start script')
      return problem(
        'warning',
        `${heroku}, and there is no start script.`,
        'The first deploy starts one web dyno, which would crash.',
      )
    if (trouble && 'sameAs' in trouble) {
      return problem(
        'warning',
        `${heroku}: it starts what ${trouble.sameAs} starts, once more.`,
        'The first deploy starts one web dyno beside it, and only that one runs under PM2.',
        `Write \`${trouble.sameAs}: npm start\` in the Procfile, and have no web dyno:\n${none}`,
      )
    }
    if (trouble)
      return problem(
        'warning',
        `${heroku}: \`${line}\`, and nothing in ${trouble.silent} listens.`,
        'The first deploy starts one web dyno, which is stopped if it has not bound PORT ' +
          'within 60 s (R10).',
      )
    return problem(
      'note',
      `${heroku}: \`${line}\`.`,
      `The first deploy starts one web dyno, and none of ${types.join(', ')}.`,
      `${none}\nDeploy so if the app has no web process, or write the line: \`web: npm start\`.`,
    )
  },
}
