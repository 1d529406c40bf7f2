import { expect } from 'chai'
import { DynoChanges } from '../../src/dashboard/dyno-changes.js'
import type { DynoDocument } from '../../src/dashboard/wire.js'

const dyno = (name: string, rest: object = {}, ...instances: object[]): DynoDocument =>
  ({ name, state: 'up', ...rest, instances }) as unknown as DynoDocument

describe('dynos that have changed', () => {
  let changes: DynoChanges
  beforeEach(() => {
    changes = new DynoChanges()
    changes.update([dyno('web.1'), dyno('web.2')])
  })
  const since = (version: number) => {
    const { changed, gone } = changes.since(version)
    return [changed.map(({ name }) => name), gone]
  }

  it('are all of them for a reader that knows none, and none for one that knows all', () => {
    expect(since(0)).to.deep.equal([['web.1', 'web.2'], []])
    expect(since(changes.version)).to.deep.equal([[], []])
  })

  it('are those that differ, for each reader since its own last look', () => {
    const early = changes.version
    changes.update([dyno('web.1', { state: 'crashed' }), dyno('web.2')])
    const late = changes.version
    changes.update([dyno('web.1', { state: 'crashed' }), dyno('web.2'), dyno('web.3')])
    expect(since(early)).to.deep.equal([['web.1', 'web.3'], []])
    expect(since(late)).to.deep.equal([['web.3'], []])
    expect(changes.since(early).changed[0]).to.include({ state: 'crashed' })
  })

  it('are not those whose uptime alone grows, which yet have the newest one', () => {
    const at = (uptime: number) =>
      changes.update([dyno('web.1', {}, { id: 'api:0', uptime_seconds: uptime }), dyno('web.2')])
    at(10)
    const known = changes.version
    at(70)
    expect(changes.version).to.equal(known)
    expect(since(known)).to.deep.equal([[], []])
    expect(changes.since(0).changed.find(({ name }) => name === 'web.1')!.instances[0]).to.include({
      uptime_seconds: 70,
    })
  })

  it('are told when they go, and no longer once they are back', () => {
    const known = changes.version
    changes.update([dyno('web.1')])
    const without = changes.version
    expect(since(known)).to.deep.equal([[], ['web.2']])
    expect(since(without)).to.deep.equal([[], []])
    changes.update([dyno('web.1'), dyno('web.2')])
    expect(since(known)).to.deep.equal([['web.2'], []])
    expect(since(without)).to.deep.equal([['web.2'], []])
  })

  it('keep the names of the last thousand that went', () => {
    for (let n = 1; n <= 1500; n += 1) changes.update([dyno(`run.${n}`)])
    const { gone } = changes.since(0)
    expect(gone).to.have.length(1000)
    expect([gone[0], gone.at(-1)]).to.deep.equal(['run.500', 'run.1499'])
  })
})
