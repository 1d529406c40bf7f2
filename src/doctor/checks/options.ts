import path from 'node:path'
import { environmentNames } from '../../ecosystem/environment.js'
import { explain } from '../../ecosystem/explain.js'
import type { EcosystemApp } from '../../ecosystem/types.js'
import type { Facts } from '../facts.js'
import type { Check, Problem } from '../check.js'

/** For every app of the ecosystem file. */
export const eachApp =
  (run: (app: EcosystemApp, index: number, facts: Facts) => Problem[]) =>
  (facts: Facts): Problem[] =>
    (facts.project.ecosystem?.apps ?? []).flatMap((app, index) =>
      run(app, index, facts).map((problem) => ({
        ...problem,
        place: facts.project.ecosystemFile ?? 'ecosystem file',
      })),
    )

/** A .js file is code: only a person can change it. */
export const edit = ({ project }: Facts, ...at: (string | number)[]): Pick<Problem, 'fix'> =>
  project.ecosystem?.format === 'js' ? {} : { fix: { by: 'edit', path: ['apps', ...at] } }

export const ecosystemProblems: Check = {
  name: 'ecosystem-options',
  theme: 'Ecosystem file',
  asserts: 'the file says what PM2 understands',
  run: ({ project: { ecosystem, ecosystemFile } }) =>
    (ecosystem?.problems ?? []).map((problem) => ({
      severity: problem.severity,
      what: explain(problem, ecosystemFile ?? 'ecosystem file'),
      next:
        problem.severity === 'error'
          ? 'Correct the file.'
          : 'Correct the file; until then PM2 starts the app without it.',
    })),
}

export const sshTargets: Check = {
  name: 'ssh-deploy',
  theme: 'Ecosystem file',
  asserts: 'the deploy: block is for Heroku',
  run: ({ project: { ecosystem } }) => {
    const keys = Object.entries(ecosystem?.deploy ?? {}).flatMap(([name, { ssh }]) =>
      ssh === undefined ? [] : [`${ssh.join(', ')} of deploy.${name}`],
    )
    const left = [...(ecosystem?.sshTargets ?? []).map((name) => `deploy.${name}`), ...keys]
    return left.length === 0
      ? []
      : [
          {
            severity: 'warning',
            what: `PM2's own deploy over ssh is left alone: ${left.join('; ')}.`,
            next: 'Nothing. To deploy such a target to Heroku, give it `app: NAME`.',
          },
        ]
  },
}

export const portInEnv: Check = {
  name: 'port-in-env',
  theme: 'Ecosystem file',
  asserts: 'PORT is left to the dyno',
  run: eachApp((app, index, facts) => {
    const blocks = ['env', ...environmentNames(app).map((name) => `env_${name}`)].filter(
      (key) => (app[key] as Record<string, unknown> | undefined)?.['PORT'] !== undefined,
    )
    const places = [
      ...blocks.map((key) => [key, 'PORT']),
      ...(typeof app['port'] === 'number' && app['port'] !== 0 ? [['port']] : []),
    ]
    return places.map((place) => ({
      severity: 'warning',
      what: `${app.name} sets PORT in \`${place[0]}\`.`,
      why:
        'A dyno has its own PORT, which wins; under another runner the app would listen where ' +
        'nobody asks.',
      next: `Take ${place.join('.')} out.`,
      ...edit(facts, index, ...place),
    }))
  }),
}

export const watch: Check = {
  name: 'watch',
  theme: 'Ecosystem file',
  asserts: 'nothing is watched in production',
  run: eachApp((app, index, facts) => {
    const { watch: wanted } = app
    const isOn =
      wanted === true ||
      (typeof wanted === 'string' && wanted !== '') ||
      (Array.isArray(wanted) && wanted.length > 0)
    if (!isOn || facts.platform?.configVars['SHIPIT_WATCH'] === '1') return []
    return [
      {
        severity: 'warning',
        what: `${app.name} has \`watch\` on.`,
        why: 'It is ignored in a dyno, whose files do not change. `shipit dev` watches without it.',
        next: 'Take watch out.',
        ...edit(facts, index, 'watch'),
      },
    ]
  }),
}

const LOG_OPTIONS = ['out_file', 'error_file', 'log_file', 'pid_file']

export const logFiles: Check = {
  name: 'log-files',
  theme: 'Ecosystem file',
  asserts: "logs go to the dyno's output",
  run: eachApp((app, index, facts) =>
    LOG_OPTIONS.flatMap((option) => {
      const value = app[option]
      if (
        typeof value !== 'string' ||
        /^(\/dev\/(null|stdout|stderr|fd\/\d)|NULL|null)?$/.test(value)
      )
        return []
      return [
        {
          severity: 'warning' as const,
          what: `${app.name} writes a file: ${option}.`,
          why:
            'The disk of a dyno does not last, so the runtime writes no such file: all output ' +
            'is in `shipit logs`.',
          next: `Take ${option} out.`,
          ...edit(facts, index, option),
        },
      ]
    }),
  ),
}

/** Where a dyno has files of its own, or programs. */
const IN_A_DYNO = /^\/(app|usr|bin|sbin|lib|opt|tmp|etc|dev|proc|sys|var\/tmp)(\/|$)/
const PATHS = ['script', 'cwd', 'interpreter', 'env_file'] as const

export const absolutePaths: Check = {
  name: 'absolute-paths',
  theme: 'Ecosystem file',
  asserts: 'no path is of one machine alone',
  run: eachApp((app, _index, { project }) =>
    PATHS.flatMap((option) => {
      const value = app[option]
      if (
        typeof value !== 'string' ||
        !(path.posix.isAbsolute(value) || path.win32.isAbsolute(value)) ||
        IN_A_DYNO.test(value)
      )
        return []
      // A .js file may have made it from __dirname, which is right wherever it runs.
      if (project.ecosystem?.format === 'js' && !project.ecosystemText.includes(value)) return []
      return [
        {
          severity: 'error' as const,
          what: `${option} of ${app.name} is an absolute path: ${value}.`,
          why: 'It is not there in a dyno, where the app lies in /app.',
          next: "Write it from the app's folder.",
        },
      ]
    }),
  ),
}
