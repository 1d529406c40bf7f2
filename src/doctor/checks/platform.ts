import { planFormation } from '../../operate/formation-change.js'
import { dynoSize } from '../../lib/dyno-sizes.js'
import { environmentOf } from '../../ecosystem/environment.js'
import { ShipitError } from '../../errors.js'
import { readProcfile } from '../../project/procfile.js'
import type { Facts, PlatformFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'

/** For an app that is named. */
const ofApp =
  (run: (platform: PlatformFacts, facts: Facts) => Problem[]) =>
  (facts: Facts): Problem[] =>
    facts.platform ? run(facts.platform, facts) : []

export const theApp: Check = {
  name: 'app',
  theme: 'Platform',
  asserts: 'the app is there',
  needsPlatform: true,
  run: ofApp(({ app, exists, label }) =>
    exists
      ? []
      : [
          {
            severity: 'note',
            what: `There is no app ${app} on ${label} that you have access to.`,
            next: `shipit deploy --app ${app} --create`,
          },
        ],
  ),
}

export const configSet: Check = {
  name: 'config-set',
  theme: 'Platform',
  asserts: 'the config vars that the file asks for are set',
  needsPlatform: true,
  run: ofApp(({ app, exists, configVars }, { environment }) => {
    const missing =
      environment?.target.config?.filter((name) => configVars[name] === undefined) ?? []
    if (missing.length === 0) return []
    return [
      {
        severity: 'error',
        what:
          `${app} ${exists ? 'lacks' : 'does not exist yet, and so lacks'} config vars that ` +
          `deploy.${environment?.name}.config asks for: ${missing.join(', ')}.`,
        next:
          `${exists ? '' : `shipit apps create ${app}\n`}shipit config set ${missing.join(' ')} ` +
          `--app ${app}\nIt asks for ${missing.length === 1 ? 'the value' : 'each value'}. Then ` +
          'deploy again.',
        details: { missing_config: missing },
      },
    ]
  }),
}

/** Of these the dyno's own value wins, or it is meant for the runtime. */
const NOT_SHADOWED = ['PORT', 'DYNO']

export const configShadowed: Check = {
  name: 'config-shadowed',
  theme: 'Platform',
  asserts: 'the ecosystem file hides no config var',
  needsPlatform: true,
  run: ofApp(({ configVars }, { project, environment }) =>
    (project.ecosystem?.apps ?? []).flatMap((app) => {
      const own = environmentOf(app, environment?.target.env ?? configVars['SHIPIT_ENV'])
      const hidden = Object.keys(own).filter(
        (name) =>
          configVars[name] !== undefined &&
          configVars[name] !== own[name] &&
          !NOT_SHADOWED.includes(name),
      )
      if (hidden.length === 0) return []
      return [
        {
          severity: 'warning' as const,
          what:
            `${app.name} does not see ${hidden.length === 1 ? 'config var' : 'config vars'} ` +
            `${hidden.join(', ')}: the ecosystem file has another value.`,
          why: "What `env` says wins over the dyno's environment.",
          next:
            `Take ${hidden.join(', ')} out of \`env\`, or unset ` +
            `${hidden.length === 1 ? 'it' : 'them'} on the platform.`,
          place: project.ecosystemFile ?? 'ecosystem file',
        },
      ]
    }),
  ),
}

const isNode = (buildpack: string) =>
  /(^|[/:])heroku\/nodejs(-engine)?$|heroku-buildpack-nodejs|buildpacks\/heroku\/nodejs/.test(
    buildpack,
  )

export const buildpacks: Check = {
  name: 'buildpacks',
  theme: 'Platform',
  asserts: 'the platform builds a Node.js app',
  needsPlatform: true,
  run: ofApp(({ app, buildpacks: used }, { project }) => {
    if (used.length === 0) return []
    if (!used.some(isNode)) {
      return [
        {
          severity: 'warning',
          what: `${app} is built by ${used.join(', ')}, and heroku/nodejs is not among them.`,
          why: 'Nothing would install the dependencies, shipit-runtime included.',
          next: `heroku buildpacks:add --index 1 heroku/nodejs -a ${app}`,
        },
      ]
    }
    const hasWeb = readProcfile(project.folder.read('Procfile') ?? '').some(
      ({ type }) => type === 'web',
    )
    if (isNode(used.at(-1)!) || hasWeb) return []
    return [
      {
        severity: 'warning',
        what: `The last buildpack of ${app} is ${used.at(-1)}, not heroku/nodejs.`,
        why: 'The last one decides what a web dyno runs where there is no Procfile.',
        next: 'Add a Procfile with `web: npm start`, or put heroku/nodejs last.',
      },
    ]
  }),
}

/** By what the deploy itself would make of it. */
export const dynos: Check = {
  name: 'dynos',
  theme: 'Platform',
  asserts: 'the dynos that the file asks for can be had',
  run: ({ environment, platform }) =>
    Object.entries(environment?.target.formation ?? {}).flatMap(([type, text]): Problem[] => {
      try {
        planFormation(environment!.name, { [type]: text }, platform?.formation ?? [])
        return []
      } catch (error) {
        if (!(error instanceof ShipitError)) throw error
        return [
          {
            severity: 'error',
            what: error.message,
            ...(error.why === undefined ? {} : { why: error.why }),
            next: error.next ?? 'Correct the ecosystem file.',
          },
        ]
      }
    }),
}

export const preboot: Check = {
  name: 'preboot',
  theme: 'Platform',
  asserts: 'requests are answered while dynos are replaced',
  needsPlatform: true,
  run: ofApp(({ app, formation, hasPreboot }) => {
    const web = formation.find(({ type }) => type === 'web')
    if (hasPreboot !== false || web?.quantity !== 1 || dynoSize(web.size)?.preboot !== true)
      return []
    return [
      {
        severity: 'note',
        what: `${app} has one web dyno, and preboot is off.`,
        why:
          'At each deploy, and at the restart once a day, requests wait until the new dyno ' +
          'listens.',
        next: `heroku features:enable preboot -a ${app}`,
      },
    ]
  }),
}
