import semver from 'semver'
import { BuildFailure } from './failure.js'

interface EngineReport { lines: string[]; warnings: string[] }

/**
 * What `engines` asks for, held against what this machine runs: other versions are not fetched here.
 * Heroku fails a range that no version can satisfy by its form, and so does this.
 */
export function checkEngines(engines: Record<string, string>, running: { node: string; npm: string | undefined }): EngineReport {
  const { node, npm } = engines
  const report: EngineReport = {
    lines: [
      `engines.node (package.json):   ${node ?? 'unspecified'}`,
      `engines.npm (package.json):    ${npm ?? 'unspecified (use default)'}`,
      '',
      `Using Node ${running.node} of this machine`,
      ...(running.npm === undefined ? [] : [`Using npm ${running.npm} of this machine`]),
    ],
    warnings: [],
  }
  if (node === undefined) {
    report.warnings.push('Node version not specified in package.json: Heroku would choose one for you, and change it some day.')
  } else if (semver.validRange(node) === null) {
    throw new BuildFailure(`engines.node in package.json is not a version range: ${node}`, ['Write one that Heroku can resolve, such as "20.x".'])
  } else if (!semver.satisfies(running.node, node, { includePrerelease: true })) {
    report.warnings.push(
      `THIS APP ASKS FOR NODE ${node} AND RUNS ON NODE ${running.node} HERE.`,
      'The embedded Heroku runs apps on the Node that it runs on itself; Heroku would install what you ask for.',
      'Start it with a Node that fits, or change engines.node, before you trust what you see.',
    )
  } else if (/^(\*|>)/.test(node.trim()) && !node.includes('<')) {
    report.warnings.push(`engines.node "${node}" has no upper end: a new major version of Node could break a later build on Heroku.`)
  }
  if (npm !== undefined && running.npm !== undefined && semver.validRange(npm) !== null && !semver.satisfies(running.npm, npm)) {
    report.warnings.push(`engines.npm asks for ${npm}; npm ${running.npm} runs here.`)
  }
  return report
}
