import { BUILD_DATA, cannot, CI, OTHER_HOST, push, runs, type Case } from './case.js'

const SCRIPTS = ['heroku-prebuild script', 'build script', 'postinstall script']
const ELECTRON = `its package electron ${OTHER_HOST} (GitHub) as it is installed; a second build from the cache is in testNodeModulesCached and testDisableCache`

/** test/run-npm of heroku-buildpack-nodejs, in its order. */
export const NPM: Case[] = [
  runs(
    'testNpmCi',
    push('node-14-npm-ci', {
      says: [...SCRIPTS, /Installing node modules$/m],
      has: ['.heroku/node/bin/npm'],
    }),
    push('node-14-npm-ci'),
  ),
  runs(
    'testNpmCiShrinkwrap',
    push('node-10-npm-ci-shrinkwrap', { says: [...SCRIPTS, /Installing node modules$/m] }),
    push('node-10-npm-ci-shrinkwrap'),
  ),
  runs(
    'testNpmCiFallback',
    push('node-14-npm-ci-no-lockfile', { says: ['Installing node modules (package.json)'] }),
  ),
  runs(
    'testNpmCiDisabled',
    push('node-14-npm-ci', {
      vars: { USE_NPM_INSTALL: 'true' },
      says: ['Installing node modules (package.json + package-lock)'],
    }),
  ),
  runs(
    'testNpm5CacheDirectory',
    push('npm5', { vars: { NPM_CONFIG_CACHE: '/tmp/npm-cache-of-a-fixture' } }),
  ),
  runs(
    'testDefaultToNpm5',
    push('npm-lockfile-no-version', {
      says: ['Using default npm version', 'Installing node modules (package.json + package-lock)'],
    }),
  ),
  runs(
    'testDefaultToNpm5WithNode6',
    push('npm-lockfile-node-6-no-version', {
      says: [
        'Detected package-lock.json',
        'npm (5.x.x)',
        'Installing node modules (package.json + package-lock)',
      ],
    }),
  ),
  runs(
    'testOldNpmWithLockfile',
    push('npm-lockfile-old-version', { says: ['This version of npm'] }),
  ),
  runs(
    'testOldNpm',
    push('old-npm', {
      fails: true,
      says: [
        /This version of npm \(1\.2\.\d+\) has several known issues\. Please update your npm version in package\.json\./,
      ],
    }),
  ),
  runs(
    'testNonexistentNpm',
    push('nonexistent-npm', { fails: true, says: ['Unable to install npm 1.1.65'] }),
  ),
  runs('testSameNpm', push('same-npm', { says: ['npm 1.4.28 already installed'] })),
  runs(
    'testNpmVersionRange',
    push('npm-version-range', { says: ['npm (5.7.x)', 'Using npm 5.7.'] }),
  ),
  runs(
    'testNpmVersionSpecific',
    push('npm-version-specific', { says: ['npm (2.1.11)'], never: ['WARNING'] }),
  ),
  runs(
    'testNpmVersionIncompatible',
    push('npm-version-incompat', {
      fails: true,
      says: ['Unable to install npm 10.x', 'Is npm 10.x compatible with this Node.js version?'],
    }),
  ),
  runs(
    'testNode22Npm11BootstrapRegressionWorkaround',
    push('node-22-npm-11-regression', { says: ['npm (11.x)', /Using npm 11\./] }),
  ),
  runs(
    'testNpm12UnsafePermRemoved',
    push('npm-12-unsafe-perm', {
      says: [/Using npm 12/],
      never: ['Unknown cli flag', 'EUNKNOWNCONFIG'],
    }),
  ),
  cannot('testUserConfig', `its .npmrc names www.google.com as the registry, and it ${OTHER_HOST}`),
  runs(
    'testDevDependenciesInstalled',
    push('dependencies', {
      says: ['lodash', 'Pruning devDependencies', 'removed 1 package'],
      lacks: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testDevDepenenciesWithNoPruning',
    push('dependencies', {
      vars: { NPM_CONFIG_PRODUCTION: 'false' },
      says: ['lodash', "Skipping because NPM_CONFIG_PRODUCTION is 'false'"],
      has: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testDevDepenenciesWithNoPruning (production)',
    push('dependencies', {
      vars: { NPM_CONFIG_PRODUCTION: 'true' },
      never: ['lodash'],
      says: ["Skipping because NPM_CONFIG_PRODUCTION is 'true'"],
      lacks: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testNodeEnvTestDepenencies',
    push('dependencies', {
      vars: { NODE_ENV: 'not-production' },
      says: ['lodash', "Skipping because NODE_ENV is not 'production'"],
    }),
  ),
  runs(
    'testOptionalDependencies',
    push('optional-dependencies', { never: ['NPM_CONFIG_OPTIONAL'], has: ['node_modules/less'] }),
  ),
  runs(
    'testNoOptionalDependencies',
    push('optional-dependencies', {
      vars: { NPM_CONFIG_OPTIONAL: 'false' },
      says: ['NPM_CONFIG_OPTIONAL=false'],
      never: ['mkdirp', 'clean-css'],
      has: ['node_modules/less'],
    }),
  ),
  runs('testNpmrc', push('dev-dependencies-npmrc', { says: ['lodash'] })),
  runs(
    'testShrinkwrap',
    push('shrinkwrap', { says: ['express@4.10.4', 'lodash@2.4.0', 'mocha@2.0.1'] }),
  ),
  cannot('testCIDependencies', CI),
  runs(
    'testNodeEnvNpmConfigProductionFalse',
    push('node-env-consistency', {
      vars: { NPM_CONFIG_PRODUCTION: 'false' },
      says: [
        'heroku-prebuild: production',
        'preinstall: production',
        'postinstall: production',
        'heroku-postbuild: production',
      ],
    }),
  ),
  runs(
    'testNpmPrune53Issue',
    push('npm-prune-5-3-issue', {
      says: [
        'Using npm 5.3.0',
        'Skipping because npm 5.3.0 fails',
        'https://github.com/npm/npm/issues/17781',
      ],
    }),
  ),
  runs(
    'testNpmPrune56Issue',
    push('npm-prune-5-6-issue', {
      says: [
        'npm 5.6.0',
        'Skipping because npm 5.6.0 sometimes fails',
        'https://github.com/npm/npm/issues/19356',
      ],
    }),
  ),
  cannot('testNpmBuildMetaData', BUILD_DATA),
  cannot('testNpmCiCaching', ELECTRON),
  cannot('testNpmCiCachingWhenUseNpmInstallIsTrue', ELECTRON),
  cannot('testNpmCiCachingWhenUseNpmInstallIsFalse', ELECTRON),
  runs(
    'testUseNpm10',
    push('use-npm-v10', {
      says: ['Using default npm version: 10'],
      never: ['defaulting npm to version 5.x.x'],
    }),
  ),
  runs(
    'testErrorNpmLockfileOutOfSync',
    push('error-npm-lockfile-out-of-sync', { fails: true, says: ['npm lockfile is not in sync'] }),
  ),
  runs(
    'testErrorNpmGitDependency',
    push('error-npm-git-error', { fails: true, says: ['npm Git dependency error (code 128)'] }),
  ),
  runs(
    'testErrorPeerDependencyConflict',
    push('error-npm-peer-dependency-conflict', {
      fails: true,
      says: ['Conflict detected in requested npm dependencies'],
    }),
  ),
]
