import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { runTool } from '../../../src/embedded/build/run-tool.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { until } from '../../support/until.js'
import { temporaryFolder } from '../support/platform.js'

/** What has ended may not be waited for yet. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z]/.test(stdout.trim())
}

describe('a tool of a build', () => {
  let root: string
  const { kill } = process
  before(async () => {
    root = await temporaryFolder()
  })
  afterEach(() => {
    process.kill = kill
  })
  after(() => removeFolder(root))

  type Run = Parameters<typeof runTool>[0]
  const shell = async (script: string, more: Partial<Run> = {}) => {
    const lines: string[] = []
    const status = await runTool({
      command: 'sh',
      args: ['-c', script],
      cwd: root,
      env: { PATH: process.env.PATH! },
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
      ...more,
    })
    return { status, lines }
  }

  it('ends with its status, or that of the signal which ended it', async () => {
    expect((await shell('exit 0')).status).to.equal(0)
    expect((await shell('exit 7')).status).to.equal(7)
    expect((await shell('kill -9 $$')).status).to.equal(137)
  })
  it('runs where it is told to, with that environment alone', async () => {
    await mkdir(path.join(root, 'there'), { recursive: true })
    const { lines } = await shell('pwd; echo "[$HOME] [$A]"', {
      cwd: path.join(root, 'there'),
      env: { PATH: process.env.PATH!, A: 'b' },
    })
    expect(lines).to.deep.equal([path.join(root, 'there'), '[] [b]'])
  })
  it('is read line by line, from both of its outputs, to the last word', async () => {
    expect((await shell('printf "one\\r\\n\\ntwo\\rx\\nthree"')).lines).to.deep.equal([
      ...['one', '', 'two\rx', 'three'],
    ])
    expect((await shell('echo a; sleep 0; echo b >&2')).lines.sort()).to.deep.equal(['a', 'b'])
    expect((await shell('exit 0')).lines).to.deep.equal([])
  })
  it('may print a letter in two halves', async () => {
    const told: string[] = []
    const stop = new AbortController()
    const script = `mkfifo go; printf 'x\\n\\303'; read _ < go; printf '\\244\\342\\202'`
    const run = shell(script, { signal: stop.signal, onLine: (line) => told.push(line) })
    try {
      await until('the first half', () => told.length > 0)
      await writeFile(path.join(root, 'go'), '\n')
      await run
    } finally {
      stop.abort()
    }
    expect(told).to.deep.equal(['x', 'ä\uFFFD'])
  })
  it('may print without end: of a long line each 64 kB are one', async () => {
    const { lines } = await shell('head -c 300000 /dev/zero | tr "\\0" x')
    // What comes at once is 64 kB at most, too.
    expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(2 * 64 * 1024)
    expect(lines.join('')).to.have.length(300_000)
    const whole = await shell('head -c 65536 /dev/zero | tr "\\0" x; echo')
    expect(whole.lines.map(({ length }) => length)).to.deep.equal([65_536])
  })
  it('that is not there is an error', async () => {
    const started: number[] = []
    const error = await rejection<NodeJS.ErrnoException>(
      shell('', { command: path.join(root, 'none'), onStart: (group) => started.push(group) }),
    )
    expect(error.code).to.equal('ENOENT')
    expect(started).to.deep.equal([])
  })
  it('is told of by its process group, of which nothing is left', async () => {
    let group = 0
    const { lines } = await shell('echo $$; sleep 1000 & echo $!', {
      onStart: (id) => {
        group = id
      },
    })
    expect(Number(lines[0])).to.equal(group)
    await until('the other one is gone', () => !isAlive(Number(lines[1])))
  })
  it('does not run if it could not be told of', async () => {
    let group = 0
    const run = shell('sleep 1000', {
      onStart: (id) => {
        group = id
        throw new Error('no room')
      },
    })
    expect((await rejection<Error>(run)).message).to.equal('no room')
    await until('it is gone', () => !isAlive(group))
  })
  it('waits no longer for what has left its group and holds its output', async () => {
    const script =
      'const c = require("child_process").spawn("sleep", ["1000"], { detached: true, stdio: ["ignore", "inherit", "inherit"] }); console.log(c.pid); c.unref()'
    const { status, lines } = await shell('', { command: process.execPath, args: ['-e', script] })
    expect(status).to.equal(0)
    process.kill(Number(lines[0]), 'SIGKILL')
  })

  describe('and the signal of its build', () => {
    it('does not begin after it', async () => {
      const started: number[] = []
      const signal = AbortSignal.abort(new Error('stopped'))
      const run = shell('exit 0', { signal, onStart: (group) => started.push(group) })
      expect((await rejection<Error>(run)).message).to.equal('stopped')
      expect(started).to.deep.equal([])
    })
    it('ends with it, with all that it has started', async () => {
      const stop = new AbortController()
      const lines: string[] = []
      const run = shell('echo $$; sleep 1000 & echo $!; wait', {
        signal: stop.signal,
        onLine: (line) => {
          if (lines.push(line) === 2) stop.abort(new Error('stopped'))
        },
      })
      expect((await rejection<Error>(run)).message).to.equal('stopped')
      for (const pid of lines.map(Number)) await until('it is gone', () => !isAlive(pid))
    })
    it('is none of what comes after the end: its number may be of another group', async () => {
      const stop = new AbortController()
      await shell('exit 0', { signal: stop.signal })
      const signalled: number[] = []
      process.kill = ((pid: number) => signalled.push(pid) > 0) as never
      stop.abort()
      expect(signalled).to.deep.equal([])
    })
  })
})
