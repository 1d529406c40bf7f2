import {
  BUILD_DATA,
  cannot,
  CI,
  METRICS,
  OTHER_BUILDPACK,
  OTHER_HOST,
  push,
  runs,
  type Case,
} from './case.js'

const SCRIPT_FAILED = 'Error: A build script exited with a non-zero exit code.'
const RESTORED = /- node_modules$/m

/** test/run-general of heroku-buildpack-nodejs, in its order. */
export const GENERAL: Case[] = [
  runs(
    'testFlatmapStream',
    push('flatmap-stream', {
      fails: true,
      says: ['flatmap-stream module has been removed from the npm registry'],
    }),
  ),
  runs(
    'testBuildScriptBehavior',
    push('build-script', { says: ['Running build', 'build hook message'] }),
    push('build-script-override', {
      says: ['Detected both "build" and "heroku-postbuild" scripts', 'Running heroku-postbuild'],
    }),
  ),
  runs(
    'testNgBuildScriptWarning',
    push('ng-build-script', {
      fails: true,
      says: [
        '"ng build" detected as build script. We recommend you use `ng build --prod` or add `--prod` to your build flags.',
      ],
    }),
  ),
  runs(
    'testBuildFlags',
    push('build-script', {
      vars: { NODE_BUILD_FLAGS: '--prod --optimize' },
      says: [
        'Running build',
        'Running with --prod --optimize flags',
        'echo build hook message "--prod --optimize"',
      ],
    }),
  ),
  runs(
    'testPreferEmptyHerokuPostbuildOverBuild',
    push('empty-heroku-postbuild', {
      says: ['Detected both "build" and "heroku-postbuild" scripts', 'Running heroku-postbuild'],
      never: ['build hook message'],
    }),
  ),
  runs(
    'testPrePostBuildScripts',
    push('pre-post-build-scripts', {
      says: [
        'Running heroku-prebuild',
        'echo heroku-prebuild hook message',
        'Running heroku-postbuild',
        'echo heroku-postbuild hook message',
      ],
    }),
    push('stable-node', { never: ['Running heroku-prebuild', 'Running heroku-postbuild'] }),
  ),
  runs(
    'testCleanupScript',
    push('cleanup-scripts', {
      says: ['Running heroku-cleanup', 'echo heroku-cleanup hook message'],
    }),
  ),
  runs(
    'testNoVersion',
    push('no-version', {
      says: [
        'engines.node (package.json):   unspecified',
        'No Node.js version specified, resolving current LTS version...',
        /node 24\./,
      ],
    }),
  ),
  cannot('testCustomNodeBinaryURL', `NODE_BINARY_URL ${OTHER_HOST}`),
  cannot('testNodeDownloadFailure', `NODE_BINARY_URL ${OTHER_HOST}`),
  runs(
    'testDisableCache',
    push('node-modules-cache-1', { vars: { NODE_VERBOSE: 'true' }, says: ['lodash@1.0.0'] }),
    push('node-modules-cache-2', { vars: { NODE_VERBOSE: 'true' }, says: ['lodash@1.0.0'] }),
    push('node-modules-cache-2', {
      vars: { NODE_VERBOSE: 'true', NODE_MODULES_CACHE: 'false' },
      says: ['lodash@1.3.1'],
    }),
  ),
  runs(
    'testNodeModulesCached',
    push('caching', { says: [RESTORED], has: ['node_modules/express'] }),
  ),
  runs(
    'testSetBuildEnv',
    push('print-node-options', { says: ['NODE_OPTIONS=--max_old_space_size=2560'] }),
    push('print-node-options', {
      vars: { NODE_OPTIONS: '--max_old_space_size=1234' },
      says: ['NODE_OPTIONS=--max_old_space_size=1234'],
    }),
  ),
  runs(
    'testBuildWithCache',
    push('stable-node', { has: ['node_modules/@heroku'] }),
    push('stable-node', { says: [RESTORED] }),
  ),
  runs('testCacheWithPrebuild', push('cache-prebuild'), push('cache-prebuild')),
  runs(
    'testErrorYarnAndNpmLockfiles',
    push('yarn-and-npm-lockfiles', {
      fails: true,
      never: ['Creating runtime environment'],
      says: [
        'Multiple lockfiles found',
        'Multiple package managers (npm,Yarn) have created lockfiles for this application',
        'If you use npm:',
        'git rm yarn.lock',
        'If you use Yarn:',
        'git rm package-lock.json',
      ],
    }),
  ),
  runs(
    'testErrorYarnAndNpmShrinkwrap',
    push('yarn-and-shrinkwrap-lockfiles', {
      fails: true,
      never: ['Creating runtime environment'],
      says: ['Multiple lockfiles conflicting with npm-shrinkwrap.json'],
    }),
  ),
  runs(
    'testErrorYarnAndPnpmAndNpmLockfiles',
    push('yarn-pnpm-and-npm-lockfiles', {
      fails: true,
      never: ['Creating runtime environment'],
      says: [
        'Multiple lockfiles found',
        'Multiple package managers (npm,pnpm,Yarn) have created lockfiles for this application',
        'If you use pnpm:',
        'git rm package-lock.json yarn.lock',
      ],
    }),
  ),
  runs(
    'testWarnNoStart',
    push('no-start', { says: ['may not specify any way to start'] }),
    push('no-version', { never: ['may not specify any way to start'] }),
  ),
  runs(
    'testEnvBlacklist',
    push('echo-lang', {
      vars: { LANG: 'tr_TR.UTF-8', SAFE: 'safeVar' },
      says: ['safeVar'],
      never: ['tr_TR.UTF-8'],
    }),
  ),
  runs(
    'testWarningsOnFailure',
    push('many-warnings', { fails: true, says: ['has several known issues'] }),
  ),
  runs(
    'testDotHerokuCollision',
    push('dot-heroku-collision', {
      fails: true,
      says: [
        'The directory .heroku could not be created',
        '.heroku file is checked into this project',
      ],
    }),
    push('dot-heroku-collision-2', { never: ['.heroku file is checked into this project'] }),
  ),
  runs(
    'testDotHerokuNodeCollision',
    push('dot-heroku-node-collision', {
      fails: true,
      says: [
        'The directory .heroku/node could not be created',
        '.heroku file is checked into this project',
      ],
    }),
  ),
  runs('testMultipleRuns', push('stable-node'), push('stable-node')),
  runs(
    'testBadJson',
    push('bad-json', {
      fails: true,
      says: ['Build failed', 'Unable to parse'],
      never: ['Installing binaries'],
    }),
  ),
  runs(
    'testBuildWithUserCacheDirectoriesCamel',
    push('cache-directories-camel', {
      says: ['- non/existent (nothing to cache)'],
      has: ['server/node_modules', 'client/node_modules'],
    }),
    push('cache-directories-camel', {
      says: [
        'Loading from cacheDirectories',
        '- server/node_modules',
        '- client/node_modules',
        '- non/existent (not cached - skipping)',
      ],
    }),
  ),
  ...['1X', '2X', 'PerformanceM', 'PerformanceL', 'CustomLimit', 'TooHigh'].map((size) =>
    cannot(
      `testConcurrency${size}`,
      'a profile script is run by itself: what a dyno gets for WEB_CONCURRENCY is tested in test/embedded/dynos/environment.test.ts',
    ),
  ),
  runs(
    'testInvalidNode',
    push('invalid-node', {
      fails: true,
      says: [
        'Resolving node version 0.11.333',
        'Error: No published Node.js version matches the requested range.',
        'package.json (0.11.333)',
        'https://devcenter.heroku.com/articles/nodejs-support#specifying-a-node-js-version',
      ],
    }),
  ),
  runs(
    'testInvalidNodeSemver',
    push('invalid-node-semver', {
      fails: true,
      says: [
        'Resolving node version stable',
        'Error: Invalid Node.js version requirement.',
        'package.json (stable)',
        'https://devcenter.heroku.com/articles/nodejs-support#specifying-a-node-js-version',
      ],
    }),
  ),
  // The fixture has no dependencies, of which nothing is kept here that could be restored.
  runs(
    'testSignatureInvalidation',
    push('node-0.12.6', { says: ['node 0.12.6'] }),
    push('node-0.12.7', { says: ['node 0.12.7'], never: [RESTORED] }),
  ),
  runs(
    'testModulesCheckedIn',
    push('modules-checked-in'),
    push('modules-checked-in', {
      says: [
        'Prebuild detected',
        'Rebuilding any native modules',
        '(preinstall script)',
        'Installing any new modules',
        '(postinstall script)',
      ],
    }),
  ),
  runs(
    'testSkipModulesCheckedIn',
    push('skip-modules-checked-in', {
      vars: { SKIP_NODE_MODULES_CHECK: 'true' },
      says: ['Keeping existing node_modules because SKIP_NODE_MODULES_CHECK=true'],
      never: ['node_modules checked into source'],
    }),
  ),
  runs('testDetectWithPackageJson', push('stable-node', { says: ['Node.js app detected'] })),
  runs('testDetectWithoutPackageJson', push('no-package-json', { fails: true })),
  runs('testIoJs', push('iojs', { fails: true, says: ['io.js is no longer supported'] })),
  // The npm registry has no Node.js 14.15.3, only those before and after it.
  runs(
    'testSpecificVersion',
    push('specific-version', {
      says: [
        'Resolving node version 14.15.3',
        'THIS APP ASKS FOR NODE 14.15.3 AND RUNS ON NODE 14.15.2 HERE',
        // 6.14.9 by the dates of npm's own registry; a mirror may have others.
        /Using default npm version: 6\.14\./,
      ],
    }),
  ),
  runs('testStableVersion', push('stable-node', { says: ['node 0.10.'] })),
  runs(
    'testUnstableVersion',
    push('unstable-version', { says: ['Resolving node version 0.11.x', 'node 0.11.'] }),
  ),
  runs(
    'testFailingBuild',
    push('failing-build', { fails: true, says: ['Build failed', SCRIPT_FAILED] }),
  ),
  runs(
    'testInfoEmpty',
    push('info-empty', {
      says: [
        'engines.node (package.json):   unspecified',
        'engines.npm (package.json):    unspecified',
        'Installing node modules (package.json)',
      ],
    }),
  ),
  runs(
    'testRangeWithSpace',
    push('range-with-space', { says: ['Resolving node version = 0.8.x', 'node 0.8.'] }),
  ),
  runs(
    'testInvalidDependency',
    push('invalid-dependency', {
      fails: true,
      says: ['npm ERR! 404', 'A package could not be found in the npm registry'],
    }),
  ),
  cannot(
    'testBuildWithUserCacheDirectories',
    `its postinstall runs bower, which ${OTHER_HOST} (GitHub); cacheDirectories are in testBuildWithUserCacheDirectoriesCamel`,
  ),
  runs(
    'testDefaultProcType',
    push('stable-node', { says: ['Default types for buildpack -> web'] }),
  ),
  runs(
    'testDynamicProcfile',
    push('dynamic-procfile', { has: ['Procfile'], says: ['Procfile declares types     -> web'] }),
  ),
  runs(
    'testEnvVars',
    push('stable-node', {
      vars: { NPM_CONFIG_PRODUCTION: 'false', USE_NPM_INSTALL: 'true' },
      says: ['NPM_CONFIG_PRODUCTION=false', 'USE_NPM_INSTALL=true'],
    }),
  ),
  runs(
    'testNonFileEnvVars',
    push('stable-node', {
      vars: { NPM_CONFIG_FOO: 'bar', NPM_CONFIG_PRODUCTION: 'false' },
      says: ['NPM_CONFIG_FOO=bar', 'NPM_CONFIG_PRODUCTION=false'],
    }),
  ),
  runs(
    'testModulesCheckedInWithDevDependencies',
    push('dependencies-modules-checked-in-with-devdependencies', {
      says: ['Rebuilding any native modules', 'lodash', 'removed 1 package'],
      lacks: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testModulesCheckedInWithoutDevDependencies',
    push('dependencies-modules-checked-in-without-devdependencies', {
      says: ['Rebuilding any native modules', 'added 1 package', 'lodash', 'removed 1 package'],
      lacks: ['node_modules/lodash'],
    }),
  ),
  runs(
    'testProfileExport',
    push('stable-node', {
      says: ['Creating runtime environment'],
      has: ['.heroku/node/bin/node', '.heroku/node/bin/npm'],
    }),
  ),
  cannot('testMultiExport', OTHER_BUILDPACK),
  cannot('testCIEnvVars', CI),
  cannot('testCIEnvVarsOverride', CI),
  runs(
    'testNodeEnv',
    push('node-env-consistency', {
      says: [
        'heroku-prebuild: production',
        'preinstall: production',
        'postinstall: production',
        'heroku-postbuild: production',
      ],
    }),
  ),
  cannot(
    'testAvoidHttpProxyVersionResolutionIssue',
    "a proxy that nothing listens on, and a host of Heroku's that it is not used for (S3)",
  ),
  ...[
    'BuildTime',
    'RunTimeNodeAddon',
    'RunTimeNodeScript',
    'RunTimeNodeScriptWhenLegacyPluginIsRequested',
    'RunTimeNodeScriptWithNoLegacyFallback',
  ].map((which) => cannot(`testPluginInstallation${which}`, METRICS)),
  cannot('testPluginInstallationUnsupportedNodeRunTime', METRICS),
  runs(
    'testFailingBuildMetaData',
    push('bad-json', { fails: true }),
    push('yarn-lockfile-out-of-date', { fails: true, says: ['Outdated Yarn lockfile'] }),
  ),
  runs(
    'testBinDetectWarnings',
    // As a push has it: .slugignore takes the file away before anything is detected.
    push('slugignore-package-json', {
      fails: true,
      says: [
        "'package.json' listed in '.slugignore' file",
        'https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore',
      ],
    }),
    push('gitignore-package-json', {
      fails: true,
      says: [
        "'package.json' listed in '.gitignore' file",
        'https://devcenter.heroku.com/articles/gitignore',
      ],
    }),
    push('node-project-missing-package-json', {
      fails: true,
      says: [
        "Application not supported by 'heroku/nodejs' buildpack",
        'https://devcenter.heroku.com/articles/nodejs-support#activation',
        'index.js',
        'src/',
      ],
    }),
  ),
  cannot('testBinReportSuccess', BUILD_DATA),
  cannot('testBinReportScriptsWithQuotes', BUILD_DATA),
  runs(
    'testWarningNode_22_5_0',
    push('node-22.5.0-warning', { says: ['Issues with Node.js v22.5.0'] }),
  ),
  runs(
    'testConflictingPackageManagerMetadata',
    push('conflicting-package-manager-metadata', {
      fails: true,
      says: [
        'Multiple package managers declared in package.json',
        'engines.npm (10.x)',
        '- yarn version declared in engines.yarn (4.x)',
        '- pnpm version declared in engines.pnpm (9.x)',
        '- pnpm version declared in packageManager (pnpm@9.9.0)',
      ],
    }),
  ),
  runs(
    'testErrorPrebuildScript',
    push('error-prebuild-script', { fails: true, says: [SCRIPT_FAILED] }),
  ),
  runs('testErrorBuildScript', push('error-build-script', { fails: true, says: [SCRIPT_FAILED] })),
  runs(
    'testErrorPostbuildScript',
    push('error-postbuild-script', { fails: true, says: [SCRIPT_FAILED] }),
  ),
  runs(
    'testErrorCleanupScript',
    push('error-cleanup-script', { fails: true, says: [SCRIPT_FAILED] }),
  ),
  runs(
    'testErrorOpensslUnsupportedAlgorithm',
    push('error-openssl-unsupported-algorithm', {
      fails: true,
      says: [
        'Unsupported cryptographic algorithm used',
        'https://devcenter.heroku.com/articles/nodejs-support',
      ],
    }),
  ),
  runs(
    'testErrorOpensslUnsupportedAlgorithmInWebpack',
    push('error-openssl-unsupported-algorithm-in-webpack', {
      fails: true,
      says: [
        'Unsupported cryptographic algorithm used',
        'https://webpack.js.org/configuration/output/#outputhashfunction',
      ],
    }),
  ),
  runs('testErrorOOM', push('error-oom', { fails: true, says: ['Node.js Out-Of-Memory (OOM)'] })),
  runs(
    'testOptOutOfWideVersionDowngrade',
    push('version-bounds-wide', {
      vars: { NODEJS_ALLOW_WIDE_RANGE: 'true' },
      says: ['The requested Node.js version is using a wide range'],
      never: ['The resolved Node.js version has been limited to the Active LTS'],
    }),
  ),
  runs(
    'testVersionBoundsWide',
    push('version-bounds-wide', {
      says: [
        'The requested Node.js version is using a wide range',
        'The resolved Node.js version has been limited to the Active LTS',
      ],
    }),
  ),
  runs(
    'testVersionBoundsNarrow',
    push('version-bounds-narrow', {
      never: [
        'The requested Node.js version is using a wide range',
        'The resolved Node.js version has been limited to the Active LTS',
      ],
    }),
  ),
  runs(
    'testVersionBoundsExplicitlyGreaterThanLTS',
    push('version-bounds-explicitly-greater-than-lts', {
      says: ['The requested Node.js version is using a wide range'],
      never: ['The resolved Node.js version has been limited to the Active LTS'],
    }),
  ),
]
