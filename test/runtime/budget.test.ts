import { expect } from 'chai'
import { DYNO_SIZES } from '../../src/lib/dyno-sizes.js'
import { divide, heapFlags, heapLimit } from '../../src/runtime/budget.js'
import {
  forInstances,
  sizeApps,
  underLoad,
  type AppToSize,
  type SizingInput,
} from '../../src/runtime/sizing.js'

const api = (more: Partial<AppToSize> = {}): AppToSize => ({
  name: 'api',
  wanted: 'max',
  isCluster: true,
  measured: 60,
  ...more,
})
const input = (more: Partial<SizingInput> = {}): SizingInput => ({
  memory: 512,
  cpus: 8,
  hasAgent: false,
  env: {},
  apps: [api()],
  ...more,
})
const budgetOf = (more: Partial<SizingInput>) => {
  const all = input(more)
  const sized = sizeApps(all)
  return { all, sized, ...divide(all, sized) }
}

describe('the memory of a dyno, divided', () => {
  for (const { name, memory } of DYNO_SIZES) {
    it(`${name}: no less than an instance needs under load, no more than there is, heap above the share (1 to 64 CPUs, one app and several)`, () => {
      for (const cpus of [1, 2, 4, 8, 16, 64]) {
        for (const measured of [40, 60, 90, 150, 300]) {
          for (const hasAgent of [false, true]) {
            for (const apps of [
              [api({ measured })],
              [api({ measured }), api({ name: 'jobs', wanted: 2, measured: 50 })],
            ]) {
              const { all, sized, shares, total } = budgetOf({ memory, cpus, hasAgent, apps })
              const what = JSON.stringify({ memory, cpus, measured, hasAgent, apps: apps.length })
              const planned = sized.reduce(
                (sum, one, i) => sum + one.instances * underLoad(apps[i]!),
                0,
              )
              const held = sized.reduce(
                (sum, one) => sum + one.instances * (shares.get(one.name) ?? 0),
                0,
              )
              expect(held, what).to.be.at.most(total)
              expect(total, what).to.be.at.most(forInstances(all))
              for (const app of apps) {
                const share = shares.get(app.name)
                if (planned <= forInstances(all))
                  expect(share, what).to.be.at.least(underLoad(app) - 1)
                if (share !== undefined)
                  expect(share, what).to.be.within(app.measured! * 1.25, heapLimit(all))
              }
            }
          }
        }
      }
    })
  }

  const table: Array<[string, Partial<SizingInput>, Record<string, number>]> = [
    [
      'one instance in a small dyno leaves room for its successor',
      { apps: [api({ wanted: 1 })] },
      { api: 404 },
    ],
    [
      'two instances, of which one can be stopped before its successor starts',
      { apps: [api({ wanted: 2 })] },
      { api: 232 },
    ],
    ['beside the dashboard agent', { apps: [api({ wanted: 2 })], hasAgent: true }, { api: 205 }],
    [
      'by size',
      { apps: [api({ wanted: 1, measured: 90 }), api({ name: 'jobs', wanted: 1, measured: 45 })] },
      { api: 248, jobs: 125 },
    ],
    [
      'an app of 190 MB keeps what it is expected to take, without room for a successor',
      { apps: [api({ measured: 190 })] },
      { api: 419 },
    ],
    [
      'more instances than the dyno holds',
      { apps: [api({ wanted: 6, measured: 55 })] },
      { api: 77 },
    ],
    [
      'so many that a limit would only go round in circles',
      { apps: [api({ wanted: 8, measured: 55 })] },
      {},
    ],
    ['an app larger than the dyno', { apps: [api({ measured: 700 })] }, {}],
    ['performance-l, 8 of 90 MB', { memory: 14_336, apps: [api({ measured: 90 })] }, { api: 1786 }],
    ['nothing measured', { apps: [api({ wanted: 2, measured: undefined })] }, { api: 232 }],
    [
      'nothing measured, with room for a successor as it is at its start',
      { apps: [api({ wanted: 1, measured: undefined })] },
      { api: 418 },
    ],
    [
      'a share just large enough to be a limit',
      { memory: 548, apps: [api({ wanted: 1, measured: 400 })] },
      { api: 500 },
    ],
  ]
  for (const [what, more, expected] of table) {
    it(`${what}: ${JSON.stringify(expected)}`, () =>
      expect(Object.fromEntries(budgetOf(more).shares)).to.deep.equal(expected))
  }

  it('keeps nothing back for a successor where each app has another instance', () => {
    const all = input({ apps: [api({ wanted: 2, measured: 20 })] })
    expect(divide(all, sizeApps(all)).total).to.equal(Math.floor(forInstances(all)))
  })

  it('takes an app that nothing was decided of for one instance', () => {
    const all = input({ apps: [api({ wanted: 1 })] })
    expect(divide(all, [])).to.deep.equal(divide(all, sizeApps(all)))
  })
})

describe('the limit of the heap', () => {
  it("is all that the dyno has for instances, and never below V8's own half", () => {
    expect(
      [512, 1024, 14_336].map((memory) => heapLimit({ memory, hasAgent: false })),
    ).to.deep.equal([464, 976, 14_288])
    expect(heapLimit({ memory: 64, hasAgent: false })).to.equal(32)
    expect(heapLimit({ memory: 65, hasAgent: false })).to.equal(33)
    expect(heapLimit({ memory: 512.5, hasAgent: false })).to.equal(464)
  })

  it("is the user's where there is one", () => {
    expect(heapFlags(464, ['--no-deprecation'], '--enable-source-maps')).to.deep.equal([
      '--max-old-space-size=464',
    ])
    expect(heapFlags(464, ['--max_old_space_size=100'], undefined)).to.deep.equal([])
    expect(heapFlags(464, [], '--max-old-space-size=100')).to.deep.equal([])
    expect(heapFlags(undefined, [], undefined)).to.deep.equal([])
  })
})
