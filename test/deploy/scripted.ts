/** Resources as the platform lists them, for pure decisions and single looks; whole deploys run against the embedded Heroku. */
import type { SetUp } from '../../src/deploy/set-up/set-up.js'
import type { Deployment } from '../../src/deploy/deployment.js'
import { Journal } from '../../src/deploy/journal.js'
import type { Platform } from '../../src/deploy/platform.js'
import { TIMING } from '../../src/deploy/timing.js'
import type { Build, Dyno, Formation, LogLine, Release } from '../../src/heroku/index.js'

/** A platform that answers as it is told, and notes what it was asked for. */
export function scripted(answers: Partial<Platform>): { platform: Platform; asked: string[] } {
  const asked: string[] = []
  const platform = new Proxy(answers, {
    get: (target, name: keyof Platform) => {
      const answer = target[name]
      if (typeof answer !== 'function') return answer
      return (...args: unknown[]) => {
        asked.push([name, ...args.slice(1).filter((arg) => typeof arg !== 'object')].join(' '))
        return (answer as (...args: unknown[]) => unknown)(...args)
      }
    },
  })
  return { platform: platform as Platform, asked }
}

/** A deploy of the commit `mine` over v3, whose platform answers as it is told. */
export const deploymentOf = (
  answers: Partial<Platform>,
  journal = new Journal(),
  signal = new AbortController().signal,
) => {
  const { platform, asked } = scripted({
    releases: () => Promise.resolve([]),
    builds: () => Promise.resolve([]),
    slug: (_app, id) => Promise.resolve({ id, commit: `of ${id}` } as never),
    ...answers,
  })
  const deployment = {
    plan: {
      app: 'a1',
      waitTimeout: 300_000,
      platform: 'Heroku',
      commit: { id: 'mine', short: 'mine' },
      current: { release: { version: 3 } },
    },
    platform,
    journal,
    timing: TIMING,
    signal,
  } as unknown as Deployment
  return { deployment, asked, journal }
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()

export const releaseOf = (version: number, more: Partial<Release> = {}): Release =>
  ({
    id: `release-${version}`,
    version,
    description: `Deploy ${version}`,
    status: 'succeeded',
    current: false,
    slug: { id: `slug-${version}` },
    user: { id: 'u', email: 'ada@example.com' },
    created_at: isoTime(0),
    ...more,
  }) as Release

export const buildOf = (id: string, status: Build['status'], commit: string, created = 0): Build =>
  ({
    id,
    status,
    source_blob: { version: commit },
    user: { id: 'u', email: 'grace@example.com' },
    created_at: isoTime(created),
  }) as Build

interface DynoParts extends Partial<Dyno> {
  /** ms since the epoch. */
  created?: number
  up?: number
}

export const dynoOf = (
  name: string,
  version: number,
  { created = 0, up = created, ...more }: DynoParts = {},
): Dyno =>
  ({
    id: `${name} of v${version}`,
    name,
    type: name.split('.')[0],
    size: 'Basic',
    state: 'up',
    release: { version },
    created_at: isoTime(created),
    updated_at: isoTime(up),
    ...more,
  }) as Dyno

export const entryOf = (type: string, quantity: number): Formation =>
  ({ type, quantity, size: 'Basic' }) as Formation

export const lineOf = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  timestamp: isoTime(Date.now()),
  source: 'heroku',
  dyno: 'web.1',
  message,
  ...more,
})

/** Of an app that has all that app.json says. */
export const NOTHING_TO_SET_UP: SetUp = {
  environment: null,
  coupling: null,
  stack: null,
  buildpacks: [],
  features: [],
  configVars: [],
  addons: [],
  postdeploy: null,
  isPostdeployOwed: false,
  formation: {},
}
