import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

type Conf = Record<string, unknown>

/** What PM2 would start: of one app, its resolved script, arguments, interpreter and mode. */
export interface Started {
  name: string
  script: string
  args: string[]
  cwd: string
  interpreter: string
  isCluster: boolean
  instances: number
  env: Record<string, string>
}

interface Common {
  parseConfig(text: Buffer, file: string): unknown
  verifyConfs(apps: unknown[]): Conf[] | Error
  resolveAppAttributes(options: { cwd: string; pm2_home: string }, app: Conf): Conf
  mergeEnvironmentVariables(app: Conf, env?: string, deploy?: unknown): Conf
}

const require = createRequire(import.meta.url)
const VARIABLES = { PM2_SILENT: 'true', PM2_PROGRAMMATIC: 'true' }

/**
 * Asks the installed PM2 what it makes of a file: API._startJson, up to where a daemon would be
 * asked. The few lines of it that hold no function of their own (static, serve) are written out
 * here. Throws what PM2 throws; its refusal is an Error, too.
 */
export function startedByPm2(
  file: string,
  { env, cwd = path.dirname(file) }: { env?: string | undefined; cwd?: string } = {},
): Started[] {
  const before = { ...process.env }
  const folder = process.cwd()
  Object.assign(process.env, VARIABLES)
  // A relative `cwd` of an app is of where PM2 was started.
  process.chdir(cwd)
  try {
    // Tracing makes PM2 install packages.
    ;(require('pm2/lib/OtelManager.js') as { ensureInstalled: () => boolean }).ensureInstalled =
      () => true
    const common = require('pm2/lib/Common.js') as Common
    const config = common.parseConfig(readFileSync(file), file) as {
      apps?: unknown
      pm2?: unknown
      static?: Conf[]
      deploy?: unknown
    }
    const found = config.apps || config.pm2 || config
    const verified = common.verifyConfs([found].flat())
    if (verified instanceof Error) throw verified
    const serve = require.resolve('pm2/lib/API/Serve.js')
    const servers = (config.static ?? []).map((one) => ({
      name: one['name'] ?? `static-page-server-${String(one['port'])}`,
      script: serve,
      env: {},
    }))
    // An app without a script is refused by itself, and the others start.
    const apps = [...verified.filter((app) => app['script'] !== undefined), ...servers] as Conf[]
    if (apps.length === 0) throw new Error('no app has a script')
    return apps.map((app) => {
      const name = String(app['name'])
      const named = {
        env: {},
        ...app,
        name: app['append_env_to_name'] && env !== undefined ? `${name}-${env}` : name,
        ...(app['script'] === 'serve' ? { script: serve } : {}),
      }
      const resolved = common.resolveAppAttributes({ cwd, pm2_home: cwd }, named)
      return started(resolved, common.mergeEnvironmentVariables(resolved, env, config.deploy))
    })
  } finally {
    process.chdir(folder)
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

function started(app: Conf, { current_conf: _, ...env }: Conf): Started {
  return {
    name: String(app['name']),
    script: String(app['pm_exec_path']),
    args: (app['args'] ?? []) as string[],
    cwd: String(app['pm_cwd']),
    interpreter: String(app['exec_interpreter']),
    isCluster: app['exec_mode'] === 'cluster_mode',
    instances: Number(app['instances']),
    env: Object.fromEntries(
      Object.entries(env)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, String(value)]),
    ),
  }
}
