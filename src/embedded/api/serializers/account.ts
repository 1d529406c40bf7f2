import { ACCOUNT_EMAIL, ACCOUNT_ID } from '../identity.js'

/** The one account of this platform; `since` is when its state folder was made. */
export function serializeAccount(since: string) {
  return {
    allow_tracking: false,
    beta: false,
    country_of_residence: null,
    created_at: since,
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    email: ACCOUNT_EMAIL,
    federated: false,
    id: ACCOUNT_ID,
    identity_provider: null,
    last_login: null,
    name: 'You, on this machine',
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: false,
    updated_at: since,
    verified: true,
  }
}
