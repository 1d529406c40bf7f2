import { looksSecret } from '../../lib/looks-secret.js'
import { isSecretValue, withoutSecrets } from '../../lib/secret-values.js'

export const MASK = '••••'
/** Characters: a shorter value of a config var is a word that stands anywhere. */
const SHORTEST = 6

/** `token=…` in a path, a log line or a command: quoted, then not. */
const NAMED = [/([\w-]+)="[^"]*"/g, /([\w-]+)=[^\s&"]+/g]
const BY_USER = / by user \S+@\S+/g

/**
 * A document whose texts have no secret: none that a config var has, that a name says (`token=…`),
 * or that looks like one; and not who did what on the platform.
 * @param vars config vars of all apps
 */
export async function masked<Document>(
  document: Document,
  vars: readonly (readonly [name: string, value: string])[],
): Promise<Document> {
  const secrets: string[] = []
  for (const [name, value] of vars)
    if (value.length >= SHORTEST && (await isSecretValue(name, value))) secrets.push(value)
  // The longest first: one may begin with another.
  secrets.sort((one, other) => other.length - one.length)
  const texts = new Set<string>()
  walk(document, (text) => (texts.add(text), text))
  const before = [...texts]
  const after = await withoutKnownForms(before.map((text) => withoutNamed(text, secrets)))
  const clean = new Map(before.map((text, at) => [text, after[at]!]))
  return walk(document, (text) => clean.get(text) ?? MASK) as Document
}

function withoutNamed(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, MASK)
  for (const named of NAMED)
    clean = clean.replace(named, (whole, name: string) =>
      looksSecret(name) ? `${name}=${MASK}` : whole,
    )
  return clean.replace(BY_USER, '')
}

/** All at once: the rules are costly to begin with. */
async function withoutKnownForms(texts: readonly string[]): Promise<string[]> {
  const joined = texts.map((text) => text.replaceAll('\n', '\u2028')).join('\n')
  const clean = (await withoutSecrets(joined, MASK)).split('\n')
  // A secret of several lines has taken the ends of these with it: then each is looked at alone.
  const lines =
    clean.length === texts.length
      ? clean
      : await Promise.all(texts.map((text) => withoutSecrets(text, MASK)))
  return lines.map((text) => text.replaceAll('\u2028', '\n'))
}

/** Every text in a document, keys left as they are. */
function walk(value: unknown, each: (text: string) => string): unknown {
  if (typeof value === 'string') return each(value)
  if (Array.isArray(value)) return value.map((one) => walk(one, each))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, each)]))
}
