import { expect } from 'chai'
import { knownFailure, type FailedStep } from '../../../src/embedded/build/failure-messages.js'

describe('why a step of a build failed', () => {
  /**
   * Output of the tools, reduced; the titles are Heroku's (heroku-buildpack-nodejs,
   * lib/package_managers and lib/package_manager.sh).
   */
  const cases: [step: FailedStep, output: string, title: string | undefined][] = [
    [
      'npm',
      'npm error code E404\nnpm error 404 Not Found - GET https://r/left-padd',
      'Error: Unable to install dependencies using npm.',
    ],
    [
      'npm',
      'npm ERR! code E404\nnpm ERR! 404 no such package: flatmap-stream',
      'Error: The flatmap-stream module has been removed from the npm registry.',
    ],
    [
      'npm',
      'npm error code ERESOLVE\nnpm error ERESOLVE could not resolve',
      'Error: Conflict detected in requested npm dependencies.',
    ],
    [
      'npm',
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync. Please update your lock file with `npm install`',
      'Error: npm lockfile is not in sync.',
    ],
    ['npm', 'npm error code EUSAGE\nnpm error Usage: npm ci', undefined],
    [
      'npm',
      'npm error code ETARGET\nnpm error notarget No matching version found for a@9',
      'Error: Unable to install dependencies using npm.',
    ],
    [
      'npm',
      'npm error code 128\nnpm error An unknown git error occurred',
      'npm Git dependency error (code 128)',
    ],
    [
      'npm',
      'npm error code 128\nnpm error An unknown git error occurred\nHost key verification failed.',
      'Error: Unable to install a git dependency over SSH.',
    ],
    ['npm', 'npm error code EBADPLATFORM', 'Error: Unable to install dependencies using npm.'],
    ['npm', 'npm error code E4044', undefined],
    [
      'npm',
      'npm error code ECONNRESET',
      'Error: A network connection was reset while communicating with a remote server (ECONNRESET).',
    ],
    [
      'npm',
      'npm warn retry ECONNRESET\nnpm error code EBADPLATFORM',
      'Error: Unable to install dependencies using npm.',
    ],
    ['npm', 'added 3 packages', undefined],
    [
      'pnpm',
      ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
      'Error: pnpm lockfile is not in sync.',
    ],
    [
      'yarn',
      'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.',
      'Outdated Yarn lockfile',
    ],
    [
      'yarn',
      'error `install` has been replaced with `add` to add new dependencies.',
      'Outdated Yarn version',
    ],
    [
      'yarn',
      'error Couldn\'t find any versions for "a" that matches "9"',
      'Error: Unable to install dependencies using Yarn.',
    ],
    [
      'yarn',
      'error An unexpected error occurred: "https://r/a: Request failed "404 Not Found""',
      'Error: Unable to install dependencies using Yarn.',
    ],
    [
      'berry',
      '➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.',
      'Yarn lockfile is not in sync',
    ],
    ['script', "code: 'ERR_OSSL_EVP_UNSUPPORTED'", 'Unsupported cryptographic algorithm used'],
    [
      'script',
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      'Node.js Out-Of-Memory (OOM)',
    ],
    ['script', 'npm error code E404', undefined],
    [
      'script',
      "node: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found",
      'This Node.js version is not compatible with the current stack.',
    ],
  ]
  for (const [step, output, title] of cases) {
    it(`is ${title ?? 'not known'} for ${step}: ${output.split('\n').at(-1)}`, () => {
      const failure = knownFailure(step, output)
      expect(failure?.message).to.equal(title)
      if (failure === undefined) return
      // What to do about it, in words.
      expect(failure.details).to.not.deep.equal([])
      for (const line of failure.details) expect(line).to.match(/\w{3}/)
    })
  }

  it('names what is particular to webpack', () => {
    expect(
      knownFailure('script', '[webpack-cli] Error: x\n ERR_OSSL_EVP_UNSUPPORTED')?.details.join(),
    ).to.include('webpack.js.org')
    expect(knownFailure('script', 'ERR_OSSL_EVP_UNSUPPORTED')?.details.join()).not.to.include(
      'webpack.js.org',
    )
  })
})
