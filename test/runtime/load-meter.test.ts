import { expect } from 'chai'
import type { Instance } from '../../src/runtime/instances.js'
import { busyMsOf, LoadMeter } from '../../src/runtime/load-meter.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const own = { pid: process.pid, mark: 'no process has it', hasEnded: false } as Instance
const gone = { ...own, pid: 2 ** 30 }

describe('how busy an instance is', () => {
  useVirtualClock()
  const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  it('is the part of the time in which it ran or waited for a CPU, whichever is more', async () => {
    const seen = { ran: 5000, wanted: 9000 }
    const meter = new LoadMeter(() => seen)
    const after = async (ran: number, wanted: number) => {
      await pass(1000)
      seen.ran += ran
      seen.wanted += wanted
      return meter.load(own)
    }
    expect(await after(0, 0)).to.equal(0)
    expect(await after(250, 100)).to.equal(0.25)
    expect(await after(100, 750)).to.equal(0.75)
    expect(await after(2500, 0)).to.equal(1)
    expect(await after(-9000, -9000)).to.equal(0)
    seen.ran += 100
    expect(meter.load(own)).to.equal(0)
    // Another one has a time of its own.
    expect(meter.load(gone)).to.equal(0)
  })
})

describe('what the kernel has counted of an instance', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  it('is the CPU time of its tree, and what its first thread ran and waited, of nanoseconds', () => {
    const files: string[] = []
    const { ran, wanted } = busyMsOf(own, (file) => {
      files.push(file)
      return '7000000 500000 42\n'
    })
    expect(files).to.deep.equal([`/proc/${process.pid}/schedstat`])
    expect(wanted).to.equal(7.5)
    // Of its children that ended, too: this process had some in other tests, so what it adds counts.
    // A table of processes is used again for a while, however many threads take CPU meanwhile.
    const begun = performance.now()
    const before = process.cpuUsage()
    let used = 0
    while (used < 300 || performance.now() - begun < 600) {
      const { user, system } = process.cpuUsage(before)
      used = (user + system) / 1000
    }
    expect(busyMsOf(own).ran - ran).to.be.closeTo(used, 150)
    expect(busyMsOf(own).wanted).to.be.above(1)
  })

  it('is nothing of one that is gone, or that the system tells nothing of', () => {
    expect(busyMsOf(gone)).to.deep.equal({ ran: 0, wanted: 0 })
    expect(busyMsOf(gone, () => '')).to.deep.equal({ ran: 0, wanted: 0 })
    const broken = () => {
      throw new TypeError('a bug')
    }
    expect(() => busyMsOf(gone, broken)).to.throw('a bug')
  })
})
