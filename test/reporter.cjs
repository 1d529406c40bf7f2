// Mocha's spec reporter, closed by one line that machines read: "N passed, N failed, N skipped".
const { existsSync } = require('node:fs')
const path = require('node:path')
const { reporters } = require('mocha')

/** As test/support/schema.ts has it. */
const SCHEMA =
  process.env.HEROKU_SCHEMA ?? path.resolve(__dirname, '../../shared/heroku/schema.json')

const WITHOUT_SCHEMA = `
The Platform API's schema is not at ${SCHEMA}: no request and no answer was held against it. To get it:
  curl -H 'Accept: application/vnd.heroku+json; version=3' https://api.heroku.com/schema > schema.json
  HEROKU_SCHEMA=$PWD/schema.json npm test
`

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    // A test that passes in the end has still failed: it is either wrong or true now and then alone.
    let again = 0
    /** Of each test that was run again: why it failed first, which says more than the last time. */
    const first = new Map()
    runner.on('retry', (test, error) => {
      again += 1
      const reason = `${test.fullTitle()}\n${error?.stack ?? error}\n`
      if (!first.has(test.fullTitle())) first.set(test.fullTitle(), reason)
      process.stdout.write(`\n  failed, and is run again: ${reason}\n`)
    })
    runner.on('pass', (test) => first.delete(test.fullTitle()))
    /** Why whole suites and tests were left out, as their titles say, and of how many tests. */
    const skipped = new Map()
    runner.on('pending', (test) => {
      const [, why] = /\(skipped: (.+?)\)(?: |$)/.exec(test.fullTitle()) ?? []
      if (why) skipped.set(why, (skipped.get(why) ?? 0) + 1)
    })
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      if (!existsSync(SCHEMA)) process.stdout.write(WITHOUT_SCHEMA)
      for (const reason of first.values()) process.stdout.write(`\nFailed first: ${reason}`)
      for (const [why, count] of skipped) process.stdout.write(`\n${count} skipped: ${why}\n`)
      process.stdout.write(
        `\n${passes} passed, ${failures} failed, ${pending} skipped${again > 0 ? `, ${again} run again` : ''}\n`,
      )
    })
  }
}
