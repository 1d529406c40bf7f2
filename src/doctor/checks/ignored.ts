import semver from 'semver'
import type { EcosystemApp } from '../../ecosystem/types.js'
import type { Facts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { eachApp, edit } from './options.js'

/**
 * Options that mean nothing in a dyno, and why; those that do harm, or that people rely on, have
 * checks of their own.
 */
const IGNORED: Record<string, string> = {
  ignore_watch: 'The files of a dyno do not change, and nothing watches them.',
  watch_delay: 'The files of a dyno do not change, and nothing watches them.',
  watch_options: 'The files of a dyno do not change, and nothing watches them.',
  merge_logs: 'No log files are written: the output of all instances is in `shipit logs` anyway.',
  kill_retry_time: 'The runtime does not poll for the end of an instance.',
  force: 'A dyno starts each app once.',
  write: 'Nothing is written in a dyno.',
  post_update: "PM2's dashboard pulls no commits into a dyno: a deploy does.",
  install_url: 'PM2 sets it itself, for its modules.',
  username: 'PM2 sets it itself.',
  windowsHide: 'A dyno has no windows.',
}

export const ignoredOptions: Check = {
  name: 'ignored-options',
  theme: 'Ecosystem file',
  asserts: 'every option means something in a dyno',
  run: eachApp((app, index, facts) => [
    ...Object.entries(IGNORED)
      .filter(([option]) => app[option] !== undefined && app[option] !== false)
      .map(([option, why]): Problem => ({
        severity: 'note',
        what: `${app.name} has \`${option}\`, which does nothing in a dyno.`,
        why,
        next: `Take ${option} out if the file is for dynos alone.`,
        ...edit(facts, index, option),
      })),
    ...otherUser(app, index, facts),
    ...notStarted(app, index, facts),
    ...otherNode(app, index, facts),
  ]),
}

function otherUser(app: EcosystemApp, index: number, facts: Facts): Problem[] {
  return ['uid', 'gid']
    .filter((option) => app[option] !== undefined)
    .map((option) => ({
      severity: 'error',
      what: `${app.name} has \`${option}\`, which only root can follow.`,
      why: 'A dyno has a user of its own, so the app would not start.',
      next: `Take ${option} out.`,
      ...edit(facts, index, option),
    }))
}

/** PM2 registers such an app for somebody to start by hand, which nobody can in a dyno. */
function notStarted(app: EcosystemApp, index: number, facts: Facts): Problem[] {
  if (app['autostart'] !== false) return []
  const isAlone = facts.project.ecosystem!.apps.every((each) => each['autostart'] === false)
  return [
    {
      severity: isAlone ? 'error' : 'warning',
      what: `${app.name} has \`autostart: false\`, so a dyno does not start it.`,
      why: isAlone
        ? 'No other app is started either: the dyno would crash.'
        : 'Nobody can start it by hand in a dyno.',
      next: 'Take autostart out, or take the app out.',
      ...edit(facts, index, 'autostart'),
    },
  ]
}

/**
 * `interpreter: node@20.11.0`: PM2 would install it with nvm; a dyno has the one that engines.node
 * asks for.
 */
function otherNode(app: EcosystemApp, index: number, facts: Facts): Problem[] {
  const [, version] = /^node@v?([\d.]+)$/.exec(app.interpreter ?? '') ?? []
  if (version === undefined || app.exec_mode === 'cluster') return []
  const range = facts.project.manifest?.engines['node']
  const isOwn =
    range !== undefined &&
    semver.validRange(range) !== null &&
    semver.validRange(version) !== null &&
    semver.subset(range, version)
  if (isOwn) return []
  return [
    {
      severity: 'error',
      what:
        `${app.name} asks for Node.js ${version} with \`interpreter\`, and engines.node is ` +
        `${range === undefined ? 'not set' : `\`${range}\``}.`,
      why: 'A dyno has one Node.js, that of engines.node; with another the app would not start.',
      next:
        'npm pkg set ' +
        `engines.node=${version.split('.').length < 3 ? `${version}.x` : version}\nOr take ` +
        'interpreter out.',
      ...edit(facts, index, 'interpreter'),
    },
  ]
}
