/**
 * Secrets that nobody has, of every kind that is told by its value; and values that only look like
 * one.
 */

/** In two parts, so that nothing that searches this repository takes one for real. */
export const two = (head: string, tail: string): string => head + tail
export const letters = (length: number): string =>
  'aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fL'.repeat(12).slice(0, length)
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length)

export const SECRETS: [kind: RegExp, value: string][] = [
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
  [
    /private key/,
    two(
      '-----BEGIN RSA PRIVATE KEY-----\n',
      `${`${letters(64)}\n`.repeat(10)}-----END RSA PRIVATE KEY-----`,
    ),
  ],
]

/** The rules' other kinds, one for each, so that a rule that is not in the scan's marks is seen. */
export const MORE_SECRETS: Record<string, string> = {
  basicauth: two('https://deploy:hunter22', '@registry.acme.io/x'),
  openai: two('sk-', `${letters(20)}T3BlbkFJ${letters(20)}`),
  anthropic: two('sk-ant-', `api03-${letters(93)}AA`),
  groq: two('gsk_', letters(52)),
  huggingface: two('hf_', 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'),
  linear: two('lin_api_', letters(40)),
  notion: two('ntn_', `12345678901${letters(35)}`),
  shopify: two('shpat_', letters(32)),
  grafana: two('glsa_', `${letters(32)}_0a1b2c3d`),
  '1password': two(
    'ops_',
    Buffer.from(JSON.stringify({ email: 'a', secretKey: letters(150) })).toString('base64'),
  ),
  'hashicorp-vault': two('hvs.', letters(95)),
  vercel: two('vcp_', letters(30)),
  databricks: two('dapi', hex(32)),
  docker: two('dckr_pat_', letters(27)),
  figma: two('figd_', letters(44)),
}

export const NONE: Record<string, string> = {
  'a UUID': '8c2c5b0e-6a0e-4c5e-9c70-6b0a3d0d3c1f',
  'a commit': 'd41d8cd98f00b204e9800998ecf8427e01234567',
  'a hash of a lockfile': `sha512-${letters(86)}==`,
  'a checksum of Yarn': `10c0/${'0123456789abcdef'.repeat(8)}`,
  'a public key': `-----BEGIN PUBLIC KEY-----\n${letters(64)}\n-----END PUBLIC KEY-----`,
  'a certificate': `-----BEGIN CERTIFICATE-----\n${letters(64)}\n-----END CERTIFICATE-----`,
  'an SSH public key': `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letters(43)} ada@example.com`,
  'a key for browsers': two('pk_live_', letters(40)),
  'a key of tests': two('sk_test_', letters(24)),
  'a URL': 'https://example.com/a@b?c=d',
  'a database of this machine': 'postgres://postgres:postgres@localhost:5432/dev',
  'a database of a compose file': 'mysql://root:root@db/app',
  'a placeholder': 'postgres://user:password@host.example.com/db',
  'a template': 'postgres://${USER}:${PASSWORD}@db.acme.io/app',
  'base64 of words': Buffer.from('nothing that is secret at all, only words').toString('base64'),
  'a version': '1.2.3-beta.4+build.5',
  'an e-mail': 'ada@example.com',
}
