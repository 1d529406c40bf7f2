import { FEATURES, isFeatureOn, type FeatureName } from '../features.js'
import { stableId } from '../identity.js'
import type { AppRecord } from '../../store/types.js'

export function serializeFeature(app: Readonly<AppRecord>, name: FeatureName) {
  const state = app.features[name]
  return {
    created_at: app.created_at,
    description: FEATURES[name].description,
    display_name: FEATURES[name].display_name,
    doc_url: FEATURES[name].doc_url,
    enabled: isFeatureOn(app, name),
    feedback_email: 'you@shipit.localhost',
    id: stableId(`feature ${name}`),
    name,
    state: FEATURES[name].state,
    updated_at: state?.updated_at ?? app.created_at,
  }
}
