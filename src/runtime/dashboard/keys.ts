export interface Keys {
  publicKey: string
  secretKey: string
  /** Under which the dashboard shows this dyno. */
  machine: string
}

/**
 * What PM2 reads a key from while it loads: taken out of the supervisor's own environment, so that
 * no part of PM2 acts on them unasked.
 */
export const KEY_VARIABLES = [
  'KEYMETRICS_SECRET',
  'KEYMETRICS_PUBLIC',
  'PM2_SECRET_KEY',
  'PM2_PUBLIC_KEY',
  'SECRET_KEY',
  'PUBLIC_KEY',
]

/**
 * PM2's dashboard keys, if the user has set both. PM2 itself also takes SECRET_KEY and PUBLIC_KEY,
 * which many apps have for themselves; those never count here. `source` is the dyno's name.
 */
export function dashboardKeys(
  env: NodeJS.ProcessEnv,
  appName: string,
  source: string,
): Keys | undefined {
  const { PM2_PUBLIC_KEY: publicKey, PM2_SECRET_KEY: secretKey } = env
  if (!publicKey || !secretKey) return undefined
  return { publicKey, secretKey, machine: machineName(env, appName, source) }
}

/** The dashboard takes two machines of one name for one: the dyno's own name tells them apart. */
function machineName(env: NodeJS.ProcessEnv, appName: string, source: string): string {
  const name = env.PM2_MACHINE_NAME || env.HEROKU_APP_NAME || appName
  return name === source || name.endsWith(`.${source}`) ? name : `${name}.${source}`
}
