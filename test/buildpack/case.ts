/** One push of a fixture, and what must come of it. */
export interface Push {
  fixture: string
  /** Config vars. */
  vars?: Record<string, string>
  /** Default: it succeeds. */
  fails?: boolean
  says?: (string | RegExp)[]
  never?: (string | RegExp)[]
  /** Paths in the slug. */
  has?: string[]
  lacks?: string[]
}

/** A test of the buildpack's: pushes of one app, one after the other, or why it cannot run here. */
export interface Case {
  test: string
  pushes?: Push[]
  why?: string
}

export const push = (fixture: string, more: Omit<Push, 'fixture'> = {}): Push => ({
  fixture,
  ...more,
})

export const runs = (test: string, ...pushes: Push[]): Case => ({ test, pushes })

export const cannot = (test: string, why: string): Case => ({ test, why })

export const CI = 'Heroku CI (bin/test-compile, bin/test) is not part of the embedded Heroku'
export const METRICS =
  "Heroku's language metrics (its agent and HEROKU_METRICS_URL) are not part of the embedded Heroku"
export const BUILD_DATA =
  "the buildpack's build data (bin/report) is Heroku's own and no user sees it"
export const OTHER_HOST = 'fetches from another host than the npm registry'
export const OTHER_BUILDPACK =
  'files for the buildpack that comes after this one: the embedded Heroku has one'
