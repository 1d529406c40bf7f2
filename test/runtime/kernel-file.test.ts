import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readIfThere, readStatField, readStatState } from '../../src/runtime/kernel-file.js'

describe('what the kernel says of a process', function () {
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })

  /** As proc(5) counts them, by another reader. */
  const fieldOf = (number: number): string => {
    const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .trimEnd()
      .split(' ')[number - 3]!
  }

  it('is read field by field, the last one too', () => {
    expect(readStatField(process.pid, 4)).to.equal(process.ppid)
    for (const number of [5, 6, 22, 50, 52])
      expect(readStatField(process.pid, number), `field ${number}`).to.equal(
        Number(fieldOf(number)),
      )
    expect(readStatState(process.pid)).to.equal('R')
  })

  it('is nothing where there is no such file, and no error of ours', () => {
    expect(readIfThere('/proc/self/comm')).to.equal(readFileSync('/proc/self/comm', 'utf8'))
    expect(readIfThere('/proc/self/no such file')).to.equal(undefined)
    const broken = () => {
      throw new TypeError('a bug')
    }
    expect(() => readIfThere('/proc/self/comm', broken)).to.throw('a bug')
  })

  it('is not a number beyond the last field', () => {
    expect(Number.isNaN(readStatField(process.pid, 99))).to.equal(true)
  })

  it('is read behind a name that looks like fields', () => {
    const { title } = process
    process.title = 'a) Z 1 (b'
    try {
      expect(readFileSync(`/proc/${process.pid}/stat`, 'utf8')).to.include('(a) Z 1 (b)')
      expect(readStatField(process.pid, 4)).to.equal(process.ppid)
      expect(readStatState(process.pid)).to.equal('R')
    } finally {
      process.title = title
    }
  })

  it('throws for a process that is not there', () => {
    expect(() => readStatState(2 ** 22 + 1)).to.throw(/ENOENT/)
  })
})
