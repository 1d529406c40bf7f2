import { expect } from 'chai'
import { appsKnown, INSTANCES_VAR } from '../../src/operate/instances.js'
import { apiFor } from '../support/platform.js'
import { dyno } from '../support/records.js'
import { sampled } from '../monitor/lines.js'
import { logServer } from '../monitor/log-server.js'

/** The apps of `asked` that are known, and whether the log was read for it. */
async function known(value: string | undefined, ...asked: string[]) {
  const server = await logServer({
    dynos: [{ ...dyno('web.1'), created_at: '2026-11-22T19:00:00Z' }],
    vars: value === undefined ? {} : { [INSTANCES_VAR]: value },
    lines: () => ['api', 'mail'].map((app) => sampled('web.1', app, 0)),
  })
  try {
    const apps = await appsKnown(
      apiFor(server.url),
      'a1',
      asked.map((type) => ({ type })),
      undefined,
    )
    return { apps: [...apps].sort(), logs: server.sessions.length }
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
