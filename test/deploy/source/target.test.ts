import { expect } from 'chai'
import { chooseEnvironment, whichEnvironment } from '../../../src/deploy/source/target.js'
import { refusal } from '../../support/failures.js'

describe('the environment that a deploy is of', () => {
  const production = { app: 'shop' }
  const staging = { app: 'shop-staging' }

  it('is the only one, the named one, or has to be asked for', () => {
    expect(chooseEnvironment({}, [], undefined)).to.equal(undefined)
    expect(chooseEnvironment({ production }, [], undefined)).to.deep.equal({
      name: 'production',
      target: production,
    })
    expect(chooseEnvironment({ production, staging }, [], undefined)).to.equal('ask')
    expect(chooseEnvironment({ production, staging }, [], 'staging')).to.deep.equal({
      name: 'staging',
      target: staging,
    })
    expect(whichEnvironment(['production', 'staging'])).to.include({
      code: 'usage',
      message: 'Which environment? The ecosystem file has production, staging.',
      next: 'shipit deploy production',
    })
  })

  it("is none that is of PM2's own deploy, or not there", () => {
    const choose = (deploy: object, ssh: string[]) =>
      refusal(() => chooseEnvironment(deploy as never, ssh, 'vps'))
    expect(choose({ production }, ['vps'])).to.include({
      code: 'usage',
      next: 'Add `app: NAME` to it, or name another environment: production.',
    })
    expect(choose({}, ['vps']).next).to.equal('Add `app: NAME` to it, or name another environment.')
    expect(choose({ production, staging }, [])).to.include({
      code: 'usage',
      message: 'The ecosystem file has no environment vps in its deploy: block.',
      next: 'It has: production, staging.',
    })
    expect(refusal(() => chooseEnvironment({ production }, [], 'constructor')).message).to.equal(
      'The ecosystem file has no environment constructor in its deploy: block.',
    )
    expect(choose({}, []).next).to.equal('Add one:\n\ndeploy:\n  vps:\n    app: NAME\n    env: vps')
  })
})
