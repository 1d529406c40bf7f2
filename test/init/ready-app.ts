import { plainLaunch, type Detected } from '../../src/init/types.js'
import type { Facts } from '../../src/init/plan/facts.js'

export const SPEC = 'file:vendor/shipit-runtime-1.2.0.tgz'
export const TARBALL = 'vendor/shipit-runtime-1.2.0.tgz'
export const START = 'shipit-runtime start ecosystem.config.yml'
export const runtime = { version: '1.2.0', file: '/x.tgz', sha1: 'one', sha512: 'five' }

/** An app in which nothing is left to be done but what is given. */
export const detected = (more: Partial<Detected> = {}): Detected & { entry: string } => ({
  entry: 'server.js',
  chosenBecause: 'It is.',
  launch: plainLaunch(),
  before: [],
  candidates: [],
  beside: [],
  appName: 'shop',
  packageManager: 'npm',
  lockfile: 'package-lock.json',
  hasPnpmWorkspace: false,
  moduleType: 'commonjs',
  engines: '22.x',
  processType: 'web',
  startCommand: 'npm start',
  startCallers: [],
  procfileRunsStart: true,
  start: START,
  scripts: {},
  dependencies: [],
  warnings: [],
  ...more,
})
export const READY = { scripts: { start: START }, dependencies: { 'shipit-runtime': SPEC } }
export const LOCK = `"${SPEC}" sha512-five`
export const FILE = 'ecosystem.config.yml'
export const facts = (manifest: object = READY, more: Partial<Facts> = {}): Facts => ({
  dir: '/app',
  packageJson: JSON.stringify(manifest),
  lock: LOCK,
  runtime,
  vendored: [{ name: 'shipit-runtime-1.2.0.tgz', isSame: true }],
  isTarballIgnored: false,
  unignored: [],
  existing: { [FILE]: 'the file' },
  node: '22.3.0',
  deploy: {},
  isRoot: true,
  ...more,
})
