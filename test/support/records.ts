import type { App, Dyno, Formation, Release } from '../../src/heroku/index.js'

const T = '2026-11-22T20:00:00Z'

export const formation = (type: string, quantity: number, size = 'Standard-1X'): Formation => ({
  id: `f-${type}`,
  app: { id: 'a', name: 'a1' },
  type,
  command: type === 'web' ? 'npm start' : `node ${type}.js`,
  quantity,
  size,
  created_at: T,
  updated_at: T,
})

export const dyno = (name: string, state: Dyno['state'] = 'up', rest: Partial<Dyno> = {}): Dyno => {
  const type = name.split('.')[0]!
  return {
    id: `d-${name}`,
    name,
    type,
    command: type === 'web' ? 'npm start' : `node ${type}.js`,
    size: 'Standard-1X',
    state,
    release: { id: 'r-7', version: 7 },
    app: { id: 'a', name: 'a1' },
    attach_url: null,
    created_at: T,
    updated_at: T,
    ...rest,
  }
}

/** A release's id, which the API wants to be a UUID. */
export const releaseId = (version: number): string =>
  `00000000-0000-4000-8000-${String(version).padStart(12, '0')}`

export const release = (version: number, rest: Partial<Release> = {}): Release => ({
  id: releaseId(version),
  version,
  description: `Deploy ${version}abc`,
  status: 'succeeded',
  current: false,
  slug: { id: `s-${version}` },
  user: { id: 'u', email: 'me@example.com' },
  app: { id: 'a', name: 'a1' },
  created_at: T,
  updated_at: T,
  ...rest,
})

export const app = (name: string, rest: Partial<App> = {}): App => ({
  id: name,
  name,
  web_url: null,
  git_url: '',
  maintenance: false,
  owner: { id: 'u', email: 'ada@example.com' },
  region: { id: 'r', name: 'us' },
  stack: { id: 's', name: 'heroku-24' },
  created_at: '',
  updated_at: '',
  released_at: null,
  ...rest,
})
