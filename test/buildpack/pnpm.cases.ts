import { BUILD_DATA, cannot, CI, OTHER_BUILDPACK, push, runs, type Case } from './case.js'

const INSTALLS = "Running 'pnpm install' with pnpm-lock.yaml"
const SHARED_STORE =
  'the store is shared by all apps and bounded by its size at each start, so that no build has to prune it'
const SKIPPED = 'Pruning skipped due to presence of lifecycle scripts'

/** test/run-pnpm of heroku-buildpack-nodejs, in its order. */
export const PNPM: Case[] = [
  cannot('testPnpmBuildMetaData', BUILD_DATA),
  runs(
    'testPnpmWithCustomCache',
    push('pnpm-custom-cache', {
      vars: { PNPM_INSTALL_REPORTER: 'ndjson' },
      says: [
        'pnpm:',
        'Saving cacheDirectories (package.json):',
        '- node_modules (skipping because pnpm is used)',
        '- data',
      ],
    }),
    push('pnpm-custom-cache', {
      vars: { PNPM_INSTALL_REPORTER: 'ndjson' },
      says: [
        'Loading from cacheDirectories (package.json):',
        '- node_modules (skipping because pnpm is used)',
        '- data (exists - skipping)',
      ],
    }),
  ),
  runs(
    'testPnpm7Pnp',
    push('pnpm-7-pnp', {
      says: [
        'engines.pnpm (package.json):   unspecified (use default)',
        'packageManager (package.json): pnpm@7.32.3',
        'Downloading and installing pnpm (7.32.3)',
        'Using pnpm 7.32.3',
        INSTALLS,
        '+ dotenv',
        '- dotenv',
        'heroku-prebuild',
        'heroku-build',
        'heroku-cleanup',
      ],
      has: ['.heroku/node/bin/pnpm'],
    }),
  ),
  runs(
    'testPnpm8Hoist',
    push('pnpm-8-hoist', {
      says: [
        'packageManager (package.json): pnpm@8.4.0',
        'Downloading and installing pnpm (8.4.0)',
        'Using pnpm 8.4.0',
        INSTALLS,
      ],
    }),
  ),
  runs(
    'testPnpm8Nuxt',
    push('pnpm-8-nuxt', {
      says: [
        'Downloading and installing pnpm (8.11.0)',
        'Using pnpm 8.11.0',
        INSTALLS,
        '> nuxt prepare',
        '> pnpm-8-nuxt@ build',
        '> nuxt build',
      ],
    }),
  ),
  runs(
    'testPnpmEngine',
    push('pnpm-engine', {
      says: [
        'engines.pnpm (package.json):   8.x',
        'Downloading and installing pnpm (8.x)',
        'Using pnpm 8',
        INSTALLS,
      ],
      has: ['.heroku/node/bin/pnpm'],
    }),
  ),
  runs(
    'testPnpmWithCorepackAndEngine',
    push('pnpm-with-corepack-and-engine', {
      says: [
        'engines.pnpm (package.json):   8.x',
        'packageManager (package.json): pnpm@8.4.0',
        'Multiple pnpm versions declared',
        '- "packageManager": "pnpm@8.4.0"',
        '- "engines.pnpm": "8.x"',
        'Using pnpm 8.4.0',
        INSTALLS,
      ],
    }),
  ),
  cannot('testPnpmStorePruning', SHARED_STORE),
  cannot('testPnpmStorePruneWithEmptyStore', SHARED_STORE),
  runs(
    'testPnpmCacheSimple',
    push('pnpm-7-pnp', { says: ['- pnpm cache'] }),
    push('pnpm-7-pnp', { says: ['Restoring cache', '- pnpm cache'] }),
  ),
  runs(
    'testPnpmCacheComplex',
    push('pnpm-8-nuxt', { says: ['- pnpm cache'] }),
    push('pnpm-8-nuxt', { says: ['Restoring cache', '- pnpm cache'] }),
  ),
  cannot('testPnpm10StoreDirExport', OTHER_BUILDPACK),
  cannot('testPnpm11StoreDirExport', OTHER_BUILDPACK),
  runs(
    'pnpm-10 (fixture of testPnpm10StoreDirExport)',
    push('pnpm-10', { says: ['Using pnpm 10.33.3', INSTALLS], lacks: ['.profile.d/pnpm.sh'] }),
  ),
  runs(
    'pnpm-11 (fixture of testPnpm11StoreDirExport)',
    push('pnpm-11', { says: ['Using pnpm 11.0.5', INSTALLS], has: ['.profile.d/pnpm.sh'] }),
  ),
  runs(
    'testPnpmWithNoPackageManagerEntry',
    push('pnpm-unknown-version', {
      says: [
        'Downloading and installing pnpm (latest)',
        'Using pnpm',
        INSTALLS,
        'Default pnpm version used',
      ],
    }),
  ),
  runs(
    'testPnpmSafePruningSupport',
    push('pnpm-8.15.5', { says: ['- dotenv 16.4.5'], lacks: ['node_modules/dotenv'] }),
    push('pnpm-8.15.5-with-pre-post-install', {
      says: [SKIPPED, 'preinstall_1'],
      never: ['- dotenv 16.4.5'],
    }),
    push('pnpm-8.15.6-with-pre-post-install', { says: ['- dotenv 16.4.5', 'preinstall_1'] }),
  ),
  runs(
    'testPnpmSkipPruning',
    push('pnpm-8.15.5', {
      vars: { NODE_ENV: 'test' },
      says: ['Pruning devDependencies', "Skipping because NODE_ENV is 'test'"],
    }),
    push('pnpm-8.15.5', {
      vars: { NODE_ENV: 'development' },
      says: ["Skipping because NODE_ENV is not 'production'"],
    }),
    push('pnpm-8.15.5', {
      vars: { PNPM_SKIP_PRUNING: 'true' },
      says: ["Skipping because PNPM_SKIP_PRUNING is 'true'"],
    }),
    push('pnpm-8.15.5', {
      vars: { NODE_ENV: 'production', PNPM_SKIP_PRUNING: 'false' },
      says: ['- dotenv 16.4.5'],
    }),
  ),
  runs(
    'testPnpmWorkspaceBinaries',
    push('pnpm-workspace-binaries', {
      says: [
        'pnpm -r build',
        'packages/one build$ next --version',
        'packages/two build$ next --version',
        'Next.js v15.0.0-rc.0',
        'Scope: all 3 workspace projects',
        'devDependencies: skipped because NODE_ENV is set to production',
      ],
    }),
  ),
  runs(
    'testPnpmWorkspaceFileExistsButNotConfiguredAsWorkspace',
    push('pnpm-workspace-file-exists-but-not-configured-as-workspace', {
      says: ['+ dotenv', '- dotenv'],
    }),
  ),
  runs(
    'testPnpmWorkspacePruningWithLifecycleScriptInProject',
    push('pnpm-workspace-with-lifecycle-script-project', { says: [SKIPPED] }),
  ),
  runs(
    'testPnpmWorkspacePruningWithLifecycleScriptInRoot',
    push('pnpm-workspace-with-lifecycle-script-root', { says: [SKIPPED] }),
  ),
  runs(
    'pnpm-bad-engine (fixture without a test)',
    push('pnpm-bad-engine', { fails: true, says: ['Unable to install pnpm 999.x.'] }),
  ),
  cannot('testExecWithPnpmAndCorepack', CI),
  cannot('testExecWithPnpmAndEngine', CI),
]
