import { expect } from 'chai'
import {
  copyFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { readEcosystem, type Ecosystem } from '../../src/ecosystem/index.js'
import { resolveApp, type App } from '../../src/runtime/app.js'
import { appEnvironment } from '../../src/runtime/environment.js'
import { startedByPm2, type Started } from './pm2-itself.js'

/** The apps of a file as the runtime would start them; throws what keeps it from that. */
async function startedByUs(file: string, env?: string): Promise<Started[]> {
  const ecosystem = await readEcosystem(file, { env: process.env })
  const errors = ecosystem.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0)
    throw new Error(errors.map(({ path: at, message }) => `${at} ${message}`).join('; '))
  return ecosystem.apps.map((read) => ours(resolved(read, ecosystem, env, path.dirname(file))))
}

function resolved(
  read: Ecosystem['apps'][number],
  { deployEnv }: Ecosystem,
  env: string | undefined,
  cwd: string,
): App {
  const variables = appEnvironment(read, env, process.env as Record<string, string>, deployEnv)
  const name =
    read['append_env_to_name'] === true && env !== undefined ? `${read.name}-${env}` : read.name
  return resolveApp({ ...read, name }, { cwd, env: variables.env, drain: 1000 })
}

function ours({ name, script, args, cwd, interpreter, isCluster, wanted, env }: App): Started {
  return {
    name,
    script,
    args,
    cwd,
    interpreter: interpreter.command,
    isCluster,
    instances: wanted === 'max' ? 0 : (wanted ?? 1),
    env,
  }
}

/**
 * PM2 writes a program by its name or by its path; a variable PM2_SERVE_… of `static` is told
 * elsewhere.
 */
function comparable({ script, interpreter, env, ...rest }: Started): object {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(PM2_(SERVE_|SILENT|PROGRAMMATIC|HOME)|io$|PWD$)/.test(name),
  )
  // PM2 leaves it to Node what a folder's main file is.
  return {
    ...rest,
    script: createRequire(import.meta.url).resolve(script),
    interpreter: path.basename(interpreter),
    env: Object.fromEntries(kept),
  }
}

const FILES = {
  'app.js': '',
  'worker.js': '',
  'job.sh': 'true',
  'job.py': '',
  'my-app.js': '',
  'lib/index.js': '',
  'lib/server.js': '',
  'bin/www': '#!/usr/bin/env node\n',
  'packaged/package.json': '{"main": "start.js"}',
  'packaged/start.js': '',
}

describe('ecosystem files, beside PM2 itself', () => {
  let dir: string
  before(() => {
    dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'as-pm2-')))
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
      writeFileSync(path.join(dir, name), text)
    }
  })
  after(() => rmSync(dir, { recursive: true, force: true }))

  const write = (name: string, text: string): string => {
    const file = path.join(dir, name)
    writeFileSync(file, text)
    return file
  }

  const files: [what: string, name: string, text: string, env?: string][] = [
    ['JSON', 'a.json', '{"apps": [{"name": "api", "script": "app.js"}]}'],
    [
      'JSON without quotes around names',
      'a.json',
      "{\n  /* all */ apps: [{ name: 'api', script: './app.js', env: { A: 'b' }, }],\n}",
    ],
    [
      'JSON5',
      'a.json5',
      "// mine\n{ apps: [{ name: 'it\\'s', script: \"app.js\", instances: +2, max_memory_restart: 0x1000, env: {N: .5, O: 1_000, P: Infinity} }] }",
    ],
    [
      'JSON with a template string',
      'a.json',
      '[{ name: `api`, script: `app.js`, args: "a\\\nb" }]',
    ],
    [
      'JSON with escapes',
      'a.json',
      String.raw`[{ script: 'app.js', name: "\x41\u0042\u{43}\t\'\q", env: {Z: '\0'} }]`,
    ],
    [
      'JSON with code',
      'a.json',
      '{ apps: [1, 2].map((n) => ({ name: `api-${n}`, script: "app.js", env: { HOME_WAS: process.env.HOME } })) }',
    ],
    ['JSON of one app', 'a.json', '{ name: "api", script: "app.js" }'],
    ['a bare list', 'a.json', '[{ script: "app.js" }, { script: "worker.js" }]'],
    ['a key pm2', 'a.json', '{ pm2: { script: "app.js" } }'],
    ['apps as a map', 'a.yml', 'apps:\n  script: app.js\n'],
    ['a script of another language', 'a.yml', '- script: job.sh\n- script: job.py\n  args: -u\n'],
    ['a script without an ending', 'a.yml', '- script: bin/www\n'],
    ['a folder with an index', 'a.yml', '- script: ./lib\n'],
    ['a folder of its own working folder', 'a.yml', '- name: l\n  script: .\n  cwd: DIR/lib\n'],
    ['a folder with a package.json', 'a.yml', '- script: packaged\n'],
    ['npm', 'a.yml', '- name: web\n  script: npm\n  args: run start -- --port 80\n'],
    [
      'npm in several instances',
      'a.yml',
      '- name: web\n  script: npm\n  args: [start]\n  instances: 2\n',
    ],
    ['a bare command', 'a.yml', '- script: bash\n  args: -c "exit 1"\n'],
    ['a command line', 'a.yml', '- name: web\n  script: node app.js --port 80\n'],
    [
      'a command line without a name',
      'a.yml',
      "- cmd: node -e 'setTimeout(() => {}, 10); console.log(process.env.HOME)'\n",
    ],
    ['serve', 'a.json', '[{ name: "front", script: "serve", env: { PM2_SERVE_PATH: "lib" } }]'],
    [
      'static servers',
      'a.json',
      '{ apps: [{ script: "app.js" }], static: [{ path: ".", port: 8081 }, { name: "docs", path: "lib", basic_auth: { username: "u", password: "p" } }] }',
    ],
    [
      'static servers alone',
      'a.json',
      '{ "static": [{ "path": ".", "spa": true, "port": 8081 }] }',
    ],
    [
      'JavaScript',
      'a.config.js',
      "module.exports = { apps: [{ script: 'app.js', args: ['x'], instances: 'max' }] }",
    ],
    [
      'JavaScript by another ending',
      'a.config.cjs',
      "module.exports = [{ script: './worker.js' }]",
    ],
    [
      'an environment',
      'a.json',
      '{ apps: [{ script: "app.js", env: { A: 1 }, env_production: { A: 2, B: true } }] }',
      'production',
    ],
    [
      'the environment of a deploy block',
      'a.json',
      '{ apps: [{ script: "app.js", env: { A: 1 } }], deploy: { dev: { user: "n", host: "h", env: { A: 5, NEW: "n", HOME: "/x" } } } }',
      'dev',
    ],
    ['an environment that is text', 'a.json', '[{ script: "app.js", env_variable: "PM2" }]'],
    [
      'a name with the environment',
      'a.json',
      '[{ script: "app.js", append_env_to_name: true, env_dev: {} }]',
      'dev',
    ],
    [
      'interpreters',
      'a.yml',
      '- {script: app.js, interpreter: node, name: a}\n- {script: job.sh, interpreter: none, name: b}\n- {script: app.js, interpreter: bash, name: c}\n',
    ],
    [
      'modes',
      'a.yml',
      '- {script: app.js, exec_mode: cluster, name: a}\n- {script: app.js, instances: 1, name: b}\n- {script: app.js, exec_mode: fork, instances: 3, name: c}\n- {script: job.sh, instances: 2, name: d}\n',
    ],
    [
      'an anchor',
      'a.yml',
      'x-base: &base {instances: 2, exec_mode: cluster}\napps:\n  - <<: *base\n    script: app.js\n',
    ],
  ]
  for (const [what, name, text, env] of files) {
    it(`start the same: ${what}`, async () => {
      const file = write(name, text.replaceAll('DIR', dir))
      const theirs = startedByPm2(file, { env })
      expect(theirs).not.to.have.length(0)
      expect((await startedByUs(file, env)).map(asPm2Names(theirs)).map(comparable)).to.deep.equal(
        theirs.map(comparable),
      )
    })
  }

  const refused: [what: string, name: string, text: string][] = [
    ['a text that is not closed', 'a.json', '{ apps: [{ script: "app.js }] }'],
    ['a comma that is missing', 'a.json', '{ apps: [{ name: "a" script: "app.js" }] }'],
    ['a word without quotes', 'a.json', '{ apps: [{ script: app.js }] }'],
    ['what a module would say', 'a.json', 'module.exports = { apps: [] }'],
    ['a script that is not there', 'a.json', '[{ script: "app" }]'],
    ['an empty file', 'a.json', ''],
    ['a wrong value', 'a.json', '[{ script: "app.js", min_uptime: 10 }]'],
  ]
  for (const [what, name, text] of refused) {
    it(`are refused alike: ${what}`, async () => {
      const file = write(name, text)
      expect(() => startedByPm2(file)).to.throw()
      let message = ''
      await startedByUs(file).catch((error: Error) => (message = error.message))
      expect(message).not.to.equal('')
    })
  }

  it('of one name start side by side, and the second is set apart', async () => {
    const file = write(
      'a.json',
      '[{ name: "x", script: "app.js" }, { name: "x", script: "worker.js" }]',
    )
    expect(
      (await startedByUs(file)).map(({ name, script }) => [name, path.basename(script)]),
    ).to.deep.equal([
      ['x', 'app.js'],
      ['x-2', 'worker.js'],
    ])
    expect(startedByPm2(file)).to.have.length(2)
  })

  // PM2's own files are not part of this repository: SHIPIT_PM2_SOURCE names a checkout of it.
  const source = process.env['SHIPIT_PM2_SOURCE']
  for (const name of source === undefined ? [] : configurationsOf(source)) {
    it(`of PM2's own repository start the same: ${name}`, async () => {
      const file = copied(path.join(source!, name), path.join(dir, 'pm2', name))
      const theirs = withScripts(file, dir)
      const ours = await startedByUs(file).catch((error: Error) => error)
      // What PM2 refuses, a missing version of Node among it, we refuse too.
      if (theirs instanceof Error) expect(ours, theirs.message).to.be.an.instanceOf(Error)
      else if (ours instanceof Error) throw ours
      else
        expect(ours.map(asPm2Names(theirs)).map(comparable)).to.deep.equal(theirs.map(comparable))
    })
  }
})

/**
 * The folder of a configuration with all that lies in it; a template is called as `pm2 init` writes
 * it.
 */
function copied(from: string, to: string): string {
  mkdirSync(path.dirname(to), { recursive: true })
  cpSync(path.dirname(from), path.dirname(to), {
    recursive: true,
    force: false,
    filter: (each) => !/node_modules/.test(each) && !lstatSync(each).isSymbolicLink(),
  })
  const file = to.replace(/\.tpl$/, '.config.js')
  if (file !== to) copyFileSync(from, file)
  return file
}

/**
 * What PM2 starts of a file, with an empty script wherever one is missing: most of its examples are
 * started from another folder.
 */
function withScripts(file: string, within: string): Started[] | Error {
  for (let tries = 0; ; tries += 1) {
    const found = attempt(() => startedByPm2(file))
    const missing =
      found instanceof Error ? /^Script not found: (\S+)$/.exec(found.message)?.[1] : undefined
    if (missing === undefined || tries > 50 || !missing.startsWith(within)) return found
    mkdirSync(path.dirname(missing), { recursive: true })
    writeFileSync(missing, '')
  }
}

/** Apps of one name: PM2 leaves them so, and we set them apart. */
const asPm2Names =
  (theirs: Started[]) =>
  (app: Started, index: number): Started =>
    theirs.filter(({ name }) => name === theirs[index]?.name).length > 1
      ? { ...app, name: theirs[index]!.name }
      : app

function attempt<T>(work: () => T): T | Error {
  try {
    return work()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Every ecosystem file of the checkout, by its path there. */
function configurationsOf(source: string): string[] {
  return ['test', 'examples', 'lib/templates', 'modules'].flatMap((folder) =>
    readdirSync(path.join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter(
        (name) =>
          /\.(json5?|ya?ml|config\.[cm]?js)$|^ecosystem[\w-]*\.tpl$/.test(name) &&
          !/package(-lock)?\.json$|tsconfig|node_modules/.test(name),
      )
      .map((name) => path.join(folder, name)),
  )
}
