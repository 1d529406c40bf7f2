import { expect } from 'chai'
import { megabytes, percent } from '../../../src/dashboard/page/format.js'
import { until } from '../../support/until.js'
import { TIMEOUT_MS } from './dashboard-page.js'
import { SHOP, sum, type Given } from './given.js'
import { headsText, rowText } from './series-text.js'

const SPAN_MS = 20_000

/** What is shown against `ps --json` and the router's lines. */
export function chartCases(given: () => Given): void {
  it('says on the overview what ps says of both apps', async () => {
    await given().dashboard.go('#/', '.app-card')
    for (const app of ['shop', 'shop-staging']) {
      let shown = ''
      let right: string[] = []
      await until(
        () => `${right.join()} in ${shown}`,
        async () => {
          const dynos = await given().ps(app)
          const card = await given().page.locator(`[data-app=${app}] dl`).innerText()
          shown = card.replace(/\n+/g, '\n')
          const instances = dynos.flatMap((dyno) => dyno.instances)
          expect(dynos.map((one) => one.instances.length)).to.deep.equal([2, 2, 2])
          right = [
            'dynos\n3/3',
            'instances\n6/6',
            `CPU\n${percent(sum(instances.map((one) => one.cpu_percent)))}`,
            `memory\n${megabytes(sum(dynos.map((one) => one.memory_mb)))} of 1.5 GB`,
          ]
          return right.every((one) => shown.includes(one))
        },
        TIMEOUT_MS,
      )
    }
  })

  it('draws what ps tells of CPU, memory and event loop, and the number of dynos', async () => {
    const { dashboard, page } = given()
    await dashboard.go('#/app/shop/charts', '.chart canvas')
    await page.keyboard.press('[')
    await page.keyboard.press('t')
    let said: unknown
    const at = await until(
      () => `the figures of ps in the charts: ${JSON.stringify(said)}`,
      async () => {
        const dynos = await given().ps()
        const instances = dynos.flatMap((dyno) => dyno.instances)
        const { series } = dashboard
        const last = Math.max(...instances.map(({ sampled_at }) => Date.parse(sampled_at ?? '')))
        const index = series.at.indexOf(Math.floor(last / SPAN_MS) * SPAN_MS)
        const right = [
          sum(instances.map((one) => one.cpu_percent)),
          sum(instances.map((one) => one.memory_mb)),
          Math.max(...instances.map((one) => one.event_loop_p95_ms ?? NaN)),
          dynos.length,
          sum(dynos.map((one) => one.memory_quota_mb)),
        ]
        const drawn = [
          series.cpu_percent[index],
          series.memory_mb[index],
          series.event_loop_p95_ms[index],
          series.dyno_count[index],
          series.memory_quota_mb,
        ]
        said = { right, drawn }
        const isSame = drawn.every((one, each) => Math.abs((one ?? NaN) - right[each]!) <= 0.11)
        return isSame && series.at[index]
      },
      TIMEOUT_MS,
    )
    let shown: Record<string, string> | null = {}
    await until(
      () => `${JSON.stringify(rowText(dashboard.series, at))} in ${JSON.stringify(shown)}`,
      async () => {
        shown = await dashboard.row(at)
        const right = rowText(dashboard.series, at)
        return Object.entries(right).every(([name, text]) => shown?.[name] === text)
      },
      TIMEOUT_MS,
    )
    await page.keyboard.press('t')
    await page.locator('.chart canvas').first().waitFor()
    await until(
      () => `${JSON.stringify(headsText(dashboard.series))} over ${JSON.stringify(shown)}`,
      async () => {
        shown = await dashboard.heads()
        return JSON.stringify(shown) === JSON.stringify(headsText(dashboard.series))
      },
      TIMEOUT_MS,
    )
  })

  it('draws what the router tells of requests, their times and their errors', async () => {
    const { dashboard, world } = given()
    // The newest span that is over, and whose lines have all come once the next has begun.
    const at = Math.floor(Date.now() / SPAN_MS) * SPAN_MS
    await until('the end of a span', () => dashboard.series.at.at(-1)! > at, TIMEOUT_MS)
    const lines = (await world.ok(['logs', '-n', '1500', '--json', ...SHOP])).stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { dyno: string; logged_at: string; message: string })
      .filter(({ dyno, logged_at }) => {
        const time = Date.parse(logged_at)
        return dyno === 'router' && time >= at && time < at + SPAN_MS
      })
    const numbers = (form: RegExp) => lines.map(({ message }) => Number(form.exec(message)![1]))
    const statuses = numbers(/ status=(\d+)/)
    const times = numbers(/ service=(\d+)ms/).sort((one, other) => one - other)
    expect(statuses).to.include.members([200, 404, 500])
    const from = (status: number) => statuses.filter((one) => Math.floor(one / 100) === status)
    const right = [statuses.length, from(4).length, from(5).length].map((number) => 3 * number)
    let drawn: (number | null | undefined)[] = []
    await until(
      () => `${right.join()} a minute in ${drawn.join()}`,
      () => {
        const { series } = dashboard
        const index = series.at.indexOf(at)
        drawn = [
          series.requests_per_minute[index],
          series.client_errors_per_minute[index],
          series.server_errors_per_minute[index],
        ]
        return drawn.join() === right.join()
      },
      TIMEOUT_MS,
    )
    const { series } = dashboard
    const index = series.at.indexOf(at)
    for (const [share, value] of [
      [0.5, series.service_p50_ms[index]],
      [0.95, series.service_p95_ms[index]],
      [0.99, series.service_p99_ms[index]],
    ] as const) {
      const time = times[Math.ceil(share * times.length) - 1]!
      // Times are kept in classes, whose middle is at most 3.2% from any time in it.
      expect(value, `p${100 * share}`).to.be.closeTo(time, 0.5 + time * 0.033)
    }
    const rate = sum((await given().ps()).map((one) => one.requests_per_minute))
    expect(rate).to.be.closeTo(right[0]!, right[0]! / 4)
  })
}
