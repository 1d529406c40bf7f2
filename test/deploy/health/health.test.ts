import { expect } from 'chai'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Deployment } from '../../../src/deploy/deployment.js'
import { Health } from '../../../src/deploy/health/health.js'
import { healthCheck } from '../../../src/deploy/health/health-check.js'
import { probe } from '../../../src/deploy/health/probe.js'
import type { ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { scripted } from '../scripted.js'

/** What a server answers, by path. */
type Answers = Record<string, { status?: number; location?: string; boot?: string; body?: string }>

describe('the health of a release', () => {
  useVirtualClock()

  let server: http.Server
  let answers: Answers
  let requests: http.IncomingMessage[]
  const url = (path = '/') => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  beforeEach(async () => {
    requests = []
    server = http
      .createServer((request, response) => {
        requests.push(request)
        const { status = 200, location, boot, body } = answers[request.url!] ?? { status: 404 }
        response.writeHead(status, {
          ...(location === undefined ? {} : { location }),
          ...(boot === undefined ? {} : { 'x-shipit-boot': boot }),
        })
        if (body === undefined) response.end()
        else response.write(body)
      })
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  interface Given {
    owner?: 'ours' | 'other' | 'unknown'
    isServing?: boolean
    logFailure?: string
    hasSeenOurs?: boolean
    good?: number
    bad?: number
    generation?: string
    webUrl?: string
    domains?: () => Promise<string[]>
    path?: string
  }
  const healthOf = (given: Given = {}) => {
    const { isServing = true, hasSeenOurs = false, good = 0, bad = 0 } = given
    const noted: string[] = []
    const watch = {
      countRequests: () => noted.push('count'),
      ownerOf: () => given.owner,
      isServing,
      logFailure: given.logFailure,
      switchover: { prove: () => noted.push('prove') },
      router: {
        hasSeenOurs,
        routed: { good, bad },
        expect: (id: string) => noted.push(`expect ${id}`),
      },
    } as unknown as ReleaseWatch
    const { platform, asked } = scripted({ domains: given.domains ?? (() => Promise.resolve([])) })
    const deployment = {
      plan: { app: 'a1' },
      platform,
      signal: new AbortController().signal,
      healthHeaders: { 'x-mine': '1' },
      app: {
        web_url: given.webUrl ?? 'https://a1.example.com/',
        ...(given.generation ? { generation: { name: given.generation } } : {}),
      },
    } as unknown as Deployment
    const check = healthCheck({ ...(given.path ? { path: given.path } : {}) }, undefined)
    const health = new Health(deployment, watch, url(given.path ?? '/'), check)
    return { health, noted, asked, watch: watch as { logFailure: string | undefined } }
  }
  const found = async (given: Given = {}) => (await healthOf(given).health.poll()).is

  it('is well at an answer that is, whose request the router is expected to tell of', async () => {
    answers = { '/': {} }
    const { health, noted } = healthOf()
    expect(await health.poll()).to.include({ is: 'well' })
    const [{ headers }] = requests as [http.IncomingMessage]
    expect(noted).to.deep.equal(['count', `expect ${headers['x-request-id'] as string}`])
    expect(headers).to.include({ 'x-mine': '1', 'x-shipit-probe': '1', accept: '*/*' })
    expect(headers['x-request-id']).to.match(/^shipit-[0-9a-f]{24}$/)
  })

  it('is ill at an answer that is, if it came from the app', async () => {
    answers = { '/': { status: 500 } }
    expect(await found()).to.equal('unknown')
    expect(await found({ hasSeenOurs: true })).to.equal('ill')
    expect(await found({ logFailure: 'none' })).to.equal('ill')
    expect(await found({ generation: 'fir' })).to.equal('ill')
    expect(await found({ generation: 'cedar' })).to.equal('unknown')
    answers = { '/': { status: 500, boot: 'b' } }
    expect(await found({ owner: 'ours' })).to.equal('ill')
  })

  it('is not judged by the answer of another release, nor before the switch of preboot', async () => {
    answers = { '/': { boot: 'b' } }
    const { health, noted } = healthOf({ owner: 'other' })
    expect(await health.poll()).to.deep.equal({
      is: 'not ours',
      words: 'the release before still answers',
    })
    expect(noted).to.not.include('prove')
    expect(await found({ owner: 'unknown', isServing: false })).to.equal('not ours')
    const ours = healthOf({ owner: 'ours', isServing: false })
    expect(await ours.health.poll()).to.include({ is: 'well' })
    expect(ours.noted).to.include('prove')
    answers = { '/': {} }
    expect(await found({ owner: 'ours', isServing: false })).to.equal('not ours')
  })

  it('is not judged for 5 s by the answer of a boot that the log has not told of', async () => {
    answers = { '/': { boot: 'b' } }
    const given: Given = { owner: 'unknown' }
    const { health, watch } = healthOf(given)
    const poll = async () => (await health.poll()).is
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    expect(await poll()).to.equal('not ours')
    await wait(5000)
    expect(await poll()).to.equal('not ours')
    await wait(1)
    expect(await poll()).to.equal('well')
    given.owner = 'ours'
    expect(await poll()).to.equal('well')
    given.owner = 'unknown'
    expect(await poll()).to.equal('not ours')
    watch.logFailure = 'none'
    expect(await poll()).to.equal('well')
  })

  it('is not known if who asks is not let in', async () => {
    answers = { '/guarded': { status: 401 } }
    expect(await found({ path: '/guarded' })).to.equal('unknown')
    expect(await found({ path: '/guarded', good: 1 })).to.equal('well')
  })

  it('is told by the router where no answer is heard', async () => {
    answers = { '/': { status: 500 } }
    const counts: [good: number, bad: number, is: string][] = [
      [0, 0, 'unknown'],
      [1, 0, 'well'],
      [1, 1, 'well'],
      [1, 2, 'ill'],
      [0, 1, 'ill'],
    ]
    for (const [good, bad, is] of counts)
      expect(await found({ good, bad }), `${good} ${bad}`).to.equal(is)
    const words = async (good: number, bad: number) =>
      (await healthOf({ good, bad }).health.poll()).words
    expect(await words(1, 0)).to.match(/: 1 request answered below 500$/)
    expect(await words(2, 1)).to.match(/: 2 requests answered below 500, 1 not$/)
    expect(await words(0, 1)).to.include('1 request answered with 5xx')
    expect(await words(0, 0)).to.include('did not come from the app; the log tells of no request')
    expect(await healthOf({ good: 1 }).health.poll())
      .to.have.property('warning')
      .that.includes('/: 500')
  })

  describe('of an app that sends elsewhere', () => {
    const to = (host: string, path = '/there') => {
      answers = {
        '/': { status: 302, location: `http://${host}:${new URL(url()).port}${path}` },
        '/there': {},
        '/ill': { status: 500, boot: 'b' },
      }
    }

    it("follows it to the app's own hosts alone", async () => {
      to('localhost')
      expect(await found()).to.equal('unknown')
      expect(requests).to.have.lengthOf(1)
      const domains = () => Promise.resolve(['localhost'])
      expect(await found({ domains })).to.equal('well')
      expect(requests.map((request) => request.url)).to.deep.equal(['/', '/', '/there'])
      expect(await found({ webUrl: 'http://localhost/' })).to.equal('well')
      expect(await found({ domains: () => Promise.reject(new Error('none')) })).to.equal('unknown')
      to('x.localhost')
      expect(await found({ domains: () => Promise.resolve(['*.localhost']) })).to.equal('well')
      expect(await found({ domains: () => Promise.resolve(['*.x.localhost']) })).to.equal('unknown')
      expect(await found({ domains: () => Promise.resolve(['x.localhost']) })).to.equal('well')
    })

    it('asks once which hosts those are', async () => {
      to('localhost')
      const { health, asked } = healthOf({ domains: () => Promise.resolve(['localhost']) })
      for (let i = 0; i < 2; i++) expect((await health.poll()).is).to.equal('well')
      expect(asked).to.deep.equal(['domains'])
    })

    it('is not known if that does not answer well, and not judged if that is another release', async () => {
      to('localhost', '/ill')
      const domains = () => Promise.resolve(['localhost'])
      expect(await found({ domains })).to.equal('unknown')
      expect(await found({ domains, owner: 'other' })).to.equal('not ours')
    })
  })

  describe('is asked for', () => {
    const ask = (signal = new AbortController().signal, address = url()) =>
      probe(address, { signal })

    it('without a wait for the body', async () => {
      answers = { '/': { status: 201, body: 'and so on', location: '/next' } }
      const answer = await ask()
      expect(answer).to.deep.include({
        isAnswer: true,
        status: 201,
        reason: 'Created',
        boot: undefined,
        location: url('/next'),
      })
      expect(answer).to.have.property('ms').that.is.within(0, 60_000)
      expect(requests[0]!.headers).to.not.have.property('x-request-id')
      await once(requests[0]!.socket, 'close')
    })

    it('without an answer from what does not listen', async () => {
      const address = url()
      server.close()
      const answer = await ask(undefined, address)
      expect(answer).to.have.property('isAnswer', false)
    })

    it('for 35 s', async () => {
      server.removeAllListeners('request')
      const begun = Date.now()
      expect(await ask()).to.deep.equal({ isAnswer: false, why: 'no answer came in 35 s' })
      expect(Date.now() - begun).to.equal(35_000)
    })

    it('until the deploy is stopped', async () => {
      server.removeAllListeners('request')
      const stop = new AbortController()
      setTimeout(() => stop.abort(new Error('stopped')), 1000)
      const error = await ask(stop.signal).catch((failure: Error) => failure)
      expect(error).to.have.property('message', 'stopped')
    })
  })
})
