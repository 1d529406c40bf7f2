import { readEcosystemText } from '../../src/ecosystem/text.js'
import type { DeployTarget } from '../../src/ecosystem/types.js'
import type { Formation } from '../../src/heroku/index.js'
import type { Facts, PlatformFacts, ProjectFacts } from '../../src/doctor/index.js'
import type { SetUpFacts } from '../../src/doctor/facts.js'
import { readManifest } from '../../src/doctor/manifest.js'
import type { SecretInFile } from '../../src/doctor/scan-secrets.js'
import { viewOf } from '../../src/doctor/views.js'

type Files = Record<string, string | object>

export interface Given {
  /** Besides those of a sound app; undefined takes one away. */
  files?: Record<string, string | object | undefined>
  /** On disk and nowhere else. */
  onDisk?: string[]
  /** Among the files, and not in the commit. */
  notCommitted?: string[]
  uncommitted?: string[]
  modes?: Record<string, string>
  sizes?: Record<string, number>
  lfsPointers?: string[]
  secrets?: SecretInFile[]
  refusal?: { message: string; next: string }
  outside?: string[]
  target?: DeployTarget
  scale?: Record<string, string>
  platform?: Partial<PlatformFacts>
  setUp?: SetUpFacts
}

const ECOSYSTEM = 'ecosystem.config.yml'

/** An app that no check has anything to say about. */
export const SOUND: Files = {
  'package.json': {
    name: 'a',
    version: '1.0.0',
    scripts: { start: 'shipit-runtime start ecosystem.config.yml' },
    engines: { node: '22.x' },
    dependencies: { 'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz' },
  },
  'package-lock.json': {
    name: 'a',
    lockfileVersion: 3,
    packages: {
      'node_modules/shipit-runtime': {
        version: '1.0.0',
        resolved: 'file:vendor/shipit-runtime-1.0.0.tgz',
      },
    },
  },
  'vendor/shipit-runtime-1.0.0.tgz': 'bytes',
  [ECOSYSTEM]:
    'apps:\n  - name: a\n    script: server.js\n    instances: max\n    exec_mode: cluster\n',
  'server.js':
    'require("node:http").createServer((q, r) => r.end("ok")).listen(process.env.PORT)\n',
}

/** package.json of the sound app with other parts. */
export const manifest = (more: object): object => ({
  ...(SOUND['package.json'] as object),
  ...more,
})
/** An ecosystem file of one app with these lines in it. */
export const ecosystem = (...lines: string[]): string =>
  ['apps:', '  - name: a', ...lines.map((line) => `    ${line}`), ''].join('\n')

/** Facts as they would be gathered, from data alone. */
export function factsOf(given: Given = {}): Facts {
  const platform = given.platform && {
    app: 'myapp',
    label: 'Heroku',
    exists: true,
    configVars: {},
    formation: [],
    buildpacks: [],
    databases: [],
    hasPreboot: null,
    slugSize: null,
    ...given.platform,
  }
  return {
    project: projectOf(given),
    ...(given.target ? { environment: { name: 'production', target: given.target } } : {}),
    ...(given.scale ? { scale: given.scale } : {}),
    ...(platform ? { platform } : {}),
    ...(given.setUp ? { setUp: given.setUp } : {}),
  }
}

export function projectOf(given: Given = {}): ProjectFacts {
  const all = Object.entries({ ...SOUND, ...given.files }).filter(
    (entry): entry is [string, string | object] => entry[1] !== undefined,
  )
  const texts = new Map(
    all.map(([name, content]) => [
      name,
      typeof content === 'string' ? content : JSON.stringify(content),
    ]),
  )
  const links = Object.keys(given.modes ?? {})
  const folder = viewOf(
    'my-app',
    [...texts.keys()].filter((name) => !links.includes(name)),
    (name) => texts.get(name),
  )
  const { manifest: read, error } = readManifest(folder)
  const text = texts.get(ECOSYSTEM)
  return {
    folder,
    files: [...texts].map(([path, content]) => ({
      path,
      size: given.sizes?.[path] ?? content.length,
      mode: given.modes?.[path] ?? '100644',
      isCommitted: !given.notCommitted?.includes(path),
    })),
    onDisk: (file) => texts.has(file) || given.onDisk?.includes(file) === true,
    commit: { id: 'b'.repeat(40), short: 'bbbbbbb' },
    manifest: read,
    ...(error === undefined ? {} : { manifestError: error }),
    ecosystem: text === undefined ? undefined : readEcosystemText(text, `/my-app/${ECOSYSTEM}`),
    ecosystemFile: text === undefined ? undefined : ECOSYSTEM,
    ecosystemText: text ?? '',
    lfsPointers: given.lfsPointers ?? [],
    secrets: given.secrets ?? [],
    uncommitted: given.uncommitted ?? [],
    isRepository: true,
    ...(given.refusal ? { refusal: given.refusal } : {}),
    ...(given.outside ? { outside: given.outside } : {}),
  }
}

export const dynos = (type: string, quantity: number, size: string): Formation => ({
  id: type,
  app: { id: 'a', name: 'myapp' },
  type,
  quantity,
  size,
  command: 'npm start',
  created_at: '',
  updated_at: '',
})
