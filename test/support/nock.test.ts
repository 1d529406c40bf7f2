import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { expect } from 'chai'
import { isSchemaThere } from './schema.js'

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const SUITE = path.join(import.meta.dirname, 'fixtures/requests.ts')

interface Report {
  stats: { failures: number }
  failures: { fullTitle: string; err: { message: string } }[]
}

describe('a suite whose requests are intercepted', () => {
  it('fails on a request that nobody expects, that never comes, or that the API would not take', async () => {
    const stdout = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', MOCHA, '--no-config', '--timeout', '60s', '--reporter', 'json', SUITE],
        (_error, out) => resolve(out),
      )
    })
    const { stats, failures } = JSON.parse(stdout.slice(stdout.indexOf('{\n'))) as Report
    expect(stats.failures).to.equal(isSchemaThere ? 4 : 3)
    const messageOf = (block: string) =>
      failures.find(({ fullTitle }) => fullTitle.startsWith(block))?.err.message
    expect(messageOf('a request that nobody expects')).to.match(
      /^not expected: GET .*\/apps\/an-app$/,
    )
    expect(messageOf('a request that never comes')).to.include('never requested: GET')
    if (isSchemaThere)
      expect(messageOf('a request that the API would not take')).to.include(
        'is not what the schema says',
      )
    expect(messageOf('a block without the check')).to.include('lacks expectOnlyKnownRequests()')
  })
})
