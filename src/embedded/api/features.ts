import type { AppRecord } from '../store/records.js'

interface Feature {
  display_name: string
  description: string
  doc_url: string
  /** Of an app that never said. */
  enabled: boolean
  /**
   * As the schema has it (definitions/app-feature/properties/state): what `heroku labs` lists is
   * beta.
   */
  state: 'general' | 'beta'
}

const article = (name: string) => `https://devcenter.heroku.com/articles/${name}`

/** The app features that this platform acts on. */
export const FEATURES = {
  preboot: {
    display_name: 'Preboot',
    description:
      'Starts the new web dynos before the old ones are stopped, so that a release loses no ' +
      'request.',
    doc_url: article('preboot'),
    enabled: false,
    state: 'general',
  },
  'log-runtime-metrics': {
    display_name: 'Log Runtime Metrics',
    description: "Writes each dyno's load and memory to the app's log.",
    doc_url: article('log-runtime-metrics'),
    enabled: false,
    state: 'general',
  },
  // All apps that were made since July 2025 have it
  // (articles/http-routing#legacy-router-deprecation-and-eol).
  'http-routing-2-dot-0': {
    display_name: 'Router 2.0',
    description: 'Routes with HTTP/2 to clients and connections to dynos that are kept alive.',
    doc_url: article('http-routing'),
    enabled: true,
    state: 'general',
  },
  'http-disable-keepalive-to-dyno': {
    display_name: 'Disable keepalive to dyno',
    description: 'Opens a connection of its own to the dyno for each request.',
    doc_url: article('heroku-labs-disabling-keepalives-to-dyno-for-router-2-0'),
    enabled: false,
    state: 'beta',
  },
  'http-end-to-end-continue': {
    display_name: 'End-to-end 100 Continue',
    description: 'Leaves Expect: 100-continue to the dyno.',
    doc_url: article('http-routing') + '#expect-100-continue',
    enabled: false,
    state: 'beta',
  },
  'runtime-dyno-metadata': {
    display_name: 'Dyno Metadata',
    description: 'Tells a dyno its app, release and commit in its environment.',
    doc_url: article('dyno-metadata'),
    enabled: false,
    state: 'beta',
  },
} as const satisfies Record<string, Feature>

export type FeatureName = keyof typeof FEATURES

export const isFeatureOn = (app: Pick<AppRecord, 'features'>, name: FeatureName): boolean =>
  app.features[name]?.enabled ?? FEATURES[name].enabled
