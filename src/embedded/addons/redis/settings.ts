import path from 'node:path'

export interface RedisSettings {
  folder: string
  port: number
  password: string
  /** MB. */
  memory: number
  /** Clients at a time. */
  connections: number
  /** Whether it speaks TLS, and nothing else then. */
  isTls: boolean
}

/**
 * What the server reads on stdin: a password is never on a command line, nor in a file of its own.
 * Without eviction, as Heroku begins (devcenter.heroku.com/articles/heroku-redis#maxmemory-policy);
 * what is in memory is written when it ends and each minute that something changed.
 */
export const redisConf = (settings: RedisSettings): string =>
  [
    'bind 127.0.0.1',
    ...(settings.isTls
      ? [
          'port 0',
          `tls-port ${settings.port}`,
          `tls-cert-file ${quoted(path.join(settings.folder, 'server.crt'))}`,
          `tls-key-file ${quoted(path.join(settings.folder, 'server.key'))}`,
          'tls-auth-clients no',
        ]
      : [`port ${settings.port}`]),
    `requirepass ${settings.password}`,
    `maxmemory ${settings.memory}mb`,
    'maxmemory-policy noeviction',
    `maxclients ${settings.connections}`,
    'timeout 300',
    `dir ${quoted(settings.folder)}`,
    'dbfilename dump.rdb',
    'save 60 1',
    'daemonize no',
    'databases 16',
    '',
  ].join('\n')

const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
