import forge from 'node-forge'

/** A key and a certificate of 127.0.0.1 that nobody but itself has signed, as PEM. */
export function selfSigned(): { key: string; cert: string } {
  const { privateKey, publicKey } = forge.pki.rsa.generateKeyPair(2048)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  certificate.setSubject([{ name: 'commonName', value: '127.0.0.1' }])
  certificate.setIssuer([{ name: 'commonName', value: '127.0.0.1' }])
  certificate.sign(privateKey, forge.md.sha256.create())
  return {
    key: forge.pki.privateKeyToPem(privateKey),
    cert: forge.pki.certificateToPem(certificate),
  }
}
