import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { holdsSockets } from './home.js'
import { dynoOutput } from './outlet.js'

export interface Keys {
  publicKey: string
  secretKey: string
  machine: string
}

/**
 * PM2's dashboard keys, where the user has set both. PM2 itself also takes SECRET_KEY and PUBLIC_KEY, which many apps have for themselves;
 * those never count here.
 */
export function dashboardKeys(env: NodeJS.ProcessEnv, appName: string, source: string): Keys | undefined {
  const { PM2_PUBLIC_KEY: publicKey, PM2_SECRET_KEY: secretKey } = env
  if (!publicKey || !secretKey) return undefined
  return { publicKey, secretKey, machine: env.PM2_MACHINE_NAME || `${env.HEROKU_APP_NAME || appName}.${source}` }
}

/** What PM2 reads a key from while it loads: taken out of the supervisor's own environment, so that no part of PM2 acts on them unasked. */
export const KEY_VARIABLES = ['KEYMETRICS_SECRET', 'KEYMETRICS_PUBLIC', 'PM2_SECRET_KEY', 'PM2_PUBLIC_KEY', 'SECRET_KEY', 'PUBLIC_KEY']

/**
 * Opens PM2's two sockets under `home` and starts its agent, which speaks to God through them. Nothing waits for either.
 * The keys go by the environment of the agent alone; what the agent prints stays in `home`.
 */
export function startAgent(keys: Keys, home: string, env: NodeJS.ProcessEnv): { stop(): void } {
  if (!holdsSockets(home)) {
    dynoOutput.err.write(`shipit: PM2's dashboard agent does not start: ${home} is too long a path for its sockets; set TMPDIR to a shorter one\n`)
    return { stop: () => undefined }
  }
  const from = createRequire(__filename)
  const Daemon = from('pm2/lib/Daemon.js') as new (options: object) => { innerStart(done: () => void): void }
  let agent: ChildProcess | undefined
  new Daemon({ ignore_signals: true, pub_socket_file: path.join(home, 'pub.sock'), rpc_socket_file: path.join(home, 'rpc.sock'), pid_file: path.join(home, 'pm2.pid') }).innerStart(() => {
    const log = openSync(path.join(home, 'agent.log'), 'a', 0o600)
    agent = spawn(process.execPath, [from.resolve('pm2/modules/pm2-io-agent/src/InteractorDaemon.js')], {
      env: agentEnvironment(keys, home, env, (from('pm2/package.json') as { version: string }).version),
      stdio: ['ignore', log, log, 'ipc'],
      windowsHide: true,
    })
    agent.on('error', (error) => dynoOutput.err.write(`shipit: PM2's dashboard agent did not start: ${error.message}\n`))
    agent.unref()
    agent.channel?.unref()
  })
  return { stop: () => void agent?.kill('SIGKILL') }
}

function agentEnvironment(keys: Keys, home: string, env: NodeJS.ProcessEnv, version: string): NodeJS.ProcessEnv {
  const passed = ['PATH', 'HOME', 'NODE_ENV', 'KEYMETRICS_NODE', 'PM2_APM_ADDRESS', 'PM2_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY', 'NODE_EXTRA_CA_CERTS']
  return {
    ...Object.fromEntries(passed.map((name) => [name, env[name]])),
    PM2_HOME: home,
    PM2_PUBLIC_KEY: keys.publicKey,
    PM2_SECRET_KEY: keys.secretKey,
    PM2_MACHINE_NAME: keys.machine,
    PM2_REVERSE_INTERACT: 'true',
    PM2_VERSION: version,
    KEYMETRICS_NODE: env.KEYMETRICS_NODE ?? 'https://root.keymetrics.io',
    PM2_SILENT: 'true',
  }
}
