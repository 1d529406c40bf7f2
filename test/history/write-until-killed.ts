/** Records spans as quickly as it can, and says of each that it was given; until it is killed. */
import { setTimeout as delay } from 'node:timers/promises'
import { openHistory } from '../../src/history/index.js'
import { feed, requestAt, sampleAt } from '../support/history-log.js'

const START = Date.parse('2026-11-26T10:00:00Z')
const history = await openHistory({ app: 'a1', folder: process.argv[2]! })
for (let span = 0; span < 5000; span += 1) {
  const time = START + span * 20_000 + 6_000
  feed(history, [sampleAt(time, 'web.1', 0, { memoryMb: 50 + span }), requestAt(time, 'web.1')])
  // The writes of the span before are under way or done.
  await delay(1)
  process.stdout.write(`${span}\n`)
}
