import { expect } from 'chai'
import { exitStatusFromLog, lastOutput, worthShowing } from '../../src/heroku/dyno-output.js'
import type { LogLine } from '../../src/heroku/logs.js'
import { faultServer, type Fault } from '../support/fault-server.js'
import { apiFor } from '../support/platform.js'

const CREATED = '2026-01-01T00:00:00Z'
const DYNO = { name: 'web.1', created_at: CREATED }
type Said = [source: string, message: string, more?: Partial<LogLine>]
const lines = (said: Said[]): LogLine[] =>
  said.map(([source, message, more]) => ({
    source,
    message,
    dyno: 'web.1',
    timestamp: '2026-01-01T00:00:01Z',
    ...more,
  }))

/** Each look reads the next of the logs, and the last one from then on. */
function reading(...logs: Said[][]) {
  const asked: { lines: number; tail: false; dyno: string }[] = []
  async function* read({ signal, ...options }: Parameters<Parameters<typeof lastOutput>[0]>[0]) {
    expect(signal.aborted).to.equal(false)
    asked.push(options)
    yield* lines(logs[Math.min(asked.length, logs.length) - 1]!)
  }
  return { read, asked }
}
const START: Said = ['heroku', 'Starting process with command `npm start`']
const END: Said = ['heroku', 'Process exited with status 1']

describe('the last output of a dyno', () => {
  const outputOf = (...said: Said[]) => lastOutput(reading(said).read, DYNO, 1)

  it('is what its app said, after a word on whose it is', async () => {
    const { read, asked } = reading([START, ['app', 'oh no'], END])
    expect(await lastOutput(read, DYNO, 1)).to.deep.equal({
      text: 'The last lines of web.1:\n  oh no',
      ending: 'Process exited with status 1',
    })
    expect(asked).to.deep.equal([{ lines: 300, tail: false, dyno: 'web.1' }])
  })

  it('is of this dyno, since it was made', async () => {
    const { text } = await outputOf(
      START,
      ['app', 'before', { timestamp: '2025-12-31T23:59:59Z' }],
      ['app', 'at once', { timestamp: CREATED }],
      ['app', 'other', { dyno: 'web.2' }],
      END,
    )
    expect(text).to.equal('The last lines of web.1:\n  at once')
  })

  it('is of the last life that ended, of several', async () => {
    const { text, ending } = await outputOf(
      START,
      ['app', 'first'],
      ['heroku', 'Process exited with status 2'],
      START,
      ['app', 'second'],
      ['app', 'Starting process of mine'],
      END,
      ['app', 'Starting process again'],
      ['app', 'a late line'],
      START,
      ['app', 'third'],
    )
    expect(text).to.equal(
      'The last lines of web.1:\n  second\n  Starting process of mine\n  Starting process again\n  a late line',
    )
    expect(ending).to.equal('Process exited with status 1')
  })

  it('is all there is if no start or no end is logged', async () => {
    expect((await outputOf(['app', 'a'], END)).text).to.contain('\n  a')
    expect(await outputOf(START, ['app', 'b'])).to.deep.equal({
      text: 'The last lines of web.1:\n  b',
      ending: undefined,
    })
    const quoted = await outputOf(START, ['app', 'Process exited with status 9'], ['app', 'c'], END)
    expect(quoted.text).to.contain('\n  c')
  })

  it('is looked for anew while there is none, four times in all', async () => {
    const late = reading([START], [START], [START, ['app', 'late'], END])
    expect((await lastOutput(late.read, DYNO, 1)).text).to.contain('late')
    expect(late.asked).to.have.length(3)

    const never = reading([START, END])
    expect(await lastOutput(never.read, DYNO, 1)).to.deep.equal({
      text: 'web.1 printed nothing.',
      ending: 'Process exited with status 1',
    })
    expect(never.asked).to.have.length(4)
  })

  it('ends with what the runtime and the platform say of it, within twenty lines', async () => {
    const hint = 'No process of this dyno listens'
    const { text } = await outputOf(
      START,
      ...Array.from({ length: 30 }, (_, n): Said => ['app', `noise ${n}`]),
      ['app', 'shipit: api cannot stay up'],
      ['heroku', hint],
      ['app', hint],
      END,
    )
    const shown = text.split('\n')
    expect(shown).to.have.length(21)
    expect(shown.slice(-3)).to.deep.equal([
      `  ${hint}`,
      '  shipit: api cannot stay up',
      `  ${hint}`,
    ])
  })

  it('is a sentence if the log cannot be read', async () => {
    for (const [thrown, words] of [
      [new Error('no log'), 'no log'],
      ['text', 'text'],
    ] as const) {
      const read = () => ({
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(thrown as Error) }),
      })
      expect(await lastOutput(read, DYNO, 1)).to.deep.equal({
        text: `The log of web.1 could not be read: ${words}`,
        ending: undefined,
      })
    }
  })
})

describe('lines worth showing', () => {
  const noise = (count: number) => Array.from({ length: count }, (_, i) => `noise ${i}`)
  const frames = (count: number) => Array.from({ length: count }, (_, i) => `    at f${i} (x.js:1)`)

  it('are all of a few, and the last of more', () => {
    expect(worthShowing(noise(20))).to.deep.equal(noise(20))
    expect(worthShowing(noise(21))).to.deep.equal(noise(21).slice(1))
    expect(worthShowing(noise(5), 3)).to.deep.equal(noise(5).slice(2))
  })

  it('cut a stack of more than seven frames, wherever it stands', () => {
    expect(worthShowing(['a', ...frames(7), 'b'])).to.deep.equal(['a', ...frames(7), 'b'])
    expect(worthShowing(['a', ...frames(8), 'b'])).to.deep.equal([
      'a',
      ...frames(6),
      '    … 2 more frames',
      'b',
    ])
    expect(worthShowing(frames(9))).to.deep.equal([...frames(6), '    … 3 more frames'])
  })

  it('begin with the error if it would be pushed out, by whatever it begins', () => {
    for (const head of [
      'Error: x',
      'Uncaught MongoParseError [CODE]: x',
      'Unhandled Rejection: x',
      'java.lang.Exception: x',
      '[web-1.2:99] TypeError: x',
      'error: x',
      'throw new X()',
      'panic: x',
    ]) {
      const shown = worthShowing([...noise(3), head, 'a', 'b', 'c', 'd', ...noise(40)])
      expect(shown.slice(0, 5), head).to.deep.equal([head, 'a', 'b', 'c', '… 26 more lines'])
      expect(shown).to.have.length(20)
    }
    for (const none of ['an Error: x', ' error: x', 'Terrors x', 'the panic: x'])
      expect(worthShowing([none, ...noise(40)])[0], none).to.equal('noise 20')
  })

  it('begin with no error that is shown anyway', () => {
    const shown = worthShowing([...noise(5), 'Error: x', ...noise(19)])
    expect(shown[0]).to.equal('Error: x')
    expect(shown).to.have.length(20)
    expect(worthShowing([...noise(5), 'Error: x', ...noise(20)])[4]).to.match(/^… \d+ more lines$/)
  })
})

describe('the exit status of a one-off dyno', () => {
  const RUN = { name: 'run.1', created_at: '2026-01-01T00:00:01.900Z' }
  const logged = (message: string, time = '02', dyno = 'run.1') =>
    `2026-01-01T00:00:${time}.000000+00:00 heroku[${dyno}]: ${message}`
  async function statusOf(...said: string[]) {
    const stream: Fault = {
      chunks: said.map((text, id) => `id: ${id}\ndata: ${text}\n\n`),
      headers: { 'content-type': 'text/event-stream' },
    }
    const server = await faultServer(({ method }) =>
      method === 'POST' ? { json: { logplex_url: `${server.url}/stream` }, status: 201 } : stream,
    )
    try {
      const status = await exitStatusFromLog(apiFor(server.url), 'a1', RUN, 400)
      return { status, asked: JSON.parse(server.arrived[0]!.body) as unknown }
    } finally {
      await server.close()
    }
  }

  it('is what the platform logs of it', async () => {
    const { status, asked } = await statusOf(
      logged('State changed'),
      logged('Process exited with status 3'),
    )
    expect(status).to.equal(3)
    expect(asked).to.deep.equal({ lines: 100, tail: true, source: 'heroku', dyno_name: 'run.1' })
  })

  it('is of this dyno, not of one before it that had its name, and of no other', async () => {
    const { status } = await statusOf(
      logged('Process exited with status 1', '00'),
      logged('Process exited with status 2', '02', 'run.2'),
      logged('It says: Process exited with status 5'),
      logged('Process exited with status 6, it says'),
      // The log has whole seconds where the API has parts of one.
      logged('Process exited with status 4', '01'),
    )
    expect(status).to.equal(4)
  })

  it('is not known if the log does not tell in time, or there is none', async () => {
    expect((await statusOf(logged('State changed'))).status).to.equal(undefined)
    const server = await faultServer([{ json: {}, status: 404 }])
    expect(await exitStatusFromLog(apiFor(server.url), 'a1', RUN, 400)).to.equal(undefined)
    await server.close()
  })
})
