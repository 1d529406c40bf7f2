import { stableId } from '../../identity.js'
import type { AppRecord } from '../../types.js'

/** The app features that this platform acts on. */
export const FEATURES = {
  preboot: { display_name: 'Preboot', description: 'Starts the new web dynos before the old ones are stopped, so that a release loses no request.', doc_url: 'https://devcenter.heroku.com/articles/preboot' },
  'log-runtime-metrics': { display_name: 'Log Runtime Metrics', description: "Writes each dyno's load and memory to the app's log.", doc_url: 'https://devcenter.heroku.com/articles/log-runtime-metrics' },
} as const

export type FeatureName = keyof typeof FEATURES

export function serializeFeature(app: Readonly<AppRecord>, name: FeatureName) {
  const state = app.features[name]
  return {
    created_at: app.created_at,
    description: FEATURES[name].description,
    display_name: FEATURES[name].display_name,
    doc_url: FEATURES[name].doc_url,
    enabled: state?.enabled ?? false,
    feedback_email: 'you@shipit.localhost',
    id: stableId(`feature ${name}`),
    name,
    state: 'general',
    updated_at: state?.updated_at ?? app.created_at,
  }
}
