/** What is refused has changed nothing: no file, no mode, nothing of git's, nothing at the platform. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { EXIT_CODES } from '../../src/errors.js'
import { OTHER, World } from '../support/embedded/index.js'
import { folderContents } from '../support/folder-contents.js'
import { run } from '../support/run.js'
import { useVirtualClock } from '../support/virtual-clock.js'

interface Refusal {
  /** The command as it is typed, up to its flags. */
  command: string
  argv: string[]
  /** What makes it one, if the line does not say it. */
  because?: string
  ends: keyof typeof EXIT_CODES
  /** Committed over the files of a sound app; null: it is not there. */
  files?: Record<string, string | null>
  /** What is to be so besides, before the command. */
  arrange?: (dir: string, world: World) => unknown
  /** What is piped into it. */
  stdin?: string
  /** Whether it is the platform that refuses it. */
  isAsked?: boolean
}

const SECRET = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')
const KEYS = ['pub1ickey23456a', 's3cretkey78901z'] as const
const MANIFEST = {
  name: 'shop',
  version: '1.0.0',
  scripts: { start: 'shipit-runtime start ecosystem.config.yml' },
  dependencies: { 'shipit-runtime': '1.0.0' },
}
const ECOSYSTEM = '# mine\napps:\n  - { name: api, script: server.js }\n'
const FILES: Record<string, string> = {
  'package.json': JSON.stringify(MANIFEST),
  'server.js': '',
  'ecosystem.config.yml': ECOSYSTEM,
  '.gitignore': 'node_modules\n.env\n',
}
const manifest = (more: object) => ({
  'package.json': JSON.stringify({ ...MANIFEST, ...more }),
  'ecosystem.config.yml': null,
})
const deployBlock = (block: string) => ({
  'ecosystem.config.yml': `${ECOSYSTEM}deploy:\n  ${block}\n`,
})
const remote = (dir: string) => git(dir, 'remote', 'add', 'heroku', 'https://git.heroku.com/a1.git')
const row = (ends: Refusal['ends'], line: string, more: Partial<Refusal> = {}): Refusal => {
  const words = line.split(' ')
  const length = /^(?:config|keys|apps) [a-z]/.test(line) ? 2 : 1
  const command = words.slice(0, length).join(' ')
  return { command, argv: words.slice(length), ends, ...more }
}

const REFUSALS: readonly Refusal[] = [
  row('usage', 'init', { because: 'nobody can answer', files: manifest({}) }),
  row('usage', 'init --yes --instances many'),
  row('usage', 'init --yes --entry gone.js --force'),
  row('project', 'init --yes', { because: 'no package.json', files: { 'package.json': null } }),
  row('project', 'init --yes', { because: 'broken JSON', files: { 'package.json': '{ "name": ' } }),
  row('project', 'init --yes', {
    because: 'two lockfiles',
    files: { 'package-lock.json': '{}', 'yarn.lock': '' },
  }),
  row('project', 'init --yes', {
    because: 'a Node.js that the runtime does not run on',
    files: manifest({ engines: { node: '12.x' } }),
  }),
  row('project', 'init --yes', {
    because: 'nothing says what starts the app',
    files: { ...manifest({ scripts: {} }), 'server.js': null },
  }),
  row('project', 'init --yes', {
    because: 'the start script names a file that is not there',
    files: manifest({ scripts: { start: 'node gone.js' } }),
  }),
  row('project', 'init --yes', {
    because: 'a server for development',
    files: manifest({ scripts: { start: 'vite' }, devDependencies: { vite: '5.0.0' } }),
  }),
  row('project', 'init --yes', {
    because: 'package.json leads out of the folder',
    arrange: (dir) => {
      rmSync(path.join(dir, 'package.json'))
      writeFileSync(`${dir}-outside.json`, JSON.stringify({ ...MANIFEST, scripts: {} }))
      symlinkSync(`${dir}-outside.json`, path.join(dir, 'package.json'))
    },
  }),

  row('usage', 'doctor --fix --dir gone'),
  row('usage', 'doctor production --fix', {
    because: 'it deploys another branch than the one that is checked out',
    files: deployBlock('production: { ref: other }'),
    arrange: (dir) => {
      git(dir, 'branch', 'other')
      commit(dir, { 'server.js': '// newer\n' })
    },
  }),
  row('usage', 'doctor homolog --fix', { files: deployBlock('production: { app: app-1 }') }),
  row('project', 'doctor --fix', { because: 'no app', files: { 'package.json': null } }),
  row('project', 'doctor --fix', {
    because: 'an ecosystem file that cannot be read',
    files: { 'ecosystem.config.yml': 'apps: [\n' },
  }),

  row('git', 'deploy --app a1 --ref gone'),
  row('git', 'deploy --app a1', {
    because: 'no repository',
    arrange: (dir) => rmSync(path.join(dir, '.git'), { recursive: true }),
  }),
  row('project', 'deploy --app a1', { because: 'no app', files: { 'package.json': null } }),
  row('project', 'deploy --app a1', {
    because: 'an ecosystem file with an error',
    files: { 'ecosystem.config.yml': 'apps:\n  - { name: api, script: 5 }\n' },
  }),
  row('usage', 'deploy homolog --app a1', { files: deployBlock('production: { app: app-1 }') }),
  row('usage', 'deploy --app a1 --health-status 2xx'),
  row('usage', 'deploy --app a1 --scale web=some'),
  row('not_found', 'deploy --app gone'),
  row('refused', 'deploy --app a1', {
    because: 'another deploy is in progress',
    arrange: async (_dir, world) => {
      world.behaviours[OTHER] = { build: { takes: Infinity } }
      await world.build(OTHER)
    },
  }),
  row('network', 'deploy --app a1', {
    because: 'the platform cannot be reached',
    arrange: (_dir, { proxy }) => proxy.reply('GET', /./, 'breaks before'),
  }),
  row('auth', 'deploy --app a1 --create', {
    because: 'the token is not accepted',
    arrange: (_dir, { proxy }) =>
      proxy.reply('GET', /./, { status: 401, json: { id: 'unauthorized', message: 'No.' } }),
  }),

  row('usage', `config set API_KEY=${SECRET} --app a1`),
  row('usage', 'config set PORT=1 --app a1'),
  row('usage', 'config push --app a1 --prune', {
    because: 'nobody can answer',
    arrange: (dir) => writeFileSync(path.join(dir, '.env'), 'A=mine\n'),
  }),
  row('usage', 'config push --app a1 --yes', {
    because: 'a line is not NAME=value',
    arrange: (dir) => writeFileSync(path.join(dir, '.env'), 'A=mine\nnothing\n'),
  }),
  row('usage', 'config push --app a1 --yes', { because: 'there is no .env' }),
  row('usage', 'config pull --app a1', {
    because: 'nobody can answer',
    arrange: (dir) => writeFileSync(path.join(dir, '.env'), 'A=mine\n'),
  }),
  row('usage', 'config pull --app a1 --file lib --yes'),
  row('not_found', 'config get GONE --app a1'),
  row('usage', `keys set PM2_SECRET_KEY=${KEYS[1]} --app a1`),
  row('usage', 'keys set --app a1', {
    because: 'one key for both',
    stdin: `PM2_PUBLIC_KEY=${KEYS[0]}\nPM2_SECRET_KEY=${KEYS[0]}\n`,
  }),
  row('usage', 'keys set --app a1', { because: 'no keys', stdin: '' }),
  row('auth', 'keys test --app a1'),

  row('not_found', 'rollback v99 --app a1'),
  row('usage', 'rollback latest --app a1'),
  row('not_found', 'rollback --app gone'),
  row('usage', 'scale web=some --app a1'),
  row('usage', 'scale gone=1 --app a1'),
  row('not_found', 'restart web.9 --app a1'),
  row('not_found', 'reload gone --app a1'),
  row('not_found', 'stop gone --app a1'),
  row('not_found', 'start gone --app a1'),
  row('refused', 'apps create a1', { isAsked: true }),
  row('usage', 'destroy --app a1'),
  row('usage', 'destroy --app a1 --confirm another', { arrange: remote }),
  row('usage', 'restart', { because: 'no app is named' }),
]

describe('what is refused changes nothing', () => {
  useVirtualClock()

  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!
  const cwd = process.cwd()
  let parent: string
  let world: World
  let count = 0

  before(() => {
    parent = mkdtempSync(path.join(tmpdir(), 'shipit-refusals-'))
    makeSound(path.join(parent, 'sound'))
  })
  beforeEach(async () => {
    world = await World.start()
    await world.setConfig({ A: 'theirs' })
  })
  afterEach(async () => {
    process.chdir(cwd)
    Object.defineProperty(process, 'stdin', stdin)
    await world.stop()
  })
  after(() => rmSync(parent, { recursive: true }))

  for (const {
    command,
    argv,
    because,
    ends,
    files,
    arrange,
    stdin: piped = '',
    isAsked = false,
  } of REFUSALS) {
    const typed = `shipit ${[command, ...argv].join(' ').replace(/=s\S+/, '=…')}`
    it(`${typed}${because === undefined ? '' : `: ${because}`}`, async () => {
      const dir = path.join(parent, `app-${++count}`)
      cpSync(path.join(parent, 'sound'), dir, { recursive: true, verbatimSymlinks: true })
      if (files) commit(dir, files)
      await arrange?.(dir, world)
      Object.defineProperty(process, 'stdin', {
        value: Readable.from(piped === '' ? [] : [piped]),
        configurable: true,
      })
      process.chdir(dir)
      const before = { folder: folderContents(dir), app: JSON.stringify(world.app) }
      const { exitCode, stderr } = await run(command, argv, {
        HEROKU_HOST: world.proxy.url,
        HEROKU_API_KEY: world.api.endpoint.token,
      })
      expect(exitCode, stderr).to.equal(EXIT_CODES[ends].exit)
      expect(folderContents(dir)).to.deep.equal(before.folder)
      expect(JSON.stringify(world.app)).to.equal(before.app)
      if (!isAsked) expect(world.calls).to.deep.equal([])
    })
  }
})

/** An app that shipit has nothing to say against, with modes and links of its own. */
function makeSound(dir: string): void {
  mkdirSync(path.join(dir, 'lib'), { recursive: true })
  writeFiles(dir, FILES)
  writeFileSync(path.join(dir, 'lib/run.sh'), '#!/bin/sh\n')
  chmodSync(path.join(dir, 'lib/run.sh'), 0o755)
  symlinkSync('server.js', path.join(dir, 'lib/linked.js'))
  git(dir, 'init', '--quiet', '--initial-branch=main')
  git(dir, 'config', 'user.name', 'Ada')
  git(dir, 'config', 'user.email', 'ada@example.com')
  commit(dir, {})
  chmodSync(path.join(dir, 'server.js'), 0o600)
}

function writeFiles(dir: string, files: Record<string, string | null>): void {
  for (const [name, content] of Object.entries(files)) {
    if (content === null) rmSync(path.join(dir, name))
    else writeFileSync(path.join(dir, name), content)
  }
}

function commit(dir: string, files: Record<string, string | null>): void {
  writeFiles(dir, files)
  git(dir, 'add', '--all')
  git(dir, 'commit', '--quiet', '--message', 'An app')
}

function git(dir: string, ...args: string[]): void {
  execFileSync('git', args, { cwd: dir, stdio: 'pipe' })
}
