import { randomUUID } from 'node:crypto'
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { createLogplex } from '../../../src/embedded/logplex/index.js'
import { splitLines } from '../../../src/embedded/logplex/split.js'
import type { StoredLogEntry } from '../../../src/embedded/store/types.js'
import { temporaryFolder } from '../support/platform.js'

describe('the logplex', () => {
  let home: string
  let logs: string
  const app = randomUUID()
  beforeEach(async () => {
    home = await temporaryFolder()
    logs = path.join(home, 'logs')
    await mkdir(logs)
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const line = (message: string) => ({
    time: 1_700_000_000_000,
    source: 'app' as const,
    dyno: 'web.1',
    message,
  })
  const linesInFile = async () =>
    (await readFile(path.join(logs, `${app}.log`), 'utf8')).split('\n').length - 1

  it('splits at line breaks of every kind and drops only the last empty piece', () => {
    expect(splitLines('a\nb\r\nc\rd\n')).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(splitLines('a\n\nb')).to.deep.equal(['a', '', 'b'])
    expect(splitLines('')).to.deep.equal([''])
  })

  it('splits at 10,000 bytes and never inside a character', () => {
    const long = 'x' + '🚀ä'.repeat(5_000)
    const parts = splitLines(long)
    expect(parts.join('')).to.equal(long)
    expect(parts).to.have.length(4)
    for (const part of parts) {
      expect(Buffer.byteLength(part)).to.be.at.most(10_000)
      expect(part).not.to.include('\uFFFD')
    }
    expect(splitLines('y'.repeat(10_000))).to.have.length(1)
  })

  it('keeps the last 1,500 lines, numbers them, and passes each to who listens', async () => {
    const logplex = createLogplex({ logs })
    const heard: StoredLogEntry[] = []
    const end = logplex.subscribe(app, (entry) => heard.push(entry))
    for (let index = 0; index < 4_000; index += 1) logplex.append(app, line(`line ${index}`))
    end()
    logplex.append(app, line('after'))
    expect(heard).to.have.length(4_000)
    const recent = logplex.recent(app)
    expect(recent).to.have.length(1_500)
    expect(recent.at(-1)?.message).to.equal('after')
    expect(recent.map(({ seq }) => seq)).to.deep.equal(
      recent.map((_, index) => (recent[0] as StoredLogEntry).seq + index),
    )
    await logplex.flush()
  })

  it('has the same lines after a restart, and numbers later ones higher', async () => {
    const logplex = createLogplex({ logs })
    for (let index = 0; index < 2_000; index += 1) logplex.append(app, line(`line ${index} ü`))
    await logplex.flush()
    const again = createLogplex({ logs })
    expect(again.recent(app)).to.deep.equal(logplex.recent(app))
    again.append(app, line('later'))
    expect(again.recent(app).at(-1)?.seq).to.be.above(logplex.recent(app).at(-1)?.seq as number)
    await again.flush()
  })

  it('gives up a line that was torn by a kill, and nothing more', async () => {
    const logplex = createLogplex({ logs })
    logplex.append(app, line('whole'))
    await logplex.flush()
    await appendFile(path.join(logs, `${app}.log`), '{"time":17000')
    const again = createLogplex({ logs })
    expect(again.recent(app).map(({ message }) => message)).to.deep.equal(['whole'])
    again.append(app, line('next'))
    await again.flush()
    expect(
      createLogplex({ logs })
        .recent(app)
        .map(({ message }) => message),
    ).to.deep.equal(['whole', 'next'])
  })

  it('takes 200,000 lines without growing: neither in memory nor on disk', async function () {
    this.timeout(60_000)
    const logplex = createLogplex({ logs })
    const message = 'x'.repeat(100)
    for (let round = 0; round < 40; round += 1) {
      for (let index = 0; index < 5_000; index += 1) logplex.append(app, line(message))
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    await logplex.flush()
    expect(logplex.recent(app)).to.have.length(1_500)
    expect(await linesInFile()).to.be.at.most(3_000)
  })

  it('forgets an app for good, whatever its last dyno still writes', async () => {
    const logplex = createLogplex({ logs })
    logplex.append(app, line('x'))
    await logplex.forget(app)
    logplex.append(app, line('too late'))
    await logplex.flush()
    expect(logplex.recent(app)).to.deep.equal([])
    expect(await linesInFile().catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
      'ENOENT',
    )
  })

  it('reports a file that cannot be written, and goes on in memory', async () => {
    const problems: string[] = []
    const logplex = createLogplex({ logs: path.join(logs, 'missing') }, (problem) =>
      problems.push(problem),
    )
    logplex.append(app, line('x'))
    await logplex.flush()
    expect(problems[0]).to.match(/cannot write/)
    expect(logplex.recent(app)).to.have.length(1)
  })
})
