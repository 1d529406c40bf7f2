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
 * Why a build or the runtime would fail on this range; undefined if some Node.js fits both.
 * Heroku's rules: heroku-buildpack-nodejs, lib/runtimes/nodejs.sh.
 */
export function engineFault(
  range: string,
  { needsRuntime }: { needsRuntime: boolean },
): EngineFault | undefined {
  const next = `npm pkg set engines.node=${ADVISED}`
  if (semver.validRange(range) === null)
    return {
      what: `engines.node is \`${range}\`, which is not a version range.`,
      why: 'Heroku finds no Node.js for it, and fails the build.',
      next,
    }
  if (semver.minVersion(range) === null)
    return {
      what: `engines.node is \`${range}\`, which no version satisfies.`,
      why: 'Heroku finds no Node.js for it, and fails the build.',
      next,
    }
  if (!needsRuntime || semver.intersects(range, RUNTIME_NODE)) return undefined
  return {
    what: `engines.node is \`${range}\`, and shipit-runtime needs Node.js ${RUNTIME_NODE}.`,
    why: 'Heroku would install a Node.js on which the app does not start.',
    next,
  }
}
