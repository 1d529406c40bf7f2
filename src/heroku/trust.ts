/** Whose certificates are believed. */
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import type { SecureContext } from 'node:tls'
import { ShipitError } from '../errors.js'

/** By what the variables name: to read all of a system's takes a tenth of a second. */
const contexts = new Map<string, SecureContext>()

/**
 * Options of a TLS connection: none, and so Node.js's own authorities, unless SSL_CERT_FILE or
 * SSL_CERT_DIR name others. As curl and Heroku's CLI have it, these then take the
 * place of Node.js's own; what NODE_EXTRA_CA_CERTS names stays. Throws ShipitError `usage` if one cannot be read.
 */
export function trust(env: NodeJS.ProcessEnv = process.env): { secureContext?: SecureContext } {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: folder, NODE_EXTRA_CA_CERTS: extra } = env
  if (!file && !folder) return {}
  const key = JSON.stringify([file, folder, extra])
  let secureContext = contexts.get(key)
  if (!secureContext) {
    checkCertificates(env)
    const files = [...(file ? [file] : []), ...(folder ? filesIn(folder) : [])]
    // Node.js warns of one that is not there, and goes on.
    const added = extra && statSync(extra, { throwIfNoEntry: false })?.isFile() ? [extra] : []
    secureContext = process
      .getBuiltinModule('node:tls')
      .createSecureContext({ ca: [...files, ...added].map((name) => readFileSync(name)) })
    contexts.set(key, secureContext)
  }
  return { secureContext }
}

/** Each once: OpenSSL looks for a link there whose name is a hash. */
function filesIn(folder: string): Set<string> {
  return new Set(
    readdirSync(folder)
      .map((name) => path.join(folder, name))
      .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile())
      .map((name) => realpathSync(name)),
  )
}

/**
 * SSL_CERT_FILE and SSL_CERT_DIR must be there. Throws ShipitError `usage` if one is not.
 */
export function checkCertificates(env: NodeJS.ProcessEnv): void {
  for (const name of ['SSL_CERT_FILE', 'SSL_CERT_DIR']) {
    const file = env[name]
    if (!file) continue
    try {
      accessSync(file, constants.R_OK)
    } catch (error) {
      throw new ShipitError('usage', {
        message: `${name} names what cannot be read: ${file}`,
        why:
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? 'It is not there.'
            : (error as Error).message,
        next: `Name the certificates of your proxy, or: unset ${name}`,
        cause: error,
      })
    }
  }
}
