import path from 'node:path/posix'
import { environmentNames } from '../../ecosystem/environment.js'
import { shellWord } from '../../lib/shell-word.js'
import type { ProjectFacts, ProjectFile } from '../facts.js'
import type { Check } from '../check.js'
import { isOwn } from '../own-files.js'
import { anyOf } from '../../lib/any-of.js'

const EXAMPLE =
  /(^|[._-])(example|examples|sample|template|tpl|dist|defaults?|schema|test|ci|enc|encrypted|vault)([._-]|$)/i
const SECRET_NAME = /SECRET|TOKEN|PASSW|PRIVATE|API_?KEY|ACCESS_?KEY|CREDENTIAL/i
/** What people write if a value is still to come. */
const PLACEHOLDER = anyOf([
  /^$/i,
  /^(?:x+|\*+|\.+|<.*>|\[.*\]|\$\{?.*|your.*|my.*|change.*|replace.*|todo|secret)$/i,
  /^(?:password|postgres|root|dummy|fake|test.*|example.*|none|null|undefined)$/i,
])
const LARGEST_KEY = 32 * 1024

const isCommittedOwn = (file: ProjectFile) => file.isCommitted && isOwn(file)

export const envFiles: Check = {
  name: 'env-files',
  theme: 'Secrets',
  asserts: 'no .env with secrets is in the commit',
  run: ({ project }) =>
    project.files
      .filter(
        (file) =>
          isCommittedOwn(file) &&
          /^\.env(\.|$)/.test(path.basename(file.path)) &&
          !EXAMPLE.test(path.basename(file.path).slice(4)),
      )
      .flatMap(({ path: file }) => {
        const names = secretNames(project.folder.read(file) ?? '')
        if (names.length === 0) return []
        return [
          {
            severity: 'warning' as const,
            what:
              `${file} is in the commit, and holds what looks like secrets: ` +
              `${names.join(', ')}.`,
            why: 'Whoever has the repository has them, and they go into the slug.',
            place: file,
            next:
              `shipit config set < ${shellWord(file)}\ngit rm --cached ${shellWord(file)} && ` +
              `echo ${shellWord(path.basename(file))} >> .gitignore && git add .gitignore && ` +
              'git commit\nThen renew them: the history keeps the old ones.',
          },
        ]
      }),
}

/** Names of variables in a .env that have a value which is nobody's placeholder. */
function secretNames(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, raw] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || raw === undefined) return []
    const value = raw
      .replace(/^(["'])(.*)\1.*$/, '$2')
      .replace(/\s+#.*$/, '')
      .trim()
    const hasLogin =
      /^\w[\w+.-]*:\/\/[^/\s:@]+:([^/\s@]+)@(?!localhost|127\.|0\.0\.0\.0|\w+:\d)/.exec(value)?.[1]
    const isSecret =
      SECRET_NAME.test(name) &&
      value.length >= 8 &&
      !/^(true|false|\d{1,7})$/i.test(value) &&
      !/PUBLIC|PUBLISHABLE/i.test(name)
    return (isSecret && !PLACEHOLDER.test(value)) ||
      (hasLogin !== undefined && !PLACEHOLDER.test(hasLogin))
      ? [name]
      : []
  })
}

export const privateKeys: Check = {
  name: 'private-keys',
  theme: 'Secrets',
  asserts: 'no private key is in the commit',
  run: ({ project }) =>
    project.files
      .filter(
        (file) =>
          isCommittedOwn(file) &&
          file.size <= LARGEST_KEY &&
          /(\.(pem|key|p8|ppk)$)|((^|\/)id_(rsa|dsa|ecdsa|ed25519)$)/.test(file.path),
      )
      .filter(({ path: file }) =>
        /-----BEGIN (\w+ )?PRIVATE KEY-----|PuTTY-User-Key-File/.test(
          project.folder.read(file) ?? '',
        ),
      )
      .map(({ path: file }) => ({
        severity: 'warning',
        what: `${file} in the commit is a private key.`,
        why: 'Whoever has the repository has it, and it goes into the slug.',
        place: file,
        next:
          `git rm --cached ${shellWord(file)} && git commit\nKeep it in a config var, and make ` +
          'a new one: the history keeps the old.',
      })),
}

const MOST_NAMED = 10

export const secretValues: Check = {
  name: 'secret-values',
  theme: 'Secrets',
  asserts: 'no file of the commit holds a value that looks like a secret',
  run: (facts) => {
    const told = new Set(
      [...envFiles.run(facts), ...privateKeys.run(facts)].map(({ place }) => place),
    )
    const found = facts.project.secrets.filter(({ file }) => !told.has(file))
    if (found.length === 0) return []
    const named = found
      .slice(0, MOST_NAMED)
      .map(({ file, line, kind }) => `${file}:${line} (${kind})`)
    const rest = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : ''
    return [
      {
        severity: 'warning',
        what:
          `The commit holds what looks like ${found.length === 1 ? 'a secret' : 'secrets'}: ` +
          `${named.join(', ')}${rest}.`,
        why: 'Whoever has the repository has them, and they go into the slug.',
        place: `${found[0]!.file}:${found[0]!.line}`,
        next:
          'shipit config set NAME\nThen read it from process.env, and renew it: the history ' +
          'keeps the old one.',
        details: { secrets: found },
      },
    ]
  },
}

const PM2_SECRETS = ['PM2_SECRET_KEY', 'KEYMETRICS_SECRET']

export const pm2Secrets: Check = {
  name: 'pm2-secrets',
  theme: 'Secrets',
  asserts: "the dashboard's secret key is not in the ecosystem file",
  run: ({ project }) =>
    (project.ecosystem?.apps ?? []).flatMap((app) =>
      ['env', ...environmentNames(app).map((name) => `env_${name}`)].flatMap((block) =>
        PM2_SECRETS.filter((name) => isWritten(project, app[block], name)).map((name) => ({
          severity: 'warning' as const,
          what: `${app.name} has ${name} in its \`${block}\`.`,
          why: 'Whoever has the repository has it; and set there, the runtime does not see it.',
          place: project.ecosystemFile ?? 'ecosystem file',
          next:
            `shipit keys set\nThen take ${block}.${name} out, and renew the key: the history ` +
            'keeps the old one.',
        })),
      ),
    ),
}

/** A .js file may take it from process.env, which is as it should be. */
function isWritten(
  { ecosystem, ecosystemText }: ProjectFacts,
  block: unknown,
  name: string,
): boolean {
  const value = (block as Record<string, string> | undefined)?.[name]
  if (value === undefined || value === '' || PLACEHOLDER.test(value)) return false
  return ecosystem?.format !== 'js' || ecosystemText.includes(value)
}
