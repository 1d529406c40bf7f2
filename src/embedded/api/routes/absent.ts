import { Router } from 'express'
import { ApiError } from '../api-error.js'
import type { ApiParts } from '../parts.js'
import { appOf } from '../request.js'

/**
 * What Heroku has and this platform does not, by the words of its paths (the schema's, and those of
 * Heroku's own CLI).
 */
const ABSENT: Record<string, string> = {
  stage: 'no config vars of tests and review apps yet',
  'latest-builds': 'no overviews of pipelines yet: ask for the builds of an app',
  'latest-deployments': 'no overviews of pipelines yet: ask for the releases of an app',
  'latest-releases': 'no overviews of pipelines yet: ask for the releases of an app',
  'addon-region-capabilities': 'no regions of add-ons: all are on this machine',
  'region-capabilities': 'no regions of add-ons: all are on this machine',
  'review-apps': 'no review apps yet',
  'review-app': 'no review apps yet',
  'review-app-config': 'no review apps yet',
  'app-setups': 'no app.json setups yet',
  'test-runs': 'no Heroku CI yet',
  'test-nodes': 'no Heroku CI yet',
  'test-run-couplings': 'no Heroku CI yet',
  'sni-endpoints': 'no TLS certificates: apps answer over HTTP',
  'ssl-endpoints': 'no TLS certificates: apps answer over HTTP',
  acm: 'no TLS certificates: apps answer over HTTP',
  collaborators: 'no other accounts that an app could be shared with',
  'app-transfers': 'no other accounts that an app could be given to',
  'team-app-permissions': 'no permissions yet',
  members: 'no members of teams yet',
  invitations: 'no members of teams yet',
  permissions: 'no permissions yet',
  'enterprise-accounts': 'no enterprise accounts',
  clients: 'no OAuth clients yet',
  tokens: 'no OAuth clients yet',
  invoices: 'no invoices: it costs nothing',
  'invoice-address': 'no invoices: it costs nothing',
  usage: 'no usage to bill',
  keys: 'no SSH keys: git reaches it over HTTP',
  'telemetry-drains': 'no telemetry drains yet',
  'identity-providers': 'no identity providers',
  'inbound-ruleset': 'no network rules of spaces',
  'inbound-rulesets': 'no network rules of spaces',
  'outbound-ruleset': 'no network rules of spaces',
  nat: 'no networks of spaces',
  peerings: 'no networks of spaces',
  'peering-info': 'no networks of spaces',
  'vpn-connections': 'no networks of spaces',
  topology: 'no networks of spaces',
  transfer: 'no transfers of spaces',
  'allowed-addon-services': 'no limits of add-ons to teams',
  'whitelisted-addon-services': 'no limits of add-ons to teams',
  archives: 'no archives',
  credits: 'no credits',
  feed: 'no feed',
  'sms-number': 'no SMS',
  'oci-images': 'no images of your own yet',
  slugs: 'no slugs of your own yet: push with git, or send a source',
}

/**
 * What the words of a path say that this platform lacks; undefined if they say nothing. The last
 * word is nearest to what was asked for.
 */
function lackOf(path: string): string | undefined {
  const word = path.split('/').findLast((segment) => Object.hasOwn(ABSENT, segment))
  return word === undefined ? undefined : `The embedded Heroku has ${ABSENT[word]}.`
}

/**
 * Says by name what this platform lacks, so that nobody looks for an error of their own. Mounted
 * after all that it has: what gets here is a request that nothing took. Lists of what an app has
 * none of are empty and answered elsewhere.
 */
export function absentRoutes({ store }: ApiParts): Router {
  const routes = Router()
  const refuse = (path: string) => {
    const lack = lackOf(path)
    if (lack !== undefined) throw new ApiError(501, 'not_implemented', lack)
  }
  // The one thing that can be changed of a team's app this way (schema: team-app, update-locked).
  routes.patch('/teams/apps/:app', () => {
    throw new ApiError(
      501,
      'not_implemented',
      "The embedded Heroku has no locks on teams' apps yet.",
    )
  })
  routes.use('/apps/:app', (request, _response, next) => {
    appOf(store, request)
    refuse(request.path)
    next()
  })
  routes.use((request, _response, next) => {
    refuse(request.path)
    next()
  })
  return routes
}
