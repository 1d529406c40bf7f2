/**
 * `npm ci` and `npm install --package-lock-only` of the tests' worlds, and of apps without
 * dependencies `npm install` and `npm prune` too: what npm made of the same manifest, lockfile,
 * settings and tarballs before is taken again, since npm takes seconds of CPU for it. Whatever else
 * it is asked for, and whatever it has not done yet, npm does itself.
 * Arguments: npm's program, its version, the folder of what is kept, and npm's own.
 */
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const [npm, version, store, ...args] = process.argv.slice(2)
const COMMAND =
  /^(ci|install|prune)( --(package-lock-only|prefer-offline|include=dev|omit=dev|no-audit|no-fund|ignore-scripts|workspaces=false|lockfile-version=\d))*$/
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
const FIELDS = [
  'peerDependenciesMeta',
  'bundleDependencies',
  'bundledDependencies',
  'overrides',
  'engines',
  'os',
  'cpu',
]
const SCRIPTS = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
]
const KEPT_AT_MOST = 100

const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null)
/** The app's own name and version: all of a lockfile that differs between two apps with the same dependencies. */
const renamed = (text, { name, version: own }) => {
  const lock = JSON.parse(text)
  const root = lock.packages?.['']
  for (const place of [lock, root]) {
    if (!place) continue
    for (const [field, value] of [
      ['name', name],
      ['version', own],
    ])
      if (field in place) place[field] = value
  }
  return JSON.stringify(lock, null, 2) + '\n'
}

/** A digest of all that decides what npm leaves behind; undefined if it has to look itself. */
function keyOf(manifest) {
  const isOwnWork =
    manifest.workspaces ||
    SCRIPTS.some((name) => manifest.scripts?.[name]) ||
    ['node_modules', 'binding.gyp', 'npm-shrinkwrap.json'].some((name) => fs.existsSync(name))
  if (isOwnWork || !COMMAND.test(args.join(' ')) || !manifest.name) return undefined
  const lock = read('package-lock.json')
  if (args[0] === 'ci' ? lock === null : !args.includes('--package-lock-only')) {
    // What is not pinned may be another version tomorrow.
    if (args[0] === 'ci' || DEPENDENCIES.some((name) => manifest[name])) return undefined
  }
  // A lockfile of a package without a version has none of its own either.
  const hasVersion = Boolean(manifest.version)
  const fields = JSON.stringify([
    hasVersion,
    ...[...DEPENDENCIES, ...FIELDS].map((name) => manifest[name] ?? null),
  ])
  const texts = [fields, lock && renamed(lock, { name: '', version: '' }), read('.npmrc')]
  const named = [...`${fields}\n${lock ?? ''}`.matchAll(/file:([^"\s]+)/g)].map(([, name]) => name)
  const files = [...new Set(named)].sort()
  if (files.some((name) => !fs.existsSync(name) || !fs.statSync(name).isFile())) return undefined
  const digests = files.map((name) => [name, digest(fs.readFileSync(name))])
  const env = Object.entries(process.env)
    .filter(([name]) => /^(npm_config_(?!cache$|prefix$)|NODE_ENV$)/i.test(name))
    .sort()
  return digest(JSON.stringify([args, version, process.version, texts, digests, env])).slice(0, 32)
}

const digest = (content) => createHash('sha256').update(content).digest('hex')

function manifestHere() {
  try {
    return JSON.parse(read('package.json') ?? '{}')
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function take(kept, manifest) {
  const modules = path.join(kept, 'node_modules')
  if (fs.existsSync(modules)) {
    const { status, stderr } = spawnSync('cp', ['-a', modules, '.'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`node_modules could not be copied: ${stderr}`)
  }
  const lock = read(path.join(kept, 'package-lock.json'))
  if (lock !== null) fs.writeFileSync('package-lock.json', renamed(lock, manifest))
  fs.utimesSync(kept, new Date(), new Date())
  process.stdout.write(read(path.join(kept, 'stdout')))
}

function keep(kept, stdout) {
  const fresh = `${kept}.${process.pid}`
  fs.mkdirSync(fresh, { recursive: true })
  fs.writeFileSync(path.join(fresh, 'stdout'), stdout)
  const made = args[0] === 'ci' ? ['node_modules'] : ['node_modules', 'package-lock.json']
  const there = made.filter((name) => fs.existsSync(name))
  const isKept = there.length === 0 || spawnSync('cp', ['-a', ...there, fresh]).status === 0
  if (isKept && !fs.existsSync(kept)) fs.renameSync(fresh, kept)
  fs.rmSync(fresh, { recursive: true, force: true })
  const all = fs.readdirSync(store).map((name) => {
    const dir = path.join(store, name)
    return { dir, used: fs.statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0 }
  })
  for (const { dir } of all.sort((a, b) => b.used - a.used).slice(KEPT_AT_MOST))
    fs.rmSync(dir, { recursive: true, force: true })
}

const manifest = manifestHere()
const key = keyOf(manifest)
const kept = key && path.join(store, key)
if (kept && fs.existsSync(kept)) {
  take(kept, manifest)
} else {
  const child = spawn(npm, args, { stdio: ['inherit', 'pipe', 'inherit'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
    process.stdout.write(text)
  })
  child.on('close', (code, signal) => {
    if (code === 0 && kept) keep(kept, stdout)
    if (signal) process.kill(process.pid, signal)
    process.exitCode = code ?? 1
  })
}
