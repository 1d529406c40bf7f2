import { expect } from 'chai'
import {
  fromPs,
  fromRollup,
  fromStatus,
  sumOf,
  totalOf,
} from '../../../src/embedded/dynos/memory.js'
import {
  Growth,
  nextLoads,
  pagesOf,
  runnableTime,
  type Loads,
} from '../../../src/embedded/dynos/load.js'
import { metricsLines } from '../../../src/embedded/dynos/metrics-lines.js'
import { memoryQuota } from '../../../src/embedded/dynos/quota.js'
import { messages } from '../../../src/embedded/dynos/messages.js'

const ROLLUP = `55860f88c000-7ffc432aa000 ---p 00000000 00:00 0                          [rollup]
Rss:               61440 kB
Pss:               40960 kB
Pss_Dirty:         30720 kB
Pss_Anon:          30720 kB
Pss_File:          10240 kB
Pss_Shmem:             0 kB
Shared_Clean:      20480 kB
Swap:               4096 kB
SwapPss:            2048 kB
`
const STATUS = `Name:\tnode
State:\tS (sleeping)
VmPeak:\t 1100000 kB
VmRSS:\t   61440 kB
RssAnon:\t   40960 kB
RssFile:\t   20480 kB
VmSwap:\t       0 kB
Threads:\t11
`

describe('the memory of a dyno', () => {
  it('counts shared pages in parts where the kernel tells them', () => {
    expect(fromRollup(ROLLUP)).to.deep.equal({ rss: 30, cache: 10, swap: 2 })
    expect(totalOf(fromRollup(ROLLUP)!)).to.equal(42)
  })
  it('is one sum where pages of files are not told apart', () => {
    expect(fromRollup(ROLLUP.replace(/^Pss_.*\n/gm, ''))).to.deep.equal({
      rss: 40,
      cache: undefined,
      swap: 2,
    })
  })
  it('is of the status where the rollup is closed, and nothing of a process that has ended', () => {
    expect(fromRollup('')).to.equal(undefined)
    expect(fromStatus(STATUS)).to.deep.equal({ rss: 40, cache: 20, swap: 0 })
    expect(fromStatus('Name:\tnode\nState:\tZ (zombie)\n')).to.equal(undefined)
  })
  it('is what ps tells where there is no /proc, and no more', () => {
    expect(fromPs(' 51200\n 10240\n')).to.deep.equal({ rss: 60, cache: undefined, swap: undefined })
    expect(totalOf(fromPs(''))).to.equal(0)
  })
  it('adds up over processes', () =>
    expect(sumOf([fromRollup(ROLLUP)!, fromStatus(STATUS)!])).to.deep.equal({
      rss: 70,
      cache: 30,
      swap: 2,
    }))
})

describe('the quota of a dyno', () => {
  for (const [size, quota, most] of [
    ['Eco', 512, 1024],
    ['Standard-2X', 1024, 2048],
    ['Performance-L', 14_336, 28_672],
    ['Performance-L-RAM', 30_720, 36_864],
  ] as const) {
    it(`${size}: ${quota} MB, and killed at ${most}`, () =>
      expect(memoryQuota(size, { memoryQuota: 0 })).to.deep.equal({ quota, most }))
  }
  it('is that of the limits where they name one', () =>
    expect(memoryQuota('Eco', { memoryQuota: 90 })).to.deep.equal({ quota: 90, most: 180 }))
  it("is told in Heroku's words", () =>
    expect(messages.memory(537, 512)).to.equal('Process running mem=537M(104.9%)'))
})

describe('the load of a dyno', () => {
  it('comes near the number of threads that run, the shorter average first', () => {
    let loads: Loads = [0, 0, 0]
    for (let look = 0; look < 3; look += 1) loads = nextLoads(loads, 2, 20_000)
    expect(loads.map((load) => load.toFixed(2))).to.deep.equal(['1.26', '0.36', '0.13'])
    for (let look = 0; look < 500; look += 1) loads = nextLoads(loads, 2, 20_000)
    expect(loads.map((load) => load.toFixed(2))).to.deep.equal(['2.00', '2.00', '2.00'])
  })
  it('counts a thread that waits for a CPU as one that runs', () => {
    expect(runnableTime('2000000000 500000000 81\n')).to.equal(2_500_000_000)
    expect(runnableTime('')).to.equal(undefined)
  })
  it('counts pages of the disk', () => {
    expect(
      pagesOf('rchar: 6976\nread_bytes: 8192\nwrite_bytes: 4096\ncancelled_write_bytes: 0\n'),
    ).to.deep.equal({ in: 2, out: 1 })
    expect(pagesOf('')).to.equal(undefined)
  })
  it('grows by what each thread did since the last look, also by those that are new, and never shrinks', () => {
    const growth = new Growth()
    const counters = (of: Record<string, number>) => growth.of(new Map(Object.entries(of)))
    expect(counters({ one: 100 })).to.equal(0)
    expect(counters({ one: 130, two: 5 })).to.equal(35)
    expect(counters({ two: 6 })).to.equal(1)
    // The number was given to another thread.
    expect(counters({ two: 2 })).to.equal(0)
  })
})

describe('the lines of log-runtime-metrics', () => {
  const of = {
    source: 'web.1',
    appId: '2acf2ec0-0000-4000-8000-000000000000',
    id: 'd97d0ea7-cf3d-411b-b453-d2943a50b456',
    quota: 512,
  }
  const head = 'source=web.1 dyno=heroku.2805550.d97d0ea7-cf3d-411b-b453-d2943a50b456'
  it('are two, of load and of memory', () => {
    expect(
      metricsLines(
        {
          memory: { rss: 21.22, cache: 0, swap: 0.5 },
          loads: [2.461, 1.06, 0.99],
          pages: { in: 348_836, out: 7 },
        },
        of,
      ),
    ).to.deep.equal([
      `${head} sample#load_avg_1m=2.46 sample#load_avg_5m=1.06 sample#load_avg_15m=0.99`,
      `${head} sample#memory_total=21.72MB sample#memory_rss=21.22MB sample#memory_cache=0.00MB sample#memory_swap=0.50MB sample#memory_pgpgin=348836pages sample#memory_pgpgout=7pages sample#memory_quota=512.00MB`,
    ])
  })
  it('hold nothing that the system does not tell', () => {
    expect(
      metricsLines(
        {
          memory: { rss: 60, cache: undefined, swap: undefined },
          loads: undefined,
          pages: undefined,
        },
        of,
      ),
    ).to.deep.equal([
      `${head} sample#memory_total=60.00MB sample#memory_rss=60.00MB sample#memory_quota=512.00MB`,
    ])
  })
})
