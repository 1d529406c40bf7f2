import { cannot, CI, METRICS, OTHER_BUILDPACK, OTHER_HOST, push, runs, type Case } from './case.js'

const PNPM = ["Running 'pnpm install' with pnpm-lock.yaml", 'Pruning devDependencies']
const repo = (name: string) => `../../spec/fixtures/repos/${name}`
const twice = (test: string, name: string, ...says: string[]): Case =>
  runs(test, push(repo(name), { says }), push(repo(name), { says: ['Restoring cache', ...says] }))
const MAJORS = [10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]

/**
 * spec/ of heroku-buildpack-nodejs, whose apps are deployed to Heroku by hatchet: their builds.
 * That an app answers on a dyno of such a Node.js is in test/e2e/engines-node.test.ts.
 */
export const HATCHET: Case[] = [
  runs(
    'corepack_spec: pnpm',
    push(repo('corepack-pnpm'), {
      says: [
        'packageManager (package.json): pnpm@9.0.6',
        'Downloading and installing pnpm (9.0.6)',
        'Using pnpm 9.0.6',
      ],
    }),
  ),
  runs(
    'corepack_spec: yarn',
    push(repo('corepack-yarn'), {
      says: ['packageManager (package.json): yarn@4.1.1', 'Using yarn 4.1.1'],
    }),
  ),
  twice(
    'pnpm_spec: workspace',
    'pnpm-workspace',
    'Using pnpm 9.5.0',
    ...PNPM,
    'devDependencies: skipped because NODE_ENV is set to production',
  ),
  twice('pnpm_spec: pnpm 10', 'pnpm-10', 'Using pnpm 10.0.0', ...PNPM),
  twice('pnpm_spec: pnpm 10 workspace', 'pnpm-10-workspace', 'Using pnpm 10.0.0', ...PNPM),
  twice('pnpm_spec: pnpm 11', 'pnpm-11', 'Using pnpm 11.0.0', ...PNPM),
  twice('pnpm_spec: pnpm 11 workspace', 'pnpm-11-workspace', 'Using pnpm 11.0.0', ...PNPM),
  runs(
    'pnpm_spec: pnpm 11 that is started through pnpm',
    push(repo('pnpm-11-verify-deps'), {
      vars: { NODE_ENV: 'staging' },
      says: ["Skipping because NODE_ENV is not 'production'"],
      has: ['.profile.d/pnpm.sh'],
    }),
  ),
  twice(
    'yarn2_spec: pnp zero-install',
    'yarn2-pnp-zero-install',
    'Yarn release script may conflict with "packageManager"',
    'Downloading and installing yarn (1.22.x)',
  ),
  twice(
    'yarn2_spec: pnp nonzero-install',
    'yarn2-pnp-nonzero-install',
    'Downloading and installing yarn (1.22.x)',
  ),
  twice('yarn2_spec: modules zero-install', 'yarn2-modules-zero-install'),
  twice('yarn2_spec: modules nonzero-install', 'yarn2-modules-nonzero-install'),
  ...MAJORS.map((major) =>
    runs(
      `node_${major}_spec`,
      push(repo(`node-${major}`), { says: [new RegExp(`node ${major}\\.\\d`)] }),
    ),
  ),
  ...MAJORS.map((major) => cannot(`node_${major}_metrics_spec`, METRICS)),
  cannot('node_metrics_conflict_spec', METRICS),
  cannot('multi_buildpack_spec', OTHER_BUILDPACK),
  cannot('absolute_path_spec', OTHER_BUILDPACK),
  cannot('ci_spec', CI),
  cannot('getting_started_spec', `its app ${OTHER_HOST} (GitHub)`),
  cannot('stack_spec', 'the embedded Heroku has one stack for builds, that of this machine'),
  runs(
    'version_spec',
    push('invalid-node-semver', {
      fails: true,
      says: ['Error: Invalid Node.js version requirement.'],
    }),
  ),
]
