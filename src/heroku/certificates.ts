import { accessSync, constants } from 'node:fs'
import { ShipitError } from '../errors.js'

/**
 * SSL_CERT_FILE and SSL_CERT_DIR, which heroku-client and curl read, must be there. Throws
 * ShipitError `usage` if one is not.
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
