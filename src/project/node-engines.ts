/**
 * What engines.node must say of an app that the runtime starts: one answer for init, doctor and
 * deploy.
 */

import semver from 'semver'

/** The runtime's own need, as in its package.json. */
const RUNTIME_NODE = '>=20.19'
const ADVISED = '22.x'

interface EngineFault {
  what: string
  why: string
  /** A command that fixes it. */
  next: string
}

/**
 * The range that Heroku reads in engines.node: `latest` is any, `~=` is `~`
 * (heroku/buildpacks-nodejs, crates/nodejs-data: VersionRange::parse). Undefined if it is none.
 */
export function herokuRange(asked: string): string | undefined {
  const range = asked === 'latest' ? '*' : asked.trim().replace(/^~=/, '~')
  return semver.validRange(range) === null ? undefined : range
}

/**
 * The newest line of Node.js that there may be at a time: an even one each April, an odd one each
 * October (nodejs/Release). From 27 on there is one a year, so that this is never too few.
 */
const newestLine = (now: Date): number =>
  20 +
  2 * (now.getUTCFullYear() - 2023) +
  (now.getUTCMonth() >= 9 ? 1 : now.getUTCMonth() >= 3 ? 0 : -1)

/**
 * Why a build or the runtime would fail on this range; undefined if some Node.js fits both.
 * Heroku's rules: heroku-buildpack-nodejs, lib/runtimes/nodejs.sh.
 */
export function engineError(
  asked: string,
  { needsRuntime, now = new Date() }: { needsRuntime: boolean; now?: Date },
): EngineFault | undefined {
  const next = `npm pkg set engines.node=${ADVISED}`
  const range = herokuRange(asked)
  if (range === undefined)
    return {
      what: `engines.node is \`${asked}\`, which is not a version range.`,
      why: 'Heroku finds no Node.js for it, and fails the build.',
      next,
    }
  const least = semver.minVersion(range)
  if (least === null || least.major > newestLine(now))
    return {
      what: `engines.node is \`${asked}\`, which no ${least === null ? 'version' : 'Node.js that is out'} satisfies.`,
      why: 'Heroku finds no Node.js for it, and fails the build.',
      next,
    }
  if (!needsRuntime || semver.intersects(range, RUNTIME_NODE)) return undefined
  return {
    what: `engines.node is \`${asked}\`, and shipit-runtime needs Node.js ${RUNTIME_NODE}.`,
    why: 'Heroku would install a Node.js on which the app does not start.',
    next,
  }
}
