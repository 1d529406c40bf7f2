import { dropFromStore, saveInStore } from './credential-store.js'
import { dropCredentials, saveCredentials } from './netrc.js'

/**
 * Keeps a login where Heroku's own CLI of this system finds it: the credential store, else
 * ~/.netrc. Answers with the place as people call it.
 */
export async function saveLogin(
  hosts: readonly string[],
  account: string,
  token: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const store = await saveInStore(account, token, env)
  return store ?? (await saveCredentials(hosts, account, token, env))
}

/**
 * Forgets the login in both places, the second also if the first fails; whether there was one.
 * Throws ShipitError `auth` if one stays behind.
 */
export async function dropLogin(
  hosts: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const wasInNetrc = await dropCredentials(hosts, env)
  return (await dropFromStore(env)) || wasInNetrc
}
