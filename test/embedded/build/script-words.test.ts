import { expect } from 'chai'
import { scriptWords } from '../../../src/embedded/build/node-build.js'

describe('the words that run a script of the build', () => {
  it('hand the script nothing but its flags', () => {
    expect(scriptWords('pnpm', 'build', '').join(' ')).to.equal('run --if-present build')
    expect(scriptWords('pnpm', 'build', '--prod').join(' ')).to.equal(
      'run --if-present build -- --prod',
    )
    expect(scriptWords('npm', 'build', '').join(' ')).to.equal('run build --if-present')
    expect(scriptWords('yarn', 'build', '--prod').join(' ')).to.equal('run build --prod')
  })
})
