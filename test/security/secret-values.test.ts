import { expect } from 'chai'
import { parseAssignments, shownVars } from '../../src/config/index.js'
import { isSecretValue, secretsIn } from '../../src/lib/secret-values.js'
import { rejection } from '../support/platform.js'
import { letters, NONE, SECRETS, two } from './sample-secrets.js'

describe('secrets that are told by their value', function () {
  this.timeout(20_000)

  for (const [kind, value] of SECRETS) {
    it(`are found in a file, with the line: ${String(kind)} ${value.slice(0, 9)}…`, async () => {
      const found = await secretsIn(`# settings\n\nSETTING=${value}\n`, 'settings.conf')
      expect(found.map((one) => one.kind).join()).to.match(kind)
      expect(found[0]!.line).to.equal(3)
    })
  }

  for (const [what, value] of Object.entries(NONE)) {
    it(`are not ${what}`, async () => {
      expect(await secretsIn(`SETTING=${value}\n`, 'settings.conf')).to.deep.equal([])
      // A URL with any password is masked all the same: what it decides is only how it is shown and
      // given.
      if (!/:\/\/[^/]*@/.test(value)) expect(await isSecretValue('SETTING', value)).to.equal(false)
    })
  }

  it('are masked by config, whatever the name', async () => {
    const value = two('ghp_', letters(36))
    const { shown, hidden } = await shownVars({ SETTING: value, OTHER: 'plain' })
    expect(hidden).to.deep.equal(['SETTING'])
    expect(shown['SETTING']).to.not.include(value.slice(0, 20))
  })

  it('are refused on the command line by config set, with the way to pipe them, and not repeated', async () => {
    const value = two('sk_live_', letters(40))
    const error = await rejection(parseAssignments([`SETTING=${value}`]))
    expect(error.next).to.include('shipit config set SETTING')
    expect(JSON.stringify(error)).to.not.include(value)
  })
})
