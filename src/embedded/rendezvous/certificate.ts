import { generateKeyPair } from 'node:crypto'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import { promisify } from 'node:util'
import writeFileAtomic from 'write-file-atomic'
import { asObject, readState, type StateProblem } from '../store/state-file.js'
import type { Folders } from '../store/types.js'

/** Both in PEM. */
export interface Certificate {
  key: string
  cert: string
}

const YEARS = 10

/**
 * The key and certificate of this home, made if there are none yet: Heroku's own CLI attaches
 * over TLS alone, and checks what it is shown.
 * It is good for this machine's loopback and signs nothing else, so that who trusts it trusts
 * nobody more. One file holds both, and is the owner's alone.
 */
export async function certificateOf(
  folders: Pick<Folders, 'root'>,
  report: (problem: StateProblem) => void,
): Promise<Certificate> {
  const file = path.join(folders.root, 'rendezvous.json')
  const stored = await readState(file, asCertificate, {
    report,
    loss: 'another certificate is made: `shipit local env` names it',
  })
  if (stored !== undefined) return stored
  const made = await newCertificate()
  await writeFileAtomic(file, JSON.stringify(made), { mode: 0o600 })
  return made
}

function asCertificate(value: unknown): Certificate {
  const { key, cert } = asObject(value)
  if (typeof key !== 'string' || typeof cert !== 'string')
    throw new Error('its key or certificate is missing')
  // Throws if they are none.
  createSecureContext({ key, cert })
  return { key, cert }
}

/**
 * Node.js makes the key, off the event loop; it has no way to make a certificate, and node-forge
 * signs no other than RSA's.
 */
async function newCertificate(): Promise<Certificate> {
  const { default: forge } = await import('node-forge')
  const { publicKey, privateKey: key } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(publicKey)
  // RFC 5280, section 4.1.2.2: positive, so the first bit is none.
  made.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(15))}`
  // A clock that is put back by a day is no reason to start anew.
  made.validity.notBefore = new Date(Date.now() - 86_400_000)
  made.validity.notAfter = new Date(Date.now() + YEARS * 365 * 86_400_000)
  const name = [{ name: 'commonName', value: 'the embedded Heroku of shipit' }]
  made.setSubject(name)
  made.setIssuer(name)
  made.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 7, ip: '127.0.0.1' },
        { type: 2, value: 'localhost' },
      ],
    },
  ])
  made.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return { key, cert: forge.pki.certificateToPem(made) }
}
