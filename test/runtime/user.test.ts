import { expect } from 'chai'
import { resolveUser } from '../../src/runtime/user.js'

const FILES: Record<string, string> = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nada:x:1001:1002::/home/ada:/bin/sh\n',
  '/etc/group': 'root:x:0:\nada:x:1002:\nlog:x:40:\n',
}
const resolve = (uid: unknown, gid?: unknown, ownId = 0) =>
  resolveUser('api', uid, gid, ownId, (file) => FILES[file] as string)

describe('uid and gid of an app', () => {
  it("are names or numbers, with the user's own group and home", () => {
    expect(resolve(undefined)).to.equal(undefined)
    expect(resolve('ada')).to.deep.equal({ uid: 1001, gid: 1002, home: '/home/ada' })
    expect(resolve(1001, 'log')).to.deep.equal({ uid: 1001, gid: 40, home: '/home/ada' })
    expect(resolve(undefined, 40)).to.deep.equal({ uid: 0, gid: 40, home: '/root' })
  })

  it('are refused where they are not there, or this process is not root', () => {
    expect(() => resolve('eve')).to.throw('api: there is no user eve')
    expect(() => resolve('ada', 'eve')).to.throw('api: there is no group eve')
    expect(() => resolve('ada', undefined, 1001)).to.throw('cannot be used here')
  })
})
