/** No secret follows a redirect: whoever answers in the platform's place learns of none of them. */
import { expect } from 'chai'
import * as v from 'valibot'
import { probe } from '../../src/deploy/health/probe.js'
import { setGeneration } from '../../src/embedded/daemon/client.js'
import { push } from '../../src/git/push.js'
import { passwordLogin, streamLogs, streamOutput, uploadSource } from '../../src/heroku/index.js'
import { faultServer, type FaultServer } from '../support/fault-server.js'
import { failureOf } from '../support/failures.js'
import { apiFor, TOKEN } from '../support/platform.js'
import { temporaryRepository, type TemporaryRepository } from '../support/repository.js'
import { isSoak } from '../support/soak.js'

const SECRET = 's3cret-value-xyz'
const STATUSES = isSoak ? [301, 302, 303, 307, 308] : [302, 307]
const ANYTHING = v.unknown()

describe('a redirect', () => {
  const { signal } = new AbortController()
  let there: TemporaryRepository
  let elsewhere: FaultServer
  let asked: FaultServer
  before(async () => {
    there = await temporaryRepository()
  })
  after(() => there.remove())
  afterEach(() => Promise.all([elsewhere.close(), asked.close()]))

  const all = async (pieces: AsyncIterable<unknown>): Promise<unknown[]> => {
    const read: unknown[] = []
    for await (const piece of pieces) read.push(piece)
    return read
  }

  const REQUESTS: Record<string, (url: string) => Promise<unknown>> = {
    'a question to the API': (url) => apiFor(url).get('/account', ANYTHING),
    'a change of config vars': (url) =>
      apiFor(url).patch('/apps/a1/config-vars', ANYTHING, { PASSWORD: SECRET }),
    'the stream of a log': (url) => all(streamLogs(apiFor(url), 'a1', { retries: 0 })),
    'the output of a build': (url) => all(streamOutput(`${url}/o?key=${SECRET}`, { retries: 0 })),
    'the upload of a source': (url) =>
      uploadSource(`${url}/s?key=${SECRET}`, Buffer.from(SECRET), { signal }),
    'a login': (url) => passwordLogin(url, { email: 'ada@example.com', password: SECRET }),
    'a push': (url) =>
      push({ dir: there.dir, url: `${url}/a1.git`, token: TOKEN, refspec: 'HEAD:refs/heads/main' }),
    'a health check with a header': (url) =>
      probe(url, { signal, headers: { authorization: SECRET } }),
    'a setting of the embedded Heroku': (apiUrl) =>
      setGeneration({ apiUrl, token: TOKEN } as Parameters<typeof setGeneration>[0], 'fir'),
  }

  for (const [what, send] of Object.entries(REQUESTS))
    for (const status of STATUSES)
      it(`takes no secret of ${what} elsewhere (${status})`, async () => {
        elsewhere = await faultServer([{ json: {} }])
        asked = await faultServer(({ method, path }) =>
          method === 'POST' && path.endsWith('/log-sessions')
            ? { json: { logplex_url: `${asked.url}/logs?key=${SECRET}` }, status: 201 }
            : { json: {}, status, headers: { location: `${elsewhere.url}${path.split('?')[0]}` } },
        )
        await send(asked.url).catch((error: Error) => error)
        expect(asked.arrived).to.not.deep.equal([])
        const { authorization } = asked.arrived[0]!.headers
        for (const secret of [SECRET, TOKEN, ...(authorization ? [authorization] : [])])
          expect(JSON.stringify(elsewhere.arrived)).to.not.include(secret)
      })

  it('is told as the answer of a store that does not take a source', async () => {
    elsewhere = await faultServer([{ json: {} }])
    const headers = { location: elsewhere.url }
    asked = await faultServer([{ json: {}, status: 307, headers }])
    const error = await failureOf(uploadSource(asked.url, Buffer.from('files'), { signal }))
    expect(error.message).to.include('did not take the source: it answered 307')
  })
})
