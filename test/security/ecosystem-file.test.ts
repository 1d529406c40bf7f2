import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { until } from '../support/until.js'
import { useFolder } from '../ecosystem/folder.js'

const APP = `{ name: 'a', script: 'a.js' }`
/** A child that goes on for a minute and tells its pid, with what it inherits. */
const child = (options: string, pidFile: string): string => `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], ${options})
require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid))
child.unref()`

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('an ecosystem file that is a program', function () {
  this.timeout(60_000)
  const { read, dir } = useFolder()
  const pidOf = async (file: string) => Number(await readFile(file, 'utf8'))

  it('leaves nothing running of what it started', async () => {
    const pidFile = path.join(dir(), 'child.pid')
    const found = await read(
      'starts.config.cjs',
      `${child("{ stdio: 'ignore' }", pidFile)}\nmodule.exports = { apps: [${APP}] }`,
    )
    expect(found.problems).to.deep.equal([])
    const pid = await pidOf(pidFile)
    await until('the child has ended', () => !isAlive(pid))
  })

  it('leaves nothing running where it does not end by itself', async () => {
    const pidFile = path.join(dir(), 'endless.pid')
    const found = await read(
      'endless.config.cjs',
      `${child("{ stdio: 'ignore' }", pidFile)}\nfor (;;) {}`,
      { timeout: 2000 },
    )
    expect(found.problems.map(({ message }) => message)).to.deep.equal(['did not finish in 2 s'])
    const pid = await pidOf(pidFile)
    await until('the child has ended', () => !isAlive(pid))
  })

  it('is read though a child outside its group holds the answers open, and though one does so after a crash', async () => {
    for (const [name, end] of [
      ['holds', `module.exports = { apps: [${APP}] }`],
      ['crashes', 'process.kill(process.pid, "SIGKILL")'],
    ] as const) {
      const pidFile = path.join(dir(), `${name}.pid`)
      const found = await read(
        `${name}.config.cjs`,
        `${child("{ detached: true, stdio: ['ignore', 'inherit', 'inherit', 3] }", pidFile)}\n${end}`,
      )
      expect(found.problems.length, name).to.equal(name === 'holds' ? 0 : 1)
      process.kill(await pidOf(pidFile), 'SIGKILL')
    }
  })

  it('may write what it likes to the descriptor of the answers', async () => {
    for (const [name, bytes] of [
      ['garbage', 'x\\n'],
      ['null', 'null\\n'],
    ] as const) {
      const found = await read(
        `${name.replaceAll(' ', '-')}.config.cjs`,
        `require('node:fs').writeSync(3, '${bytes}')\nmodule.exports = { apps: [${APP}] }`,
      )
      expect(found.problems.map(({ message }) => message).join(), name).to.include(
        'file descriptor 3',
      )
    }
  })

  it("has nothing of its reader's environment that it was not given", async () => {
    process.env.SECRET_OF_THE_READER = 'not for the file'
    try {
      const found = await read(
        'env.config.cjs',
        `module.exports = { apps: [{ name: 'a', script: 'a.js', args: JSON.stringify(process.env) }] }`,
      )
      expect(JSON.stringify(found.apps)).to.include('PATH').and.not.include('not for the file')
    } finally {
      delete process.env.SECRET_OF_THE_READER
    }
  })
})
