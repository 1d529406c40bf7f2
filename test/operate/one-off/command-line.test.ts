import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import {
  commandLine,
  refuseUnknownFlag,
  runVariables,
} from '../../../src/operate/one-off/command-line.js'
import { ShipitError } from '../../../src/errors.js'

const refusal = (act: () => unknown): ShipitError => {
  try {
    act()
  } catch (error) {
    return error as ShipitError
  }
  throw new Error('it was taken')
}

describe('the command of a one-off dyno', () => {
  it('is a line for the shell where it is one word', () => {
    expect(commandLine(['echo $HOME | wc -c'])).to.equal('echo $HOME | wc -c')
    expect(commandLine(['bash'])).to.equal('bash')
  })

  it('reaches the program word by word where it is several', () => {
    expect(commandLine(['node', 'scripts/a.js', '--dry-run', '-n=2'])).to.equal(
      'node scripts/a.js --dry-run -n=2',
    )
    const words = ['', 'two words', "it's", '"', '$HOME', '`id`', 'a\nb', '*', '\\', ';', 'é', '~']
    const line = commandLine([
      process.execPath,
      '-e',
      'process.stdout.write(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...words,
    ])
    expect(JSON.parse(execFileSync('bash', ['-c', line], { encoding: 'utf8' }))).to.deep.equal(
      words,
    )
  })

  it('must be there, and is no flag', () => {
    for (const words of [[], [''], ['  ']])
      expect(refusal(() => commandLine(words))).to.include({
        code: 'usage',
        message: 'Which command?',
      })
    expect(refusal(() => refuseUnknownFlag('--detatched', ['detached', 'size']))).to.include({
      code: 'usage',
      message: 'There is no flag --detatched.',
      why: 'Did you mean --detached?',
    })
    expect(refusal(() => refuseUnknownFlag('-q=3', ['detached'])).why).to.equal(undefined)
    refuseUnknownFlag('node', ['detached'])
    refuseUnknownFlag(undefined, [])
  })

  it('has variables of its own', () => {
    expect(runVariables(['A=1', 'B=', 'URL=http://x?a=b', 'L=1\n2'])).to.deep.equal({
      A: '1',
      B: '',
      URL: 'http://x?a=b',
      L: '1\n2',
    })
    for (const wrong of ['A', '=1', 'A B=sEcret', 'A-B=sEcret'])
      expect(JSON.stringify(refusal(() => runVariables([wrong]))))
        .to.include('"usage"')
        .and.not.include('sEcret')
  })
})
