import { expect } from 'chai'
import { dashboardUrl, testKeys } from '../../../src/config/keys/index.js'
import { failureOf, refusal } from '../../support/failures.js'
import { faultServer, type Fault, type FaultServer } from '../../support/fault-server.js'

const KEYS = { PM2_PUBLIC_KEY: 'pub1ickey23456a', PM2_SECRET_KEY: 's3cretkey78901z' }

describe('what the dashboard says of keys', () => {
  let dashboard: FaultServer
  afterEach(() => dashboard.close())
  const asked = async (fault: Fault, more: Record<string, string> = {}) => {
    dashboard = await faultServer([fault])
    return testKeys({ ...KEYS, KEYMETRICS_NODE: dashboard.url, ...more }, 'shop.web.1')
  }
  const host = () => new URL(dashboard.url).host

  it('is asked in the words of the agent', async () => {
    expect(
      await asked({ json: { active: true, endpoints: { ws: 'wss://push.example.com' } } }),
    ).to.deep.equal({ standing: 'accepted', host: host() })
    const [question] = dashboard.arrived
    expect(question).to.include({ method: 'POST', path: '/api/node/verifyPM2' })
    expect(question!.headers).to.include({
      'content-type': 'application/json',
      'user-agent': 'PM2 Agent',
    })
    const { data, ...keys } = JSON.parse(question!.body) as Record<string, unknown>
    expect(keys).to.deep.equal({
      public_id: KEYS.PM2_PUBLIC_KEY,
      private_id: KEYS.PM2_SECRET_KEY,
    })
    expect(data).to.deep.include({
      MACHINE_NAME: 'shop.web.1',
      HOSTNAME: 'shop.web.1',
      PUBLIC_KEY: KEYS.PM2_PUBLIC_KEY,
      RECYCLE: false,
      PM2_VERSION: 'shipit',
      CPUS: [],
    })
    // Of a machine, in MB.
    expect((data as { MEMORY: number }).MEMORY).to.be.within(100, 100_000_000)
  })

  for (const [of, fault, why] of [
    ['a pair that it does not know', { json: {}, status: 401 }, /^It answered 401: .*keys\.$/],
    ['a bucket at its limit', { json: { disabled: true } }, /^The bucket is disabled, .*\.$/],
    ['its own words', { json: { active: false, msg: 'no servers left!' } }, /^No servers left!$/],
    [
      'words that repeat the keys',
      {
        json: {
          active: false,
          msg: `${KEYS.PM2_SECRET_KEY} of ${KEYS.PM2_PUBLIC_KEY}, ${KEYS.PM2_SECRET_KEY}?`,
        },
      },
      /^\*{4} of \*{4}, \*{4}\?$/,
    ],
  ] as const)
    it(`is no for ${of}`, async () => {
      const answer = await asked(fault)
      expect(answer).to.include({ standing: 'refused', host: host() })
      expect(answer.why).to.match(why)
    })

  const unknown: [string, Fault, RegExp][] = [
    ['an error of its own', { json: {}, status: 503 }, /^It answered 503\.$/],
    ['what is not JSON', { chunks: ['<html>'] }, /^Its answer is not JSON\.$/],
    ['a connection that breaks', 'reset after the request', /closed|ECONNRESET/],
  ]
  for (const [of, fault, why] of unknown)
    it(`is not known after ${of}`, async () => {
      const error = await failureOf(asked(fault))
      expect(error).to.include({
        code: 'network',
        message: `PM2's dashboard at ${host()} gave no answer about the keys.`,
      })
      expect(error.why).to.match(why)
      expect(error.next).to.match(/^Try again later/)
      expect(JSON.stringify(error)).to.not.include(KEYS.PM2_SECRET_KEY)
    })

  it('is asked of no address that a secret is not sent to', async () => {
    dashboard = await faultServer([{ json: {} }])
    const vars = { PM2_APM_ADDRESS: 'http://example.com' }
    const error = refusal(() => dashboardUrl(vars))
    expect(error.code).to.equal('usage')
    expect(error.message).to.include('KEYMETRICS_NODE or PM2_APM_ADDRESS of the app names no https')
    expect((await failureOf(testKeys({ ...KEYS, ...vars }, 'x'))).code).to.equal('usage')
    expect(dashboardUrl({}).href).to.equal('https://root.keymetrics.io/')
  })
})
