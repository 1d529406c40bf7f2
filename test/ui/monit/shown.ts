import { eachFigure } from '../../../src/lib/figures.js'
import type { DynoReport, InstanceReport } from '../../../src/monitor/index.js'
import { rowsOf } from '../../../src/ui/monit/rows.js'
import type { Shown } from '../../../src/ui/monit/screen.js'
import { styleOf } from '../../../src/ui/monit/frame.js'
import { firstView, type View } from '../../../src/ui/monit/view.js'

export const NOW = Date.parse('2026-11-22T12:00:00Z')
export const PLAIN = styleOf({ isTTY: false }, { LANG: 'C.UTF-8' })
export const ASCII = styleOf({ isTTY: false }, { LANG: 'C' })

export const instance = (
  app: string,
  number: number,
  rest: Partial<InstanceReport> = {},
): InstanceReport => ({
  id: `${app}:${number}`,
  app,
  instance: number,
  pid: 23,
  status: 'online',
  restarts: 0,
  uptimeSeconds: 90,
  ...eachFigure(() => null),
  cpuPercent: 12,
  memoryMb: 61,
  heapMb: 20,
  externalMb: 1,
  memoryLimitMb: 230,
  eventLoopP95Ms: 2.1,
  requestsPerMinute: 118,
  activeRequests: 1,
  version: '1.0.0',
  metrics: [],
  actions: [],
  sampledAt: '2026-11-22T11:59:50Z',
  ...rest,
})

export const dyno = (
  name: string,
  instances: InstanceReport[],
  rest: Partial<DynoReport> = {},
): DynoReport =>
  ({
    id: name,
    name,
    type: name.split('.')[0]!,
    command: 'npm start',
    size: 'Standard-1X',
    state: 'up',
    app: { id: 'a', name: 'shop' },
    release: { id: 'r', version: 3 },
    created_at: '2026-11-22T11:50:00Z',
    updated_at: '2026-11-22T11:50:00Z',
    attach_url: null,
    figuresFrom: 'shipit-runtime',
    memoryQuotaMb: 512,
    memoryMb: 122,
    loadAverage: null,
    requestsPerMinute: 240,
    errorsPerMinute: 2,
    fault: null,
    instances,
    ...rest,
  }) as DynoReport

export const DYNOS = [
  dyno('web.1', [instance('api', 0), instance('api', 1, { cpuPercent: 80, memoryMb: 90 })]),
  dyno('web.2', [instance('api', 0, { status: 'errored', cpuPercent: 3 })], {
    state: 'crashed',
    fault: 'R14',
  }),
  dyno('worker.1', [], { figuresFrom: null, memoryMb: null, requestsPerMinute: null }),
]

export function shown(rest: Partial<Shown> = {}, view: View = firstView()): Shown {
  return {
    app: 'shop',
    unit: 'dynos',
    rows: rowsOf('shop', DYNOS, { ...view, now: NOW }),
    isLoaded: true,
    problem: undefined,
    missing: undefined,
    errorsPerMinute: 2,
    series: {
      cpuPercent: [10, 40, 95],
      memoryMb: [100, 110, 120],
      eventLoopP95Ms: [NaN, 2, 3],
      requestsPerMinute: [0, 100, 240],
      errorsPerMinute: [0, 0, 2],
    },
    events: [
      { time: NOW - 5000, place: 'web.2 api:0', text: 'exited with code 1', isBad: true },
      { time: NOW - 4000, place: 'web.2', text: 'R14', isBad: true },
      { time: NOW - 1000, place: 'router', text: 'H12 x14', isBad: true },
    ],
    lines: [
      {
        timestamp: '2026-11-22T11:59:58Z',
        source: 'app',
        dyno: 'web.1',
        message: 'order \x1b[2J12\x07 paid',
      },
      {
        timestamp: '2026-11-22T11:59:59Z',
        source: 'app',
        dyno: 'web.1',
        message: `注文が完了しました ${'漢字🛒'.repeat(60)}`,
      },
      {
        timestamp: '2026-11-22T11:59:59Z',
        source: 'heroku',
        dyno: 'router',
        message:
          'at=error code=H12 desc="Request timeout" method=GET path="/slow" host=shop request_id=1 fwd="1.2.3.4" dyno=web.1 connect=0ms service=30000ms status=503 bytes=0 protocol=https',
      },
    ],
    ...rest,
  }
}
