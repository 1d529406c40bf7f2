import { expect } from 'chai'
import { hostname } from 'node:os'
import { readDyno, readMachine } from '../../src/runtime/dyno.js'

const V1 = '/sys/fs/cgroup/memory/memory.limit_in_bytes'
const V2 = '/sys/fs/cgroup/memory.max'
const MB = 2 ** 20
const dyno = (files: Record<string, string>, env: NodeJS.ProcessEnv = {}, cpus = 8) =>
  readDyno(env, (file) => files[file], cpus)

describe('what a dyno has', () => {
  it('reads its memory from cgroup v2, v1, MEMORY_AVAILABLE, else takes the smallest dyno', () => {
    expect(dyno({ [V2]: `${1024 * MB}\n` })).to.include({ memory: 1024, memorySource: 'cgroup v2' })
    expect(dyno({ [V1]: `${512 * MB}\n`, [V2]: 'max\n' })).to.include({
      memory: 512,
      memorySource: 'cgroup v1',
    })
    expect(dyno({ [V1]: '9223372036854771712\n' }, { MEMORY_AVAILABLE: '2560' })).to.include({
      memory: 2560,
      memorySource: 'MEMORY_AVAILABLE',
    })
    expect(dyno({}).memory).to.equal(512)
  })

  it('believes the smallest, as in a rehearsal on a large machine', () => {
    expect(dyno({ [V2]: String(24 * 1024 * MB) }, { MEMORY_AVAILABLE: '512' }).memory).to.equal(512)
  })

  it('takes what states no memory for none', () => {
    for (const text of ['0', '-1', '', 'max', String(2 ** 50)])
      expect(dyno({ [V2]: text }), text).to.include({
        memory: 512,
        memorySource: 'no limit is stated',
        isMemoryStated: false,
      })
    for (const stated of ['0', '-1', 'much', ''])
      expect(dyno({}, { MEMORY_AVAILABLE: stated }).isMemoryStated, stated).to.equal(false)
    expect(dyno({ [V2]: String(2 ** 50 - 2 ** 20) }).isMemoryStated).to.equal(true)
  })

  it('counts whole megabytes, those that are begun not among them', () => {
    expect(dyno({ [V2]: String(512.9 * MB) }).memory).to.equal(512)
    expect(dyno({ [V2]: '1' })).to.include({ memory: 0, isMemoryStated: true })
    expect(dyno({}, { MEMORY_AVAILABLE: '1.9' }).memory).to.equal(1)
    expect(dyno({}, { MEMORY_AVAILABLE: '1' })).to.include({ memory: 1, isMemoryStated: true })
  })

  it('has the name of DYNO, and is none without it', () => {
    expect(dyno({}, { DYNO: 'worker.3' })).to.include({ name: 'worker.3', isDyno: true })
    expect(dyno({}, { DYNO: '' })).to.include({ name: hostname(), isDyno: false })
  })

  it('believes a person who states its CPUs', () => {
    expect(dyno({}, { SHIPIT_CPUS: '8' }, 2).cpus).to.equal(8)
    expect(dyno({}, { SHIPIT_CPUS: 'many' }, 2).cpus).to.equal(2)
  })

  it('believes no CPUs that are not one at least', () => {
    for (const stated of ['0', '-2', '0.9', ''])
      expect(dyno({}, { SHIPIT_CPUS: stated }, 3).cpus, stated).to.equal(3)
    expect(dyno({}, { SHIPIT_CPUS: '1' }, 3).cpus).to.equal(1)
    for (const said of ['0', '-2', '0.9'])
      expect(dyno({}, { HEROKU_AVAILABLE_PARALLELISM: said }, 3).cpus, said).to.equal(3)
    expect(dyno({}, { HEROKU_AVAILABLE_PARALLELISM: '1' }, 3).cpus).to.equal(1)
    for (const text of ['0 100000', '100000 0', ' 100000 100000', 'max 100000 100000'])
      expect(dyno({ '/sys/fs/cgroup/cpu.max': text }, {}, 3).cpus, text).to.equal(3)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '2 1' }, {}, 3).cpus).to.equal(2)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '1 1' }, {}, 3).cpus).to.equal(1)
  })

  it('counts CPUs by quota, never more than there are', () => {
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '200000 100000' }).cpus).to.equal(2)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '50000 100000' }).cpus).to.equal(1)
    const v1 = {
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    }
    expect(dyno({ '/sys/fs/cgroup/cpu.max': 'max 100000', ...v1 }).cpus).to.equal(3)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '400000 100000', ...v1 }).cpus).to.equal(3)
    expect(dyno(v1, { HEROKU_AVAILABLE_PARALLELISM: '2' }).cpus).to.equal(2)
    expect(dyno(v1, { HEROKU_AVAILABLE_PARALLELISM: '16' }).cpus).to.equal(3)
    expect(dyno({}, { HEROKU_AVAILABLE_PARALLELISM: 'none' }).cpus).to.equal(8)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': 'max 100000' }).cpus).to.equal(8)
    expect(
      dyno({
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      }).cpus,
    ).to.equal(2)
    // Half of a pair says nothing.
    expect(dyno({ '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000' }).cpus).to.equal(8)
    expect(dyno({ '/sys/fs/cgroup/cpu.max': '100000' }).cpus).to.equal(8)
    expect(
      dyno({
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      }).cpus,
    ).to.equal(8)
  })
})

describe('what a machine of one’s own has', () => {
  it('is all its CPUs, or as many as a person states, and memory without a limit', () => {
    expect(readMachine({}, 6)).to.deep.equal({
      name: 'dev',
      isDyno: false,
      isMachine: true,
      memory: Infinity,
      memorySource: 'no limit',
      isMemoryStated: false,
      cpus: 6,
    })
    const cpus = (SHIPIT_CPUS: string, own = 6) => readMachine({ SHIPIT_CPUS }, own).cpus
    expect(['3', '1', '2.9', '0', 'many'].map((stated) => cpus(stated))).to.deep.equal([
      3, 1, 2, 6, 6,
    ])
    expect(cpus('', 0)).to.equal(1)
  })
})
