import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { EXIT_CODES, ShipitError } from '../../src/errors.js'
import type { ErrorCode } from '../../src/errors.js'
import { packageRoot } from '../../src/paths.js'

/** Meanings begin in a column of their own, of which the rest of a long one goes on. */
const unwrapped = (help: string) => help.replace(/\n {7}(?=\S)/g, ' ')

describe('exit codes', () => {
  it('are each used once', () => {
    const codes = Object.values(EXIT_CODES).map(({ exit }) => exit)
    expect(new Set(codes).size).to.equal(codes.length)
  })

  it('stand in the README as they are in the code', async () => {
    const readme = await readFile(path.join(packageRoot, 'README.md'), 'utf8')
    for (const { exit, means } of Object.values(EXIT_CODES))
      expect(readme).to.include(`| ${exit} | ${means} |`)
  })

  it('are printed by shipit --help', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      path.join(packageRoot, 'bin/shipit.js'),
      '--help',
    ])
    for (const { exit, means } of Object.values(EXIT_CODES))
      expect(unwrapped(stdout)).to.match(
        new RegExp(`^ +${exit} +${means.replace(/[()]/g, '\\$&')}$`, 'm'),
      )
  })

  it('are printed by the help of a command that has more than the usual ones', async () => {
    const help = async (id: string) =>
      (
        await promisify(execFile)(process.execPath, [
          path.join(packageRoot, 'bin/shipit.js'),
          ...id.split(' '),
          '--help',
        ])
      ).stdout
    const deploy = await help('deploy')
    for (const { exit, means } of Object.values(EXIT_CODES))
      expect(unwrapped(deploy)).to.match(
        new RegExp(`^ +${exit} +${means.replace(/[()]/g, '\\$&')}$`, 'm'),
      )
    expect(await help('ps'))
      .to.match(/^EXIT CODES\n {2}0 +success\n {2}1 /m)
      .and.not.contain('git push')
    expect(await help('autocomplete')).to.not.contain('EXIT CODES')
  })

  it('decide what a ShipitError exits with, unless a signal does', () => {
    for (const code of Object.keys(EXIT_CODES) as ErrorCode[]) {
      expect(new ShipitError(code, { message: 'x' }).exitCode).to.equal(EXIT_CODES[code].exit)
    }
    expect(new ShipitError('interrupted', { message: 'x', exitCode: 143 }).exitCode).to.equal(143)
  })
})

describe('any thrown value', () => {
  it('becomes an error that says what to do', () => {
    expect(ShipitError.from(new TypeError('boom'))).to.include({
      code: 'internal',
      exitCode: 1,
      message: 'boom',
    })
    expect(ShipitError.from('a string').message).to.equal('a string')
    expect(
      ShipitError.from(Object.assign(new Error('Nonexistent flag: --x'), { oclif: { exit: 2 } }))
        .exitCode,
    ).to.equal(2)
    const known = new ShipitError('git', { message: 'no commits' })
    expect(ShipitError.from(known)).to.equal(known)
  })
})
