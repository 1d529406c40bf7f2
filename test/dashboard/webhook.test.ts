import { expect } from 'chai'
import { webhookAddress } from '../../src/dashboard/notify/webhook-address.js'
import { webhookMessage } from '../../src/dashboard/notify/webhook-message.js'
import { Webhook } from '../../src/dashboard/notify/webhook.js'
import type { Alert } from '../../src/dashboard/wire.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { until } from '../support/until.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const SECRET = '/services/T0/B0/never-to-be-seen'
const MINUTE = 60_000

const alert = (some: Partial<Alert> = {}): Alert => ({
  id: 'shop crash-loop web.1 1',
  app: 'shop',
  rule: 'crash-loop',
  title: 'crash loop',
  place: 'web.1',
  state: 'raised',
  at: '2026-03-01T12:00:00.000Z',
  raised_at: '2026-03-01T12:00:00.000Z',
  text: 'api:0 in web.1 crashed 3 times in 12 s, and last exited with code 7.',
  ...some,
})

describe('the message of an alert', () => {
  it('is a line for Slack and for Discord, and data for others', () => {
    const raised = alert()
    const line =
      '🔴 shop: crash loop of web.1. api:0 in web.1 crashed 3 times in 12 s, and last exited with code 7.'
    const { text: detail, ...data } = raised
    expect(webhookMessage(raised)).to.deep.equal({
      text: line,
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
      content: line,
      allowed_mentions: { parse: [] },
      flags: 4,
      source: 'shipit dashboard',
      ...data,
      detail,
    })
  })

  it('says that it is over, and names no place if it is the app', () => {
    const { text } = webhookMessage(
      alert({ title: 'app down', place: null, state: 'resolved', text: 'The app is up again.' }),
    )
    expect(text).to.equal('🟢 shop: app down resolved. The app is up again.')
  })

  it('calls nobody, and looks like text, whatever names are in it', () => {
    const { text, content, allowed_mentions } = webhookMessage(
      alert({ text: '<!channel> @everyone <@U1> [pay](https://evil.example) **now** & `x`' }),
    )
    expect(text).to.contain('&lt;!channel&gt; @everyone &lt;@U1&gt; [pay]').and.contain('&amp;')
    expect(text).to.not.match(/[<>]/)
    expect(content).to.contain(
      '\\<!channel\\> @everyone \\<@U1\\> \\[pay\\]\\(https://evil.example\\)',
    )
    expect(content).to.contain('\\*\\*now\\*\\* & \\`x\\`')
    expect(allowed_mentions).to.deep.equal({ parse: [] })
  })

  it('is no longer than Discord takes', () => {
    const { content } = webhookMessage(alert({ place: '*'.repeat(200), text: '*'.repeat(5000) }))
    expect(content.length).to.be.below(2000)
  })
})

describe('the address of a webhook', () => {
  for (const given of [
    'https://hooks.slack.com/services/T0/B0/x',
    ' https://discord.com/api/webhooks/1/x\n',
    'http://127.0.0.1:8080/alerts',
    'http://alerts.localhost/x',
  ])
    it(`is ${given.trim()}`, () => {
      expect(webhookAddress(given).href).to.equal(given.trim())
    })

  for (const [given, why] of [
    ['http://hooks.slack.com/services/never-seen', 'it is not https'],
    ['https://me:never-seen@example.com/', 'a user name or a password'],
    ['hooks.slack.com/never-seen', 'not a valid https address'],
    ['file:///never-seen', 'not a valid https address'],
    ['https://a.example/\nnever-seen', 'not a valid https address'],
    ['never-seen', 'not a valid https address'],
    ['', 'not a valid https address'],
  ] as const)
    it(`is not ${JSON.stringify(given)}, and is not repeated`, () => {
      const error = (() => {
        try {
          return webhookAddress(given)
        } catch (thrown) {
          return thrown
        }
      })() as { code: string; message: string; why: string; next: string }
      expect(error.code).to.equal('usage')
      expect(error.message).to.contain(why)
      expect(`${error.message} ${error.why} ${error.next}`).to.not.contain('never-seen')
    })
})

describe('a webhook', () => {
  useVirtualClock()

  let receiver: FaultServer
  let webhook: Webhook
  let problems: string[]
  /** Resolves at the first of them: polling would take as long as ten minutes have moments. */
  let reported: Promise<void>
  const start = async (script: Parameters<typeof faultServer>[0]) => {
    receiver = await faultServer(script)
    problems = []
    reported = new Promise((resolve) => {
      webhook = new Webhook({
        url: new URL(receiver.url + SECRET),
        version: '1.2.3',
        report: (problem) => {
          problems.push(problem)
          resolve()
        },
      })
    })
  }
  afterEach(async () => {
    await webhook.close()
    await receiver.close()
  })
  const OK: Fault = { chunks: ['ok'] }
  const host = () => new URL(receiver.url).host
  const got = () => receiver.arrived.map(({ body }) => (JSON.parse(body) as Alert).id)
  const arrived = (count: number) =>
    until(
      () => `${count} calls: ${got().join()}`,
      () => receiver.arrived.length === count && receiver.arrived.every(({ body }) => body !== ''),
      2 * MINUTE,
    )
  const lost = (why: string) =>
    `An alert could not be sent to ${host()}: ${why}. The dashboard shows it all the same.`

  it('is called once for each change, in their order', async () => {
    await start([OK])
    for (const id of ['1', '2', '3']) webhook.send(alert({ id }))
    await arrived(3)
    const [first] = receiver.arrived
    expect(first).to.include({ method: 'POST', path: SECRET })
    expect(first!.headers).to.include({
      'content-type': 'application/json',
      'user-agent': 'shipit/1.2.3',
    })
    expect(JSON.parse(first!.body)).to.deep.equal(webhookMessage(alert({ id: '1' })))
    expect(got()).to.deep.equal(['1', '2', '3'])
    webhook.send(alert({ id: '4' }))
    await arrived(4)
    expect(problems).to.deep.equal([])
  })

  it('is called again after the time that it asks for, and no alert passes another', async () => {
    await start([{ chunks: ['slow down'], status: 429, headers: { 'retry-after': '90' } }, OK])
    const begun = Date.now()
    webhook.send(alert({ id: '1' }))
    webhook.send(alert({ id: '2' }))
    await arrived(3)
    expect(got()).to.deep.equal(['1', '1', '2'])
    expect(Date.now() - begun).to.be.within(90_000, 95_000)
    expect(problems).to.deep.equal([])
  })

  const AGAIN: [string, Fault, string][] = [
    ['fails', { chunks: ['rollup_error'], status: 500 }, 'it answered HTTP 500'],
    ['is not ready', { chunks: [''], status: 503 }, 'it answered HTTP 503'],
    ['breaks the connection', 'reset after the request', 'the connection broke'],
    ['never answers', 'never answers', 'no answer came within 10 s'],
  ]
  for (const [what, fault, why] of AGAIN) {
    it(`is called again if it ${what}, until it takes the alert`, async () => {
      await start([fault, fault, OK])
      webhook.send(alert({ id: '1' }))
      await arrived(3)
      expect(got()).to.deep.equal(['1', '1', '1'])
      expect(problems).to.deep.equal([])
    })

    it(`is told of for ten minutes if it ${what}, and then reported, without its address`, async () => {
      await start([fault])
      const begun = Date.now()
      webhook.send(alert({ id: '1' }))
      await reported
      expect(Date.now() - begun).to.be.within(8 * MINUTE, 11 * MINUTE)
      expect(problems).to.deep.equal([lost(why)])
      expect(receiver.arrived.length).to.be.within(8, 20)
    })
  }

  it('is not waited for longer than an alert is news', async () => {
    await start([{ chunks: [''], status: 429, headers: { 'retry-after': '86400' } }])
    webhook.send(alert())
    await reported
    expect(problems).to.deep.equal([lost('it answered HTTP 429')])
  })

  for (const status of [400, 401, 404, 410])
    it(`is not called again for an alert that it refuses by HTTP ${status}`, async () => {
      await start((_, index) => (index === 0 ? { chunks: ['no_service'], status } : OK))
      webhook.send(alert({ id: '1' }))
      webhook.send(alert({ id: '2' }))
      await arrived(2)
      expect(got()).to.deep.equal(['1', '2'])
      expect(problems).to.deep.equal([lost(`it answered HTTP ${status}`)])
    })

  it('reports that it refuses once, and again after it has taken one', async () => {
    const bad: Fault = { chunks: [''], status: 404 }
    await start([bad, bad, OK, bad, OK])
    for (const id of ['1', '2', '3', '4', '5']) webhook.send(alert({ id }))
    await arrived(5)
    expect(problems).to.deep.equal([lost('it answered HTTP 404'), lost('it answered HTTP 404')])
  })

  it('sends nothing where a redirect leads to', async () => {
    const other = await faultServer([OK])
    await start([{ chunks: [''], status: 307, headers: { location: `${other.url}/taken` } }])
    webhook.send(alert())
    await reported
    expect(problems).to.deep.equal([lost('it answered with a redirect (HTTP 307)')])
    expect(receiver.arrived).to.have.length(1)
    expect(other.connections).to.equal(0)
    await other.close()
  })

  it('keeps no more than a hundred alerts for one that takes none', async () => {
    await start((_, index) => (index === 0 ? 'never answers' : OK))
    for (let id = 0; id <= 150; id += 1) webhook.send(alert({ id: String(id) }))
    await arrived(102)
    expect(got().slice(2)).to.deep.equal(Array.from({ length: 100 }, (_, at) => String(at + 51)))
    expect(problems).to.deep.equal([lost('more alerts than it takes')])
  })

  it('is called for what waits when the dashboard ends', async () => {
    await start((_, index) => (index === 0 ? { chunks: [''], status: 500 } : OK))
    webhook.send(alert({ id: '1' }))
    webhook.send(alert({ id: '2' }))
    await arrived(1)
    await webhook.close()
    expect(got()).to.deep.equal(['1', '1', '2'])
  })

  it('holds up the end for five seconds at most', async () => {
    await start(['never answers'])
    webhook.send(alert({ id: '1' }))
    webhook.send(alert({ id: '2' }))
    await arrived(1)
    const begun = Date.now()
    await webhook.close()
    expect(Date.now() - begun).to.be.within(5000, 5100)
    expect(receiver.arrived).to.have.length(1)
    expect(problems).to.deep.equal([lost('no time was left at the end')])
  })
})
