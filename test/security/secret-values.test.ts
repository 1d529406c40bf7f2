import { expect } from 'chai'
import { parseAssignments, shownVars } from '../../src/config-vars/index.js'
import { isSecretValue, secretsIn } from '../../src/secret-values.js'
import { rejection } from '../support/platform.js'

/** In two parts, so that nothing that searches this repository takes one for real. */
const two = (head: string, tail: string): string => head + tail
const letters = (length: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fL'.repeat(4).slice(0, length)

const SECRETS: [kind: RegExp, value: string][] = [
  [/GitHub/, two('ghp_', letters(36))],
  [/GitHub/, two('github_pat_', `11ABCDEFG0abcdefghijkl_${letters(59)}`)],
  [/npm/, two('npm_', letters(36))],
  [/Slack/, two('xoxb-', `123456789012-1234567890123-${letters(24)}`)],
  [/Slack/, two('https://hooks.slack.com/', `services/T0A1B2C3D/B0A1B2C3D/${letters(24)}`)],
  [/GitLab/, two('glpat-', letters(20))],
  [/AWS/, two('aws_secret_access_key=', `"${'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'}"`)],
  [/Heroku/, two('HRKU-', `01234567-${letters(40)}`)],
  [/Stripe/, two('sk_live_', letters(40))],
  [/Stripe/, two('rk_live_', letters(40))],
  [/Google/, two('AIza', `Sy${letters(33)}`)],
  [/Twilio/, two('SK', '0123456789abcdef0123456789abcdef')],
  [/SendGrid/, two('SG.', `${letters(22)}.${letters(43)}`)],
  [/Telegram/, two('123456789:AA', letters(33))],
  [/database/, two('postgres://app:hunter22', '@ec2-1-2-3-4.compute-1.amazonaws.com:5432/db')],
  [/private key/, two('-----BEGIN RSA PRIVATE KEY-----\n', `${`${letters(64)}\n`.repeat(10)}-----END RSA PRIVATE KEY-----`)],
]

const NONE: Record<string, string> = {
  'a UUID': '8c2c5b0e-6a0e-4c5e-9c70-6b0a3d0d3c1f', 'a commit': 'd41d8cd98f00b204e9800998ecf8427e01234567', 'a hash of a lockfile': `sha512-${letters(86)}==`, 'a checksum of Yarn': `10c0/${'0123456789abcdef'.repeat(8)}`,
  'a public key': `-----BEGIN PUBLIC KEY-----\n${letters(64)}\n-----END PUBLIC KEY-----`, 'a certificate': `-----BEGIN CERTIFICATE-----\n${letters(64)}\n-----END CERTIFICATE-----`, 'an SSH public key': `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letters(43)} ada@example.com`,
  'a key for browsers': two('pk_live_', letters(40)), 'a key of tests': two('sk_test_', letters(24)), 'a URL': 'https://example.com/a@b?c=d', 'a database of this machine': 'postgres://postgres:postgres@localhost:5432/dev', 'a database of a compose file': 'mysql://root:root@db/app',
  'a placeholder': 'postgres://user:password@host.example.com/db', 'a template': 'postgres://${USER}:${PASSWORD}@db.acme.io/app', 'base64 of words': Buffer.from('nothing that is secret at all, only words').toString('base64'), 'a version': '1.2.3-beta.4+build.5', 'an e-mail': 'ada@example.com',
}

describe('secrets that are told by their value', function () {
  this.timeout(20_000)

  for (const [kind, value] of SECRETS) {
    it(`are found in a file, with the line: ${String(kind)} ${value.slice(0, 9)}…`, async () => {
      const found = await secretsIn(`# settings\n\nSETTING=${value}\n`, 'settings.conf')
      expect(found.map((one) => one.kind).join()).to.match(kind)
      expect(found[0]!.line).to.equal(3)
    })
  }

  for (const [what, value] of Object.entries(NONE)) {
    it(`are not ${what}`, async () => {
      expect(await secretsIn(`SETTING=${value}\n`, 'settings.conf')).to.deep.equal([])
      // A URL with any password is masked all the same: what it decides is only how it is shown and given.
      if (!/:\/\/[^/]*@/.test(value)) expect(await isSecretValue('SETTING', value)).to.equal(false)
    })
  }

  it('are masked by config, whatever the name', async () => {
    const value = two('ghp_', letters(36))
    const { shown, hidden } = await shownVars({ SETTING: value, OTHER: 'plain' })
    expect(hidden).to.deep.equal(['SETTING'])
    expect(shown['SETTING']).to.not.include(value.slice(0, 20))
  })

  it('are refused on the command line by config set, with the way to pipe them, and not repeated', async () => {
    const value = two('sk_live_', letters(40))
    const error = await rejection(parseAssignments([`SETTING=${value}`]))
    expect(error.next).to.include('shipit config set SETTING')
    expect(JSON.stringify(error)).to.not.include(value)
  })
})
