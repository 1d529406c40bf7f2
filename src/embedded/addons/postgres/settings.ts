/** The two files that PostgreSQL is configured by, written anew before each start. */

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`

/**
 * Small: it shares the machine with the apps. All memory that it shares is in its own folder or is
 * gone with it, so that one that is killed leaves nothing behind.
 */
export const postgresqlConf = ({ port, dir }: { port: number; dir: string }): string =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '500',
    password_encryption: 'scram-sha-256',
    ssl: 'on',
    ssl_cert_file: `${dir}/server.crt`,
    ssl_key_file: `${dir}/server.key`,
    shared_buffers: '32MB',
    dynamic_shared_memory_type: 'mmap',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '256MB',
    jit: 'off',
    // A statement that fails may hold a password.
    log_min_error_statement: 'panic',
    log_line_prefix: '%m %d ',
    timezone: 'UTC',
    log_timezone: 'UTC',
  })
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join('')

/**
 * Heroku's takes nobody without TLS (devcenter.heroku.com/articles/connecting-heroku-postgres), and
 * an app that forgot it must learn of it here.
 */
export const PG_HBA = 'hostssl all all 127.0.0.1/32 scram-sha-256\n'
