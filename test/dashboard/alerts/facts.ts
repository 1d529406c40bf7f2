import type { AppFacts, DynoFacts } from '../../../src/dashboard/alerts/facts.js'
import type { RequestTotals } from '../../../src/dashboard/alerts/request-window.js'

export const NOW = Date.parse('2026-03-01T12:00:00Z')
export const SECOND = 1000
export const MINUTE = 60 * SECOND

export const NO_REQUESTS: RequestTotals = { all: 0, failed: 0, causes: [], p95: null }

export const requests = (some: Partial<RequestTotals>): AppFacts['requests'] => ({
  lastMinute: { ...NO_REQUESTS, ...some },
  lastThreeMinutes: { ...NO_REQUESTS, ...some },
})

export const dyno = (some: Partial<DynoFacts> = {}): DynoFacts => ({
  name: 'web.1',
  state: 'up',
  memory: { usedMb: 200, limitMb: 512 },
  instances: [{ id: 'api:0', status: 'online', memory: { usedMb: 100, limitMb: 230 } }],
  heardAt: NOW - 5 * SECOND,
  figuresEvery: 20 * SECOND,
  incidents: [],
  ...some,
})

/** An app that is well. */
export const facts = (some: Partial<AppFacts> = {}): AppFacts => ({
  app: 'shop',
  now: NOW,
  problem: null,
  state: 'up',
  why: null,
  dynos: [dyno()],
  requests: requests({ all: 100, p95: 80 }),
  ...some,
})
