import net from 'node:net'
import forge from 'node-forge'

/**
 * A key and a certificate that nobody but itself has signed, as PEM: of 127.0.0.1, or of the hosts
 * that are named.
 */
export function selfSigned(...hosts: string[]): { key: string; cert: string } {
  const { privateKey, publicKey } = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  const name = [{ name: 'commonName', value: hosts[0] ?? '127.0.0.1' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  if (hosts.length > 0)
    certificate.setExtensions([
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) =>
          net.isIP(host) ? { type: 7, ip: host } : { type: 2, value: host },
        ),
      },
    ])
  certificate.sign(privateKey, forge.md.sha256.create())
  return {
    key: forge.pki.privateKeyToPem(privateKey),
    cert: forge.pki.certificateToPem(certificate),
  }
}
