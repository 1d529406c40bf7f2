import semver from 'semver'
import { herokuRange } from '../../project/node-engines.js'
import { BuildFailure } from './failure.js'

/**
 * What Heroku installs if engines.node is absent, and holds wide ranges to
 * (heroku/buildpacks-nodejs, crates/nodejs-data: RECOMMENDED_LTS_VERSION).
 */
export const RECOMMENDED_LTS = '24.x'

/** Lines that Heroku supports; others get a warning (the same file: SUPPORTED_NODEJS_VERSIONS). */
const SUPPORTED_MAJORS = [22, 24, 26]

export interface ChosenNode {
  version: string
  /** The range reaches into another major version. */
  isWide: boolean
  /** Held to the recommended line though the range allows a newer one. */
  isHeldToLts: boolean
  isEndOfLife: boolean
}

/**
 * The Node.js version that Heroku installs for engines.node (heroku-buildpack-nodejs,
 * resolve-version/src/main.rs).
 * @param asked engines.node as written; undefined or empty for the recommended line
 * @param versions all that can be had
 * @param mayBeWide config var NODEJS_ALLOW_WIDE_RANGE is "true"
 * Returns undefined if no version satisfies the range. Throws {@link BuildFailure} if it is not a
 * range.
 */
export function chooseNode(
  asked: string | undefined,
  versions: readonly string[],
  mayBeWide: boolean,
): ChosenNode | undefined {
  const range = nodeRange(asked)
  const newest = semver.maxSatisfying(versions, range)
  if (newest === null) return undefined
  const ofLts = semver.maxSatisfying(
    versions.filter(
      (version) => semver.satisfies(version, RECOMMENDED_LTS) && semver.satisfies(version, range),
    ),
    '*',
  )
  const isHeldToLts = !mayBeWide && ofLts !== null && semver.gt(newest, ofLts)
  const version = isHeldToLts ? ofLts : newest
  return {
    version,
    isWide: isWide(range, semver.major(newest)),
    isHeldToLts,
    isEndOfLife: !SUPPORTED_MAJORS.includes(semver.major(version)),
  }
}

/** The range that Heroku reads in engines.node. Throws {@link BuildFailure} if it is none. */
export function nodeRange(asked: string | undefined): string {
  if (!asked) return RECOMMENDED_LTS
  const range = herokuRange(asked)
  if (range !== undefined) return range
  throw new BuildFailure('Error: Invalid Node.js version requirement.', [
    `engines.node in package.json (${asked}) is not a version range.`,
    ...suggestion(),
  ])
}

/**
 * The nearest version to a range that none of `versions` is in, though its line goes beyond it: the
 * npm registry lacks some versions of Node.js. Undefined if the range is beyond its line, or of no
 * line, so that there can be no such version.
 */
export function nearestNode(asked: string, versions: readonly string[]): string | undefined {
  const least = semver.minVersion(nodeRange(asked))
  if (least === null) return undefined
  const { major, minor } = least
  const line = major === 0 ? `0.${minor}.x` : `${major}.x`
  const newest = semver.maxSatisfying(versions, line)
  if (newest === null || semver.lt(newest, least)) return undefined
  return semver.maxSatisfying(versions, `${major}.${minor}.x`) ?? newest
}

/** The failure if nothing satisfies a range. */
export function noSuchNode(asked: string): BuildFailure {
  return new BuildFailure('Error: No published Node.js version matches the requested range.', [
    `engines.node in package.json (${asked}) is a range, but there is no Node.js in it.`,
    ...suggestion(),
  ])
}

const DOCUMENT = 'https://devcenter.heroku.com/articles/nodejs-support#specifying-a-node-js-version'

function suggestion(): string[] {
  return [`Write one major version, such as "node": "${RECOMMENDED_LTS}".`, DOCUMENT]
}

function isWide(range: string, major: number): boolean {
  return [major + 1, major - 1].some(
    (other) => other >= 0 && semver.satisfies(`${other}.0.0`, range),
  )
}

/**
 * What Heroku warns of about a chosen version (lib/runtimes/nodejs.sh: _warn_wide_range,
 * _warn_lts_upper_bound, _warn_eol, _warn_known_bad_release).
 */
export function nodeWarnings(
  asked: string | undefined,
  { version, isWide, isHeldToLts, isEndOfLife }: ChosenNode,
): string[] {
  return [
    ...(isWide
      ? [
          `The requested Node.js version is using a wide range (${asked}): it can resolve to ` +
            'a newer major version than you meant.',
          `A range within one line, such as ${RECOMMENDED_LTS}, is safer. ${DOCUMENT}`,
        ]
      : []),
    ...(isHeldToLts
      ? [
          `The resolved Node.js version has been limited to the Active LTS (${version}) for ` +
            `the range ${asked}.`,
          'NODEJS_ALLOW_WIDE_RANGE=true takes the newest instead.',
        ]
      : []),
    ...(isEndOfLife
      ? [
          `Node.js ${version} is now End-of-Life (EOL): it gets no security updates, and ` +
            'Heroku does not support it.',
        ]
      : []),
    ...(version === '22.5.0'
      ? [
          'Issues with Node.js v22.5.0: installs with npm and Yarn break or hang. Take ' +
            'another version.',
        ]
      : []),
  ]
}

/**
 * npm beside a Node.js: from that Node.js on, the versions of npm that were bundled with it
 * (nodejs.org/dist/index.json, field "npm").
 * Each line holds until the next.
 */
const BUNDLED_NPM: readonly (readonly [node: string, npm: string])[] = [
  ['0.8.0', '1.2.30'],
  ['0.10.0', '1.4.28'],
  ['0.10.44', '2.15.x'],
  ['0.11.0', '1.4.28'],
  ['0.12.0', '>=2.5 <2.16'],
  ['4.0.0', '>=2.14 <2.16'],
  ['5.0.0', '>=3.3 <3.9'],
  ['6.0.0', '>=3.8 <3.11'],
  ['7.0.0', '>=3.10 <4.3'],
  ['8.0.0', '>=5.0 <5.7'],
  ['8.12.0', '6.x'],
  ['9.0.0', '>=5.5 <5.7'],
  ['10.0.0', '>=5.6 <7'],
  ['10.3.0', '6.x'],
  ['11.0.0', '6.x'],
  ['15.0.0', '>=7.0 <7.8'],
  ['16.0.0', '7.x'],
  ['16.11.0', '8.x'],
  ['18.0.0', '8.x'],
  ['18.14.0', '9.x'],
  ['18.19.0', '>=10.2 <10.9'],
  ['19.0.0', '8.x'],
  ['19.2.0', '>=9.0 <9.7'],
  ['20.0.0', '9.x'],
  ['20.9.0', '>=10.1 <10.9'],
  ['21.0.0', '>=10.2 <10.6'],
  ['22.0.0', '10.x'],
  ['24.0.0', '11.x'],
]

/**
 * The npm to put beside a Node.js: the newest of the bundled line that was there when the Node.js
 * came out.
 * @param published when each version of npm came out, as the registry has it; a version without a
 *   date counts as there
 */
export function npmBeside(
  node: string,
  nodePublished: string | undefined,
  published: Readonly<Record<string, string>>,
): string | undefined {
  const range = npmRangeBeside(node)
  const known = Object.keys(published).filter((version) => semver.valid(version) !== null)
  const before = known.filter(
    (version) =>
      nodePublished === undefined ||
      !(Date.parse(published[version] ?? '') > Date.parse(nodePublished)),
  )
  return semver.maxSatisfying(before, range) ?? semver.minSatisfying(known, range) ?? undefined
}

/** The range of npm versions that came with a line of Node.js. */
export const npmRangeBeside = (node: string): string =>
  BUNDLED_NPM.findLast(([from]) => semver.gte(node, from))?.[1] ?? '*'
