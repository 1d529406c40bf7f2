import { BuildFailure } from './failure.js'
import { anyOf } from '../../lib/any-of.js'

/** What a failed step's output is read for: the step's own tool, or a script of the app. */
export type FailedStep = 'npm' | 'yarn' | 'berry' | 'pnpm' | 'script'

interface Known {
  steps: readonly FailedStep[] | 'any'
  isIt: (text: string) => boolean
  title: string
  details: readonly string[]
}

const npmCode =
  (code: string) =>
  (text: string): boolean =>
    new RegExp(`npm (ERR!|error) code ${code}( |$)`, 'im').test(text)
const says =
  (words: RegExp) =>
  (text: string): boolean =>
    words.test(text)
const NPM = 'Error: Unable to install dependencies using npm.'
const YARN = 'Error: Unable to install dependencies using Yarn.'
const NOT_FOUND =
  'A package could not be found in the npm registry (404): its name is in the output above.'
const NO_VERSION =
  'A dependency asks for a version that was never published: its name and range are in the ' +
  'output above.'
const FLATMAP = 'Error: The flatmap-stream module has been removed from the npm registry.'
const FLATMAP_WHY =
  'It was malicious, and event-stream 3.3.6 with it (November 2018): take another version. ' +
  'https://help.heroku.com/4OM7X18J'

const yarn404 = says(/error An unexpected error occurred: .* Request failed "404 Not Found"/i)

/**
 * Marks in the output of tools, in the order in which Heroku's buildpack looks for them; the first
 * that is there names the failure. Sources beside each.
 */
const KNOWN: readonly Known[] = [
  // lib/failures.sh: failure::handle_git_auth_failure
  {
    steps: 'any',
    isIt: says(/Host key verification failed/i),
    title: 'Error: Unable to install a git dependency over SSH.',
    details: [
      'A build has no SSH keys. Name the dependency by an https address with a token, or by a ' +
        'version in a registry.',
    ],
  },
  // lib/package_managers/npm.sh: _handle_npm_install_failure
  {
    steps: ['npm'],
    isIt: npmCode('EBADPLATFORM'),
    title: NPM,
    details: ['A dependency does not support this operating system or processor.'],
  },
  {
    steps: ['npm'],
    isIt: npmCode('EINVALIDPACKAGENAME'),
    title: NPM,
    details: ['A package name in package.json is invalid.'],
  },
  {
    steps: ['npm'],
    isIt: (text) => npmCode('E404')(text) && /flatmap-stream/i.test(text),
    title: FLATMAP,
    details: [FLATMAP_WHY],
  },
  { steps: ['npm'], isIt: npmCode('E404'), title: NPM, details: [NOT_FOUND] },
  {
    steps: ['npm'],
    isIt: npmCode('ESTRICTALLOWSCRIPTS'),
    title: NPM,
    details: [
      'npm blocked an install script that "allowScripts" in package.json does not allow: npm ' +
        'approve-scripts <package>',
    ],
  },
  {
    steps: ['npm'],
    isIt: npmCode('EALLOWGIT'),
    title: NPM,
    details: ['npm 12 fetches no dependency from git unless .npmrc has allow-git.'],
  },
  {
    steps: ['npm'],
    isIt: npmCode('EALLOWREMOTE'),
    title: NPM,
    details: ['npm 12 fetches no dependency from an address unless .npmrc has allow-remote.'],
  },
  {
    steps: ['npm'],
    isIt: npmCode('ERESOLVE'),
    title: 'Error: Conflict detected in requested npm dependencies.',
    details: [
      'Peer dependencies contradict each other (ERESOLVE): the output above names them. ' +
        'Update them, or for now: shipit config set npm_config_legacy_peer_deps=true',
    ],
  },
  {
    steps: ['npm'],
    isIt: (text) => npmCode('EUSAGE')(text) && /Please update your lock file/i.test(text),
    title: 'Error: npm lockfile is not in sync.',
    details: [
      'package.json and package-lock.json name different dependencies. Run npm install, and ' +
        'commit package-lock.json.',
    ],
  },
  { steps: ['npm'], isIt: npmCode('ETARGET'), title: NPM, details: [NO_VERSION] },
  {
    steps: ['npm'],
    isIt: (text) => npmCode('ELIFECYCLE')(text) && /Failed at the [^ ]+ install script/i.test(text),
    title: NPM,
    details: ['The install script of a dependency failed.'],
  },
  {
    steps: ['npm'],
    isIt: npmCode('ENOENT'),
    title: NPM,
    details: ['A file or folder that package.json names is not in what was pushed.'],
  },
  {
    steps: ['npm'],
    isIt: (text) => npmCode('128')(text) && /An unknown git error occurred/i.test(text),
    title: 'npm Git dependency error (code 128)',
    details: ['git could not fetch a dependency: the output above names it.'],
  },
  // lib/package_managers/pnpm.sh: _handle_install_failure
  {
    steps: ['pnpm'],
    isIt: says(/ERR_PNPM_OUTDATED_LOCKFILE/i),
    title: 'Error: pnpm lockfile is not in sync.',
    details: [
      'package.json and pnpm-lock.yaml name different dependencies. Run pnpm install, and ' +
        'commit pnpm-lock.yaml.',
    ],
  },
  // lib/package_managers/yarn.sh: _handle_yarn_classic_install_failure,
  // _handle_yarn_berry_install_failure
  {
    steps: ['yarn'],
    isIt: says(/Your lockfile needs to be updated/i),
    title: 'Outdated Yarn lockfile',
    details: [
      'package.json and yarn.lock name different dependencies. Run yarn install, and commit ' +
        'yarn.lock.',
    ],
  },
  {
    steps: ['yarn'],
    isIt: says(/error .install. has been replaced with .add. to add new dependencies/i),
    title: 'Outdated Yarn version',
    details: [
      'Your application is specifying a requirement on an old version of Yarn, which has no ' +
        '--frozen-lockfile: write a newer one in engines.yarn.',
      'https://devcenter.heroku.com/articles/nodejs-support#specifying-a-yarn-version',
    ],
  },
  {
    steps: ['yarn'],
    isIt: says(/error Couldn't find any versions for/i),
    title: YARN,
    details: [NO_VERSION],
  },
  {
    steps: ['yarn'],
    isIt: (text) => yarn404(text) && /flatmap-stream/i.test(text),
    title: FLATMAP,
    details: [FLATMAP_WHY],
  },
  { steps: ['yarn'], isIt: yarn404, title: YARN, details: [NOT_FOUND] },
  {
    steps: ['berry'],
    isIt: says(/YN0028/),
    title: 'Yarn lockfile is not in sync',
    details: [
      'package.json and yarn.lock name different dependencies. Run yarn install, and commit ' +
        'yarn.lock.',
    ],
  },
  // lib/package_manager.sh: _handle_build_script_failure
  {
    steps: ['script'],
    isIt: (text) =>
      text.includes('ERR_OSSL_EVP_UNSUPPORTED') && text.includes('[webpack-cli] Error'),
    title: 'Unsupported cryptographic algorithm used',
    details: [
      'Node.js 17 and later have OpenSSL 3, which lacks the hash that webpack uses: set ' +
        'output.hashFunction, such as xxhash64. ' +
        'https://webpack.js.org/configuration/output/#outputhashfunction',
      'For now: shipit config set NODE_OPTIONS=--openssl-legacy-provider',
    ],
  },
  {
    steps: ['script'],
    isIt: says(/ERR_OSSL_EVP_UNSUPPORTED/),
    title: 'Unsupported cryptographic algorithm used',
    details: [
      'Node.js 17 and later have OpenSSL 3, which lacks old algorithms: update what uses one. ' +
        'https://devcenter.heroku.com/articles/nodejs-support',
      'For now: shipit config set NODE_OPTIONS=--openssl-legacy-provider',
    ],
  },
  {
    steps: ['script'],
    isIt: says(/JavaScript heap out of memory/),
    title: 'Node.js Out-Of-Memory (OOM)',
    details: [
      'A bundler often runs too many processes at once: lower its parallelism, or begin the ' +
        'script with NODE_OPTIONS=--max-old-space-size=4096 (MB).',
    ],
  },
  // lib/failures.sh: failure::handle_econnreset, failure::handle_libc6_incompatibility
  {
    steps: 'any',
    title:
      'Error: A network connection was reset while communicating with a remote server ' +
      '(ECONNRESET).',
    details: ['Push again.'],
    isIt: says(
      anyOf([
        /^npm (ERR!|error) (code ECONNRESET|network.*ECONNRESET)/im,
        /^error .*ECONNRESET/im,
        /YN\d{4}:.*ECONNRESET/im,
        /ERR_PNPM_[A-Z_]+.*ECONNRESET/im,
        /^\s*ERROR\s.*ECONNRESET/im,
      ]),
    ),
  },
  {
    steps: 'any',
    isIt: says(/version `GLIBC_\d+\.\d+' not found/),
    title: 'This Node.js version is not compatible with the current stack.',
    details: [
      'Its binary needs a newer C library than this machine has. Take another version of Node.js.',
    ],
  },
]

/**
 * The failure that the output of a step speaks of; undefined if it is none of those that Heroku's
 * buildpack knows.
 */
export function knownFailure(step: FailedStep, output: string): BuildFailure | undefined {
  const known = KNOWN.find(
    ({ steps, isIt }) => (steps === 'any' || steps.includes(step)) && isIt(output),
  )
  return known && new BuildFailure(known.title, [...known.details])
}

/**
 * Of a script of the app that failed for another reason (lib/package_manager.sh:
 * _handle_unknown_build_script_failure).
 */
export function scriptFailure(command: string, status: number): BuildFailure {
  return new BuildFailure('Error: A build script exited with a non-zero exit code.', [
    `\`${command}\` ended with ${status}: its own output is above.`,
  ])
}
