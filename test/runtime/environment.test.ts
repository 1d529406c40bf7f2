import { expect } from 'chai'
import { appEnvironment } from '../../src/runtime/environment.js'

describe("the port of PM2's server of static files", () => {
  const port = (own: Record<string, string>, around: Record<string, string>) =>
    appEnvironment({ name: 'site', script: 'serve', env: own }, undefined, around).env[
      'PM2_SERVE_PORT'
    ]

  it('is that of the dyno, whatever the file says', () => {
    expect(port({}, { DYNO: 'web.1', PORT: '5000' })).to.equal('5000')
    expect(port({ PM2_SERVE_PORT: '8080' }, { DYNO: 'web.1', PORT: '5000' })).to.equal('5000')
  })

  it('is that of `shipit dev` on a laptop, unless the file says otherwise', () => {
    expect(port({}, { PORT: '3000' })).to.equal('3000')
    expect(port({ PM2_SERVE_PORT: '8080' }, { PORT: '3000' })).to.equal('8080')
    expect(port({}, {})).to.equal(undefined)
  })

  it('is given to no other script', () => {
    const { env } = appEnvironment({ name: 'api', script: 'serve.js' }, undefined, {
      DYNO: 'web.1',
      PORT: '5000',
    })
    expect(env).to.not.have.property('PM2_SERVE_PORT')
  })
})
