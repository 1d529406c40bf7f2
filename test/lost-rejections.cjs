// Mocha hands a rejection that nobody has handled on to the process, and with no listener there the
// test that lost it passes. Here that test fails.
const { setImmediate: turn } = require('node:timers/promises')

/** Since the last test. */
let lost = []
const keep = (reason) => void lost.push(reason)
const wrapped = new WeakSet()

/** A test is run again with the same function, by --retries and by the mutation job. */
function watched(run) {
  if (wrapped.has(run)) return run
  const watching = async function () {
    await run.call(this)
    // Node.js tells when all that was to be done at once is done.
    await turn()
    const [reason] = lost
    lost = []
    if (reason !== undefined)
      throw new Error(`a rejection was not handled: ${reason?.stack ?? reason}`)
  }
  wrapped.add(watching)
  return watching
}

module.exports.mochaHooks = {
  // In a worker the listener goes with each file.
  beforeAll() {
    lost = []
    process.on('unhandledRejection', keep)
  },
  beforeEach() {
    this.currentTest.fn = watched(this.currentTest.fn)
  },
  afterAll() {
    process.off('unhandledRejection', keep)
  },
}
