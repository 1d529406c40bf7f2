// Mocha's spec reporter, closed by one line that machines read: "N passed, N failed, N skipped".
const { reporters } = require('mocha')

module.exports = class ClosingLine extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      process.stdout.write(`\n${passes} passed, ${failures} failed, ${pending} skipped\n`)
    })
  }
}
