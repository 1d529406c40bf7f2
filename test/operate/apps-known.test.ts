import { expect } from 'chai'
import { appsKnown, INSTANCES_VAR } from '../../src/operate/instances.js'
import { faultServer } from '../support/fault-server.js'
import { apiFor } from '../support/platform.js'
import { dyno } from '../support/records.js'
import { sampled } from '../monitor/lines.js'

/** The apps of `asked` that are known, and whether the log was read for it. */
async function known(value: string | undefined, ...asked: string[]) {
  let logs = 0
  const events = ['api', 'mail'].map((app, at) => {
    const { timestamp, message } = sampled('web.1', app, 0)
    return `id: ${at}\ndata: ${timestamp} app[web.1]: ${message}\n\n`
  })
  const server = await faultServer(({ method, path: url }) => {
    if (url.endsWith('/config-vars'))
      return { json: value === undefined ? {} : { [INSTANCES_VAR]: value } }
    if (method === 'POST') {
      logs += 1
      return { json: { id: 's', logplex_url: `${server.url}/stream` }, status: 201 }
    }
    if (url.endsWith('/dynos'))
      return { json: [{ ...dyno('web.1'), created_at: '2026-11-22T19:00:00Z' }] }
    return { chunks: events, headers: { 'content-type': 'text/event-stream' } }
  })
  try {
    const apps = await appsKnown(
      apiFor(server.url),
      'a1',
      asked.map((type) => ({ type })),
      undefined,
    )
    return { apps: [...apps].sort(), logs }
  } finally {
    await server.close()
  }
}

describe('the apps of an ecosystem file, as the platform tells of them', () => {
  it('are those of the config var, if it names all that are asked for', async () => {
    expect(await known('api=2,jobs=1', 'jobs', 'api')).to.deep.equal({
      apps: ['api', 'jobs'],
      logs: 0,
    })
  })
  it('and else those of the log, too', async () => {
    expect(await known('jobs=1', 'jobs', 'api')).to.deep.equal({
      apps: ['api', 'jobs', 'mail'],
      logs: 1,
    })
    expect(await known(undefined, 'api')).to.deep.equal({ apps: ['api', 'mail'], logs: 1 })
  })
})
