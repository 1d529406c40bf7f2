import { dropFromStore, saveInStore } from './credential-store.js'
import { dropCredentials, saveCredentials } from './netrc.js'

/**
 * Keeps a login where Heroku's own CLI of this system finds it: the credential store, else ~/.netrc. Answers with the place as people call it.
 */
export async function saveLogin(hosts: readonly string[], account: string, token: string, env: NodeJS.ProcessEnv): Promise<string> {
  const store = await saveInStore(account, token, env)
  return store ?? await saveCredentials(hosts, account, token, env)
}

/** Forgets the login in both places; whether there was one. */
export async function dropLogin(hosts: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const wasStored = await dropFromStore(env)
  return (await dropCredentials(hosts, env)) || wasStored
}
