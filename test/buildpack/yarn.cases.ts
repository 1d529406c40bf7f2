import { BUILD_DATA, cannot, CI, OTHER_HOST, push, runs, type Case } from './case.js'

const INSTALLS = "Running 'yarn install' with yarn.lock"
const CHECK = 'Build script check'
const PRUNES = '-----> Pruning devDependencies'
const removed = (uuid: string, types: string): string[] => [
  `@types-node-npm-16.11.26-6163d95b7d-${types}.zip appears to be unused - removing`,
  `uuid-npm-9.0.0-46c41e3e43-${uuid}.zip appears to be unused - removing`,
]
const OF_2 = [INSTALLS, CHECK, PRUNES, ...removed('5a7f936a25', '478d5c315f')]
const OF_3 = [INSTALLS, CHECK, PRUNES, ...removed('8dd2c83c43', '57757caaba')]
const OF_4 = [INSTALLS, CHECK, PRUNES, '- @types/node@npm:16.11.26, uuid@npm:9.0.0']
const NOT_YARN = ['https://help.heroku.com/8MEL050H', 'https://help.heroku.com/0ZIOF3ST', 'ETARGET']

/** test/run-yarn of heroku-buildpack-nodejs, in its order. */
export const YARN: Case[] = [
  runs(
    'testBuildScriptYarn',
    push('build-script-yarn', { says: ['Running build (yarn)', 'build hook message'] }),
  ),
  runs(
    'testBuildFlagsWithYarn',
    push('build-script-yarn', {
      vars: { NODE_BUILD_FLAGS: '--prod --optimize' },
      says: [
        'Running build',
        'Running with --prod --optimize flags',
        "$ echo build hook message '--prod --optimize'",
      ],
    }),
  ),
  runs(
    'testEmptyHerokuPostbuildWithYarn',
    push('empty-heroku-postbuild-yarn', {
      says: ['Running heroku-postbuild (yarn)'],
      never: ['build hook message', 'Script must exist'],
    }),
  ),
  runs('testYarnRun', push('yarn-run', { says: ['Running heroku-postbuild (yarn)', 'foobar'] })),
  cannot('testCustomYarnBinaryURL', `YARN_BINARY_URL ${OTHER_HOST}`),
  runs(
    'testYarn',
    push('yarn', {
      says: ['installing yarn', 'Installing node modules (yarn.lock)'],
      never: ['Installing node modules (package.json)'],
    }),
  ),
  runs('testYarnCache', push('yarn'), push('yarn', { says: ['its node_modules are used'] })),
  runs('testYarnNativeCache', push('yarn-native-cache'), push('yarn-native-cache')),
  runs(
    'testYarnSemver',
    push('yarn-semver', { says: ['Downloading and installing yarn (~0.28', 'Using yarn 0.28.'] }),
  ),
  runs(
    'testOldYarn',
    push('yarn-old-deprecated-version', {
      fails: true,
      says: [
        'Downloading and installing yarn (~0.16',
        'Using yarn 0.16.',
        'error `install` has been replaced with `add`',
        'Outdated Yarn version',
        'Your application is specifying a requirement on an old version of Yarn',
        'https://devcenter.heroku.com/articles/nodejs-support#specifying-a-yarn-version',
      ],
    }),
  ),
  runs(
    'testYarnV1Semver',
    push('yarn-v1-semver', { says: ['Downloading and installing yarn (1.', 'Using yarn 1.'] }),
  ),
  runs(
    'testYarnV1SemverComplex',
    push('yarn-v1-semver-complex', {
      says: ['Downloading and installing yarn (>=1 <2)', 'Using yarn 1.'],
    }),
  ),
  runs(
    'testYarnV2SemverEdgeCase',
    push('yarn-v2-semver-edge-case', {
      says: ['Downloading and installing yarn (>=2 <3)', 'Using yarn 2.'],
    }),
  ),
  runs(
    'testYarnInvalid',
    push('yarn-invalid', {
      fails: true,
      says: ['Downloading and installing yarn (0.171', 'Unable to install yarn 0.171', ...NOT_YARN],
    }),
  ),
  runs(
    'testYarnSemverInvalid',
    push('yarn-invalid-semver', {
      fails: true,
      says: ['Downloading and installing yarn (0.17q', 'Unable to install yarn 0.17q', ...NOT_YARN],
    }),
  ),
  runs(
    'testYarnEngine',
    push('yarn-engine', { says: ['installing yarn (1.4.0)'], has: ['.heroku/node/bin/yarn'] }),
  ),
  runs(
    'testYarnEngineWithMonorepo',
    push('yarn-engine-with-monorepo', { says: ['installing yarn (1.4.0)'] }),
  ),
  runs('testYarnOnlyEngine', push('yarn-only-engine', { says: ['installing yarn (1.4.0)'] })),
  runs(
    'testYarnLockfileOutOfDate',
    push('yarn-lockfile-out-of-date', {
      fails: true,
      says: ['Your lockfile needs to be updated', 'Outdated Yarn lockfile'],
    }),
  ),
  runs(
    'testDevDependenciesInstalledYarn',
    push('dependencies-yarn', { says: ['lodash', PRUNES], lacks: ['node_modules/lodash'] }),
  ),
  runs(
    'testDevDepenenciesWithNoPruningYarn',
    push('dependencies-yarn', {
      vars: { YARN_PRODUCTION: 'false' },
      says: ['lodash', "Skipping because YARN_PRODUCTION is 'false'"],
    }),
  ),
  runs(
    'testDevDepenenciesWithNoPruningYarn (production)',
    push('dependencies-yarn', {
      vars: { YARN_PRODUCTION: 'true' },
      says: ["Skipping because YARN_PRODUCTION is 'true'"],
      lacks: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testNodeEnvTestDepenenciesYarn',
    push('dependencies-yarn', {
      vars: { NODE_ENV: 'not-production' },
      says: ['lodash', "Skipping because NODE_ENV is not 'production'"],
    }),
  ),
  cannot('testCIDependenciesYarn', CI),
  cannot('testYarnBuildMetaData', BUILD_DATA),
  runs('testYarn2', push('yarn-2', { says: OF_2 })),
  runs('testYarn2WithPackageManager', push('yarn-2-package-manager', { says: OF_2 })),
  runs('testYarn2Engine', push('yarn-2-engine', { says: OF_2 })),
  runs(
    'testYarn2WithYarn2SkipPruningFalse',
    push('yarn-2', { vars: { YARN2_SKIP_PRUNING: 'false' }, says: OF_2 }),
  ),
  runs(
    'testYarn2WithYarn2SkipPruningTrue',
    push('yarn-2', {
      vars: { YARN2_SKIP_PRUNING: 'true' },
      says: [INSTALLS, CHECK, "Skipping because YARN2_SKIP_PRUNING is 'true'"],
    }),
  ),
  runs(
    'testYarn2WithYarnProductionSetCapturesAndReportsError',
    push('yarn-2', {
      vars: { YARN_PRODUCTION: 'false' },
      fails: true,
      says: ['Unsupported Yarn configuration: YARN_PRODUCTION', 'YARN2_SKIP_PRUNING=true'],
    }),
  ),
  runs('testYarn2WithNodeModules', push('yarn-2-with-node-modules', { says: [INSTALLS] })),
  runs('testYarn2WithoutYarnCache', push('yarn-2-without-cache')),
  runs(
    'testYarn2WithoutWorkspaceModule',
    push('yarn-2-without-workspace-plugin', { says: [PRUNES], never: ['Skipping because'] }),
  ),
  runs('testYarn2WithEngine', push('yarn-2-with-engine')),
  runs(
    'testYarn2WithNpmrcAndYarnrc',
    push('yarn-2-with-invalid-rc-files', {
      says: [
        'There is an existing .npmrc file that will not be used',
        'There is an existing .yarnrc file that will not be used',
      ],
    }),
  ),
  runs(
    'testYarn2WithoutYarnrcYml',
    push('yarn-2-without-yarnrc-yml', {
      fails: true,
      says: ["The 'yarnrc.yml' file is not found"],
    }),
  ),
  runs(
    'testYarn2WithoutYarnPath',
    push('yarn-2-without-yarn-path', {
      fails: true,
      says: ["The 'yarnPath' could not be read from the 'yarnrc.yml' file"],
    }),
  ),
  runs(
    'testYarn2WithoutYarnRelease',
    push('yarn-2-without-yarn', { fails: true, says: ['Yarn was not found'] }),
  ),
  runs('testYarn3', push('yarn-3', { says: OF_3 })),
  runs('testYarn3WithPackageManager', push('yarn-3-package-manager', { says: OF_3 })),
  runs('testYarn3WithEngine', push('yarn-3-engine', { says: OF_3 })),
  runs(
    'testYarn4',
    push('yarn-4', {
      says: [
        'packageManager (package.json): yarn@4.1.1',
        'Yarn release script may conflict with "packageManager"',
        '- "packageManager": "yarn@4.1.1"',
        '- yarnPath: ".yarn/releases/yarn-4.0.0.cjs"',
        ...OF_4,
      ],
    }),
  ),
  runs(
    'testYarn4WithEngine',
    push('yarn-4-engine', {
      says: [
        'engines.yarn (package.json):   4.1.1',
        'Downloading and installing yarn (4.1.1)',
        'Using yarn 4.1.1',
        ...OF_4,
      ],
    }),
  ),
  runs(
    'testYarn4WithCorepackEnabled',
    push('yarn-4-with-corepack', {
      says: [
        'packageManager (package.json): yarn@4.1.1',
        'Downloading and installing yarn (4.1.1)',
        'Using yarn 4.1.1',
        ...OF_4,
      ],
      has: ['.heroku/node/bin/yarn'],
    }),
  ),
  runs(
    'testYarn4WithCorepackAndEngine',
    push('yarn-4-with-corepack-and-engine', {
      says: [
        'engines.yarn (package.json):   4.1.1',
        'Multiple Yarn versions declared',
        '- "packageManager": "yarn@4.1.1"',
        '- "engines.yarn": "4.1.1"',
        'Using yarn 4.1.1',
        ...OF_4,
      ],
    }),
  ),
  cannot('testExecWithYarnAndCorepack', CI),
  cannot('testExecWithYarnAndEngine', CI),
  runs(
    'testErrorYarnLockfileOutOfSync',
    push('error-yarn-lockfile-out-of-sync', {
      fails: true,
      says: ['Yarn lockfile is not in sync'],
    }),
  ),
  runs(
    'testDetermineYarnPackageNameFailure',
    push('yarn-registry-failure', {
      vars: { NPM_CONFIG_REGISTRY: 'https://registry.invalid' },
      fails: true,
      says: ["Unable to resolve yarn version '1.22.x' via npm info"],
    }),
  ),
]
