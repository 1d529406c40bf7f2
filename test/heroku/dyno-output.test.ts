import { expect } from 'chai'
import { lastOutput, readDynoOutput, worthShowing } from '../../src/heroku/dyno-output.js'

const app = (...messages: string[]): string[] => readDynoOutput(messages).app

describe('what an app said before its dyno ended', () => {
  it('is all that it printed, as it printed it', () => {
    expect(app('a', '', '  at x (y.js:1)', 'Node.js v20.20.2')).to.deep.equal([
      'a',
      '',
      '  at x (y.js:1)',
      'Node.js v20.20.2',
    ])
  })
  it('has no empty lines at its ends', () =>
    expect(app('', 'a', '', 'b', ' ', '')).to.deep.equal(['a', '', 'b']))
  it("is not npm's banner and notices", () => {
    expect(
      app(
        '',
        '> sample@1.0.0 start',
        '> node server.js',
        '',
        'ready',
        'npm notice New version',
        'npm error code 1',
      ),
    ).to.deep.equal(['ready'])
  })
  it("is not npm's banner of a package without a version", () => {
    expect(
      app('', '> start', '> shipit-runtime start ecosystem.config.yml', '', 'ready', '> start'),
    ).to.deep.equal(['ready', '> start'])
  })
  it("is not the runtime's figures, events and sentences", () => {
    const output = readDynoOutput([
      'shipit: api × 2 (memory holds 3, CPUs 2)',
      'shipit source=web.1 app=api instance=0 event=start pid=7',
      'oh no',
      'shipit source=web.1 app=api instance=0 event=exit code=3',
      'shipit: api cannot stay up, so the dyno ends',
      '  its last instance exited with code 3',
      '  its own next line',
    ])
    expect(output).to.deep.equal({
      app: ['oh no'],
      reason: [
        'shipit: api cannot stay up, so the dyno ends',
        '  its last instance exited with code 3',
        '  its own next line',
      ],
    })
  })
  it('keeps a line of the app that begins like a banner', () => {
    expect(app('> prompt of the app', 'x')).to.deep.equal(['> prompt of the app', 'x'])
  })
  it('is nothing where there is only that', () => {
    expect(
      app(
        '',
        '> sample@1.0.0 start',
        '> shipit-runtime start ecosystem.config.yml',
        '',
        'shipit source=web.1 app=a instance=0 event=exit code=3',
      ),
    ).to.deep.equal([])
  })
})

describe('the lines of an app that are worth showing', () => {
  const frames = (count: number) =>
    Array.from({ length: count }, (_, i) => `    at f${i} (/app/x.js:${i}:1)`)
  const noise = (count: number) => Array.from({ length: count }, (_, i) => `noise ${i}`)

  it('hold the first line of the error, however deep its stack', () => {
    const shown = worthShowing([
      ...noise(30),
      '/app/node_modules/mongodb/lib/x.js:9',
      '            throw new Error()',
      '',
      'MongoParseError: No hostname',
      ...frames(40),
      '',
      'Node.js v20.20.2',
    ])
    expect(shown).to.include('MongoParseError: No hostname').and.include('    … 34 more frames')
    expect(shown.at(-1)).to.equal('Node.js v20.20.2')
    expect(shown.length).to.be.at.most(20)
  })
  it('hold it though much was printed after it', () => {
    const shown = worthShowing([
      ...noise(5),
      'TypeError: Cannot read properties of undefined',
      ...frames(3),
      ...noise(60),
    ])
    expect(shown).to.have.length(20)
    expect(shown.slice(0, 5)).to.deep.equal([
      'TypeError: Cannot read properties of undefined',
      ...frames(3),
      '… 45 more lines',
    ])
    expect(shown.at(-1)).to.equal('noise 59')
  })
  it('are the last ones of several errors', () => {
    const shown = worthShowing([
      'Error: first',
      ...noise(40),
      'error: password authentication failed for user "app"',
      ...noise(30),
    ])
    expect(shown[0]).to.equal('error: password authentication failed for user "app"')
  })
  it('begin with an error that is the first of all', () => {
    const shown = worthShowing(['Error: first', ...noise(40)])
    expect(shown.slice(0, 5)).to.deep.equal(['Error: first', ...noise(3), '… 22 more lines'])
  })
  it('are the last ones where none of them is an error', () => {
    expect(worthShowing(noise(30))).to.deep.equal(noise(30).slice(-20))
    expect(worthShowing(['a', 'Error: b', ...frames(7)])).to.deep.equal([
      'a',
      'Error: b',
      ...frames(7),
    ])
  })
})

describe('the end of a dyno', () => {
  const lines = (...said: [source: string, message: string][]) =>
    async function* () {
      for (const [source, message] of said)
        yield { source, message, dyno: 'web.1', timestamp: '2026-01-01T00:00:01.000Z' }
    }
  const dyno = { name: 'web.1', created_at: '2026-01-01T00:00:00Z' }

  it('is worded by its cause, and not by the status of what the platform killed', async () => {
    const R10 =
      'Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch'
    const { ending, text } = await lastOutput(
      lines(
        ['heroku', 'Starting process with command `npm start`'],
        ['heroku', R10],
        [
          'heroku',
          'The app listens on port 3000, but $PORT is 5006. Make it listen on process.env.PORT',
        ],
        ['heroku', 'Stopped before: The app listens on port 1'],
        ['heroku', 'Process exited with status 137'],
      ),
      dyno,
      1,
    )
    expect(ending).to.equal(R10)
    expect(text).to.equal(
      'The app of web.1 printed nothing; its dyno did:\n  The app listens on port 3000, but $PORT is 5006. Make it listen on process.env.PORT',
    )
  })
  it('is the status where that is all', async () => {
    expect(
      (
        await lastOutput(
          lines(['app', 'Error: no'], ['heroku', 'Process exited with status 1']),
          dyno,
          1,
        )
      ).ending,
    ).to.equal('Process exited with status 1')
  })
})
