import type { SecretLintCoreConfig } from '@secretlint/types'
import { looksSecret } from './looks-secret.js'
import { anyOf } from './any-of.js'

/** A secret, by what its value looks like. Plain data; the value itself is not in it. */
export interface FoundSecret {
  /** Whose it is or what it is: "GitHub token", "private key". */
  kind: string
  /** From 1. */
  line: number
}

/**
 * What Heroku apps use most and the rule set does not have, by the prefixes that their issuers
 * document: Heroku (devcenter: platform-api-reference, "HRKU-"), Stripe (docs.stripe.com/keys: sk_
 * and rk_, live), Google (AIza), Twilio (SK and 32 hexadecimal digits), SendGrid (SG.), Telegram's
 * bots.
 */
const MORE: [kind: string, pattern: RegExp][] = [
  ['Heroku API key', /\bHRKU-[\w-]{36,}/g],
  ['Stripe key', /\b[sr]k_live_[A-Za-z0-9]{20,}/g],
  ['Google API key', /\bAIza[\w-]{35}(?![\w-])/g],
  ['Twilio key', /\bSK[0-9a-f]{32}\b/g],
  ['SendGrid key', /\bSG\.[\w-]{20,24}\.[\w-]{39,50}(?![\w-])/g],
  ['private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\s|\\r|\\n)+[A-Za-z0-9+/=]{40,}/g],
  ['Telegram bot token', /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g],
]

const NAMES: Record<string, string> = {
  privatekey: 'private key',
  sendgrid: 'SendGrid key',
  linear: 'Linear key',
  basicauth: 'URL with a password',
  'database-connection-string': 'database URL with a password',
  aws: 'AWS key',
  gcp: 'Google Cloud key',
  npm: 'npm token',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  openai: 'OpenAI key',
  anthropic: 'Anthropic key',
  'hashicorp-vault': 'Vault token',
  '1password': '1Password token',
  huggingface: 'Hugging Face token',
}

/** Passwords that stand for one, and hosts that only this machine or a document has. */
const PLACEHOLDER = anyOf([
  /:(?:x+|\*+|\.+|<[^>]*>|\$\{?\w+\}?|your[\w-]*|changeme|pass(?:word)?|secret)@/i,
  /:(?:postgres|root|test\w*|example\w*|user(?:name)?)@/i,
  /@(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?=[:/'"\s]|$)/i,
  /@(?:(?:[\w-]+\.)*example(?:\.\w+)*|[\w-]+)(?=[:/'"\s]|$)/i,
])
const URLS = /^(?:basicauth|database-connection-string)$/

/**
 * What looks like a secret in a text, by secretlint's recommended rules
 * (https://github.com/secretlint/secretlint) and a few more.
 * Hashes, UUIDs, public keys and passwords of this machine's databases are none.
 * @param file its name, by which some rules go
 */
export async function secretsIn(content: string, file = '.env'): Promise<FoundSecret[]> {
  const lineAt = (index: number): number => content.slice(0, index).split('\n').length
  const found = (await lint(content, file))
    .filter(({ rule, text }) => !(URLS.test(rule) && PLACEHOLDER.test(text)))
    .map(({ rule, index }) => ({
      kind: NAMES[rule] ?? `${rule[0]!.toUpperCase()}${rule.slice(1)} key`,
      line: lineAt(index),
    }))
  const more = MORE.flatMap(([kind, pattern]) =>
    [...content.matchAll(pattern)].map(({ index }) => ({ kind, line: lineAt(index) })),
  )
  return [...found, ...more]
    .sort((a, b) => a.line - b.line)
    .filter((one, at, all) => !all.slice(0, at).some(({ line }) => line === one.line))
}

/** The same text with `mask` for each of these. */
export async function withoutSecrets(content: string, mask: string): Promise<string> {
  const ranges = (await lint(content, '.log'))
    .filter(({ rule, text }) => !(URLS.test(rule) && PLACEHOLDER.test(text)))
    .map(({ index, text }) => [index, index + text.length] as const)
  for (const [, pattern] of MORE)
    for (const { index, 0: text } of content.matchAll(pattern))
      ranges.push([index, index + text.length])
  let clean = ''
  let from = 0
  for (const [start, end] of ranges.sort(([one], [other]) => one - other)) {
    if (start >= from) clean += content.slice(from, start) + mask
    from = Math.max(from, end)
  }
  return clean + content.slice(from)
}

/** Whether a value is a secret, by its name or by what it is itself. */
export async function isSecretValue(name: string, value: string): Promise<boolean> {
  return looksSecret(name, value) || (await secretsIn(`${name}=${value}\n`)).length > 0
}

async function lint(
  content: string,
  file: string,
): Promise<{ rule: string; index: number; text: string }[]> {
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  const config: SecretLintCoreConfig = {
    rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }],
  }
  const { messages } = await lintSource({
    source: {
      content,
      filePath: `/${file}`,
      ext: file.slice(Math.max(0, file.lastIndexOf('.'))),
      contentType: 'text',
    },
    options: { config, noPhysicFilePath: true },
  })
  return messages.map(({ ruleId, range: [from, to] }) => ({
    rule: ruleId.replace(/^.*secretlint-rule-/, ''),
    index: from,
    text: content.slice(from, to),
  }))
}
