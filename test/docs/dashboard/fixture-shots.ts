/** States that no run of a few minutes shows: from a server that says them. */
import type { Alert } from '../../../src/dashboard/wire.js'
import * as documents from '../../dashboard/page/documents.js'
import { FixtureServer, firstScene, type Scene } from '../../dashboard/page/fixture-server.js'
import type { Camera, Shot } from './camera.js'

interface Staged extends Shot {
  scene(now: number): Partial<Scene>
  /** Once the page is there. */
  then?(server: FixtureServer): Promise<void> | void
}

const CHARTS = '#/app/shop/charts'
const CARD = '.app-card'
const CHART = '.chart[data-figure=dynos] canvas'

const nothingYet = { requests_per_minute: null, errors_per_minute: null, service_p95_ms: null }
const noFigures = { ...nothingYet, cpu_percent: null, memory_mb: null }
const noSparkline = Array.from({ length: 60 }, () => null)

const silent = (name: string, now: number) =>
  documents.dyno(name, now, {
    ...{ instances: [], figures_from: null, memory_mb: null, load_average: null },
    ...{ requests_per_minute: null, errors_per_minute: null },
    created_at: documents.iso(now - 9000),
  })

const crashing = (now: number): Partial<Scene> => ({
  apps: [
    documents.summary('shop', now, {
      ...{ state: 'crashed', state_why: 'web.1 and web.2 have crashed.', faults: ['H10'] },
      ...{ dynos: { up: 0, of: 2 }, instances: { online: 0, of: 4 } },
      ...{ errors_per_minute: 1190, cpu_percent: null, memory_mb: 96 },
    }),
  ],
  dynos: ['web.1', 'web.2'].map((name) =>
    documents.dyno(name, now, {
      ...{ state: 'crashed', fault: 'H10', memory_mb: 48 },
      instances: ['api:0', 'api:1'].map((id, at) =>
        documents.instance(id, now, {
          ...{ status: at === 0 ? 'errored' : 'waiting restart', pid: null, restarts: 16 },
          ...{ uptime_seconds: null, cpu_percent: null, memory_mb: 24, requests_per_minute: null },
        }),
      ),
    }),
  ),
  marks: Array.from({ length: 24 }, (_, at) => ({
    at: now - 900_000 + at * 36_000,
    kind: 'crash' as const,
    place: `web.${1 + (at % 2)} api:${at % 4 < 2 ? 0 : 1}`,
    text: 'exited with code 1, restarting in 15 s',
    is_bad: true,
  })),
})

const manyDynos = (now: number): Partial<Scene> => {
  const next = documents.random(11)
  return {
    apps: [
      documents.summary('shop', now, {
        ...{ dynos: { up: 100, of: 100 }, instances: { online: 800, of: 800 } },
        ...{ requests_per_minute: 41_300, cpu_percent: 21_400 },
        ...{ memory_mb: 48_200, memory_quota_mb: 102_400 },
      }),
    ],
    dynos: Array.from({ length: 100 }, (_, at) =>
      documents.dyno(`web.${at + 1}`, now, {
        ...{ size: 'Standard-2X', memory_quota_mb: 1024, memory_mb: 380 + 300 * next() },
        instances: Array.from({ length: 8 }, (_, number) =>
          documents.instance(`api:${number}`, now, {
            ...{ memory_limit_mb: 120, memory_mb: 40 + 60 * next(), cpu_percent: 50 * next() },
            event_loop_p95_ms: 2 + 20 * next(),
          }),
        ),
      }),
    ),
  }
}

const alert = (
  [rule, title]: [Alert['rule'], string],
  app: string,
  at: number,
  text: string,
): Alert => ({
  ...{ id: `${app} ${rule}`, state: 'raised', rule, title, app, place: null, text },
  ...{ at: documents.iso(at), raised_at: documents.iso(at) },
})

const STAGED: readonly Staged[] = [
  {
    ...{ name: 'empty-app', hash: '#/', shows: CARD },
    scene: (now) => ({
      apps: [
        documents.summary('shop', now, {
          ...{ state: 'stopped', state_why: 'No dyno runs.', release: null, ...noFigures },
          ...{ dynos: { up: 0, of: 0 }, instances: { online: 0, of: 0 } },
          ...{ memory_quota_mb: null, sparkline: noSparkline },
        }),
      ],
    }),
  },
  {
    ...{ name: 'empty-app-dynos', hash: '#/app/shop/dynos', shows: '.empty' },
    scene: (now) => ({
      apps: [
        documents.summary('shop', now, {
          ...{ state: 'stopped', state_why: 'No dyno runs.', release: null, ...noFigures },
          ...{ dynos: { up: 0, of: 0 }, instances: { online: 0, of: 0 } },
          ...{ memory_quota_mb: null, sparkline: noSparkline },
        }),
      ],
      ...{ dynos: [], marks: [], lines: [], hasNoHistory: true },
    }),
  },
  {
    ...{ name: 'no-figures-yet', hash: CHARTS, shows: '.plot-note' },
    scene: (now) => ({
      apps: [
        documents.summary('shop', now, {
          ...{ ...noFigures, sparkline: noSparkline, instances: { online: 0, of: 0 } },
        }),
      ],
      ...{ dynos: ['web.1', 'web.2'].map((name) => silent(name, now)), marks: [], lines: [] },
      since: Infinity,
    }),
  },
  {
    ...{ name: 'exceptions', hash: '#/app/shop/exceptions', shows: '.exceptions' },
    scene: () => ({}),
  },
  { ...{ name: 'crash-loop', hash: CHARTS, shows: CHART }, scene: crashing },
  { ...{ name: 'hundred-dynos', hash: '#/app/shop/dynos', shows: '.grid-row' }, scene: manyDynos },
  {
    ...{ name: 'no-network', hash: '#/', shows: '.trouble' },
    scene: () => ({
      problem: {
        ...{ kind: 'network', text: 'api.heroku.com cannot be reached: getaddrinfo ENOTFOUND.' },
        next: 'It is tried again; what is shown is what was last known.',
      },
    }),
  },
  {
    ...{ name: 'login-expired', hash: CHARTS, shows: '.trouble' },
    scene: () => ({
      problem: {
        ...{ kind: 'login', text: 'Heroku no longer accepts the login.' },
        next: 'Run `heroku login`: the dashboard goes on by itself.',
      },
    }),
  },
  {
    ...{ name: 'alerts', hash: '#/', shows: '.top [aria-expanded]' },
    scene: (now) => ({
      alerts: [
        alert(
          ['crash-loop', 'crash loop'],
          'shop-staging',
          now - 160_000,
          'web.1 crashed 4 times in 3 minutes',
        ),
        alert(
          ['quota', 'memory nearly full'],
          'shop',
          now - 420_000,
          'web.2 has 97% of its 512 MB',
        ),
        {
          ...alert(
            ['errors', 'high error rate'],
            'shop',
            now - 2_400_000,
            '12 answers with 5xx in a minute',
          ),
          state: 'resolved',
        },
      ],
    }),
    prepare: async (page) => {
      await page.keyboard.press('a')
      await page.waitForSelector('.alerts')
    },
  },
  {
    ...{ name: 'no-answer', hash: CHARTS, shows: CHART },
    scene: () => ({}),
    then: (server) => server.close(),
    prepare: async (page) => void (await page.waitForSelector('.trouble')),
  },
]

export async function takeStaged(camera: Camera, folder: string): Promise<void> {
  for (const { scene, then, ...shot } of STAGED) {
    const first = firstScene()
    const server = await FixtureServer.start(folder, { ...first, ...scene(first.now) })
    let isOpen = true
    await camera.take(server.url, [
      {
        ...shot,
        prepare: async (page) => {
          if (then) {
            await then(server)
            isOpen = false
          }
          await shot.prepare?.(page)
        },
      },
    ])
    if (isOpen) await server.close()
  }
}
