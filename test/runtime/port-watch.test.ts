import { expect } from 'chai'
import { portWarning } from '../../src/runtime/port-watch.js'

const node = [{ name: 'api', isNode: true }]

describe('a web dyno that does not listen where the router looks', () => {
  it('is told where it listens, or that it does not', () => {
    expect(portWarning('web.1', '5000', node, [{ app: 'api', port: 3000 }])).to.include('api listens on 3000, and nothing on PORT, which is 5000')
    expect(portWarning('web.1', '5000', node, [])).to.include('nothing listens on PORT, which is 5000, yet').and.include('R10')
  })

  it('is left in peace where all is well, where it is no web dyno, and where nobody can tell', () => {
    expect(portWarning('web.1', '5000', node, [{ app: 'api', port: 9090 }, { app: 'api', port: 5000 }])).to.equal(undefined)
    expect(portWarning('jobs.1', '5000', node, [])).to.equal(undefined)
    expect(portWarning('laptop', '5000', node, [])).to.equal(undefined)
    expect(portWarning('web.1', undefined, node, [])).to.equal(undefined)
    expect(portWarning('web.1', '5000', [...node, { name: 'py', isNode: false }], [])).to.equal(undefined)
  })
})
