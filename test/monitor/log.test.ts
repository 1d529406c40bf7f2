import { expect } from 'chai'
import { readLog, type LogQuery } from '../../src/monitor/index.js'
import type { LogLine } from '../../src/heroku/index.js'
import { failureOf } from '../support/failures.js'
import { apiFor } from '../support/platform.js'
import { dyno, formation } from '../support/records.js'
import { changed, line, printed, requested, sampled } from './lines.js'
import { logServer, type LogServer } from './log-server.js'

/** What a test reads of the log: the places of the lines that came, such as `1 3`. */
const numbered = (lines: readonly LogLine[]) => {
  const places = new Map(lines.map((one, at) => [one.message + one.dyno + one.source, at]))
  return (one: LogLine) => places.get(one.message + one.dyno + one.source)
}

describe("what is wanted of an app's log", () => {
  let server: LogServer
  afterEach(() => server.close())

  /** A session that follows the log gets the lines of `later` too. */
  const start = async (lines: readonly LogLine[], later: readonly LogLine[] = []) => {
    server = await logServer({
      dynos: [dyno('web.1'), dyno('jobs.1')],
      formation: [formation('web', 1), formation('jobs', 1), formation('cron', 0)],
      lines: (isTail) => (isTail ? [...lines, ...later] : lines),
    })
  }

  const read = async (
    lines: readonly LogLine[],
    query: Partial<LogQuery>,
    later: readonly LogLine[] = [],
  ): Promise<(number | undefined)[]> => {
    await start(lines, later)
    const stop = new AbortController()
    const place = numbered([...lines, ...later])
    const seen: (number | undefined)[] = []
    const all = { lines: 100, tail: false, ...query }
    const last = lines.length + later.length - 1
    for await (const one of readLog(apiFor(server.url), 'a1', all, stop.signal)) {
      seen.push(place(one))
      if (all.tail && place(one) === last) stop.abort()
    }
    return seen
  }

  const LINES = [
    /* 0 */ printed('web.1', 'of the web'),
    /* 1 */ printed('jobs.1', '[mail:0] of mail'),
    /* 2 */ sampled('web.1', 'api', 0),
    /* 3 */ sampled('jobs.1', 'mail', 0),
    /* 4 */ sampled('jobs.1', 'queue', 0),
    /* 5 */ line('heroku[web.1]', 'source=web.1 dyno=x sample#load_avg_1m=1.0'),
    /* 6 */ requested('web.1', 200),
    /* 7 */ requested('jobs.1', 503, 'H12'),
    /* 8 */ printed('api', 'Release v2 created by a@b.c'),
    /* 9 */ line('heroku[jobs.1]', 'State changed from up to crashed'),
    /* 10 */ printed('jobs.1', '[queue:1] Error: of the queue'),
    /* 11 */ printed('jobs.1', '[queue:1]   at f'),
    /* 12 */ changed('web.1', 'api', 1, 'exit', { code: 1 }),
    /* 13 */ printed('web.1', 'more of the web'),
    /* 14 */ printed('run.1234', 'of a one-off'),
    /* 15 */ line('heroku[router-like]', 'no request'),
    /* 16 */ printed('router', 'of an app that calls itself so'),
  ]
  const QUERIES: [Partial<LogQuery>, number[]][] = [
    [{}, LINES.map((_, at) => at)],
    [{ dyno: 'web' }, [0, 2, 5, 12, 13]],
    [{ dyno: 'web.1' }, [0, 2, 5, 12, 13]],
    [{ source: 'heroku' }, [5, 6, 7, 9, 15]],
    [{ source: 'app', dyno: 'jobs.1' }, [1, 3, 4, 10, 11]],
    [{ dyno: 'run' }, [14]],
    [{ dyno: 'web', source: 'heroku', grep: /./ }, [5]],
    [{ figures: false }, [0, 1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
    [{ router: false }, [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
    [{ errors: true }, [7, 9, 10, 11, 12]],
    [{ grep: /of/ }, [0, 1, 10, 13, 14, 16]],
    [{ grep: /of/, lines: 2 }, [14, 16]],
    [{ grep: /of/, errors: true }, [10]],
    [{ name: 'api' }, [0, 12, 13]],
    [{ name: 'mail' }, [1]],
    [{ name: 'queue' }, [10, 11]],
    [{ name: 'queue:1' }, [10, 11]],
    [{ name: 'queue:0' }, []],
    [{ name: 'api:1' }, [0, 12, 13]],
    [{ name: '1' }, [0, 10, 11, 12, 13]],
    [{ name: '0' }, [0, 1, 13]],
    [{ name: 'app' }, [0, 1, 2, 3, 4, 8, 10, 11, 12, 13, 14, 16]],
    [{ name: 'heroku' }, [5, 6, 7, 9, 15]],
    [{ name: 'router' }, [6, 7, 16]],
    [{ name: 'web' }, [0, 2, 5, 12, 13]],
    [{ name: 'jobs.1' }, [1, 3, 4, 9, 10, 11]],
    [{ name: 'cron' }, []],
    [{ name: 'run.1234' }, [14]],
    ...['logplex', 'build', 'release', 'scheduler'].map((name): [Partial<LogQuery>, number[]] => [
      { name },
      [],
    ]),
  ]
  for (const [query, places] of QUERIES)
    it(`by ${
      Object.entries(query)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(', ') || 'nothing'
    }`, async () => expect(await read(LINES, query)).to.deep.equal(places))

  it('is chosen by the platform as far as it can, and else by us of all that it keeps', async () => {
    await read(LINES, { dyno: 'web.1', source: 'app', lines: 7 })
    expect(server.sessions.at(-1)).to.deep.include({ lines: 7, dyno_name: 'web.1', source: 'app' })
    await server.close()
    await read(LINES, { grep: /./, lines: 7 })
    expect(server.sessions.map(({ lines }) => lines)).to.deep.equal([1500])
  })

  for (const [query, words] of [
    [{ name: 'wbe' }, 'There is no app, dyno or process type called wbe.'],
    [{ name: 'api2' }, 'There is no app, dyno or process type called api2.'],
    [{ name: 'other:1' }, 'There is no app, dyno or process type called other:1.'],
    [{ name: '1x' }, 'There is no app, dyno or process type called 1x.'],
    [{ dyno: 'web.9' }, 'There is no app, dyno or process type called web.9.'],
  ] as const)
    it(`is none by ${JSON.stringify(query)}`, async () => {
      const error = await failureOf(read(LINES, query))
      expect(error).to.include({ code: 'not_found', message: words })
      expect(error.next).to.match(
        'name' in query
          ? /^Known: api, mail, queue, cron, jobs, jobs\.1, web, web\.1$/
          : /^Known: cron, jobs, jobs\.1, web, web\.1$/,
      )
    })
  it('is a number of no app where the log tells of none', async () => {
    const error = await failureOf(read([printed('web.1', 'hello')], { name: '0' }))
    expect(error.code).to.equal('not_found')
  })

  it('may be a dyno that has gone, as long as the log has lines of it', async () =>
    expect(
      await read([printed('web.7', 'x'), printed('web.1', 'y')], { dyno: 'web.7' }),
    ).to.deep.equal([0]))

  const LATER = [
    /* 17 */ printed('web.1', '[late:0] of an app that was not there'),
    /* 18 */ requested('web.1', 500),
    /* 19 */ sampled('web.1', 'late', 0),
    /* 20 */ printed('web.1', '[api:0] the last of the web'),
  ]
  it('goes on with what comes, no line twice', async () => {
    expect(await read(LINES, { tail: true, dyno: 'web' }, LATER)).to.deep.equal([
      0, 2, 5, 12, 13, 17, 19, 20,
    ])
    await server.close()
    expect(await read(LINES, { tail: true, grep: /of/, lines: 1 }, LATER)).to.deep.equal([
      16, 17, 20,
    ])
    expect(server.sessions.map(({ tail }) => tail)).to.deep.equal([undefined, true])
  })
  it('learns of apps as it goes on', async () => {
    // From the figures of another app on, a line without a head is of none.
    const later = [
      printed('web.1', 'still of the api', 1),
      sampled('web.1', 'late', 0, {}, 1),
      printed('web.1', 'of either', 1),
      printed('web.1', '[api:0] the end', 1),
    ]
    expect(await read(LINES, { tail: true, name: 'api' }, later)).to.deep.equal([0, 12, 13, 17, 20])
  })
})
