import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openHistory, recordOf, type HistoryOf } from '../../src/history/index.js'
import { milliseconds, type Bench, type Figure } from './figures.js'
import { DAY, recordDay } from './recorded-day.js'

const LARGE = { dynos: 100, instances: 8, requests: 333 }
/** Values of a chart of the dashboard. */
const POINTS = 720
const MB = 1_000_000

const CHARTS: Record<string, HistoryOf> = {
  'of the app': {},
  'of a dyno': { dyno: 'web.50' },
  'of an instance': { dyno: 'web.50', instance: 'api:3' },
}

/** ms of CPU, which a machine with other work does not change much. */
async function cpuOf(work: () => unknown): Promise<number> {
  const began = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

const figure = (value: number, unit: string, versus: string): Figure => ({
  value,
  unit,
  min: value,
  max: value,
  versus,
})

/** A day of 100 dynos × 8 instances with 333 requests a second: recorded, opened, and drawn. */
const bench: Bench = async ({ rounds, note }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'shipit-bench-'))
  try {
    const until = Date.now()
    const written = await recordDay(folder, 'loud', LARGE, until)
    note(`${(written.lines / 1e6).toFixed(1)} million lines in ${written.seconds.toFixed(1)} s`)
    const { size } = await stat(recordOf(folder, 'loud'))
    const times: Record<string, number[]> = { open: [], marks: [] }
    let kept = 0
    for (let round = 0; round < rounds; round += 1) {
      let history: Awaited<ReturnType<typeof openHistory>> | undefined
      times.open!.push(
        await cpuOf(async () => {
          history = await openHistory({ app: 'loud', others: [folder] })
        }),
      )
      const range = { from: until - DAY, to: until }
      for (const [name, of] of Object.entries(CHARTS))
        (times[name] ??= []).push(
          await cpuOf(() => {
            const { memoryMb } = history!.series(of, { ...range, points: POINTS })
            if (!memoryMb.some((value) => Number.isFinite(value))) throw new Error(`none ${name}`)
          }),
        )
      times.marks!.push(await cpuOf(() => history!.marks(range)))
      kept = (history!.span!.to - history!.span!.from) / 3_600_000
      await history!.close()
    }
    return {
      'history, recorded': figure(written.lines / written.seconds, '/s', 'lines by CPU time'),
      'history, recording as it comes': figure(
        (100 * written.seconds) / (DAY / 1000),
        '%',
        'of a core, at 338 lines/s',
      ),
      'history, the file': figure(size / MB, 'MB', '24 h of 100 dynos × 8; goal ≤ 64'),
      'history, hours in it': figure(kept, 'h', 'goal ≥ 24'),
      'history, opened': milliseconds(times.open!, 'CPU, the whole day'),
      ...Object.fromEntries(
        Object.keys(CHARTS).map((name) => [
          `history, 24 h ${name}`,
          milliseconds(times[name]!, `CPU, ${POINTS} points of all figures`),
        ]),
      ),
      'history, marks of 24 h': milliseconds(times.marks!, 'CPU'),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}
bench.rounds = 3

export default bench
