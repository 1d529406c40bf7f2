import path from 'node:path'

interface EnvironmentOf {
  dyno: string
  /** The dyno's own folders. */
  home: string
  tmp: string
  port: number
  /** MB. */
  memory: number
  profileEnv: Record<string, string>
  configVars: Record<string, string>
  /** The daemon's environment, of which next to nothing passes. */
  host: NodeJS.ProcessEnv
  /** The node that runs the daemon. */
  execPath: string
}

const CONCURRENCY_SET_BY = 'heroku/nodejs'

/**
 * What heroku/nodejs's profile script sets at boot (heroku-buildpack-nodejs,
 * profile/WEB_CONCURRENCY.sh): memory in MB, one web process a WEB_MEMORY, at least one. Values
 * that are set already stay, as there.
 */
export function concurrency(memory: number, given: Record<string, string>): Record<string, string> {
  const available = given.MEMORY_AVAILABLE ?? String(memory)
  const perProcess = given.WEB_MEMORY ?? (Number(available) > 16_384 ? '2048' : '512')
  const fits = Math.max(1, Math.floor(Number(available) / Number(perProcess)) || 1)
  return {
    MEMORY_AVAILABLE: available,
    WEB_MEMORY: perProcess,
    ...(given.WEB_CONCURRENCY
      ? {}
      : { WEB_CONCURRENCY: String(fits), WEB_CONCURRENCY_SET_BY: CONCURRENCY_SET_BY }),
  }
}

/**
 * The whole environment of a dyno's processes. Config vars win over the buildpack's, and nothing
 * wins over PORT and DYNO.
 */
export function dynoEnvironment(of: EnvironmentOf): Record<string, string> {
  const given = { ...of.profileEnv, ...of.configVars }
  return {
    // What a build installed globally, and the app's own Node.js, first (heroku-buildpack-nodejs,
    // profile/nodejs.sh).
    PATH: [
      path.join(of.home, '.heroku', 'node', 'bin'),
      path.dirname(of.execPath),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
      path.join(of.home, 'node_modules', '.bin'),
    ].join(':'),
    HOME: of.home,
    TMPDIR: of.tmp,
    LANG: 'C.UTF-8',
    NODE_ENV: 'production',
    ...(of.host.NODE_EXTRA_CA_CERTS ? { NODE_EXTRA_CA_CERTS: of.host.NODE_EXTRA_CA_CERTS } : {}),
    ...given,
    ...concurrency(of.memory, given),
    PORT: String(of.port),
    DYNO: of.dyno,
  }
}
