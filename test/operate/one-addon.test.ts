import { expect } from 'chai'
import { oneAddon } from '../../src/operate/one-addon.js'
import { failureOf } from '../support/failures.js'
import { faultServer } from '../support/fault-server.js'
import { apiFor } from '../support/platform.js'

const addon = (name: string) => ({
  id: name,
  name,
  plan: { id: 'p', name: 'heroku-postgresql:essential-0' },
  addon_service: { id: 's', name: 'heroku-postgresql' },
  app: { id: 'a', name: 'a1' },
  state: 'provisioned',
  config_vars: ['DATABASE_URL'],
  created_at: '2026-11-22T20:00:00Z',
  updated_at: '2026-11-22T20:00:00Z',
})

describe('the add-on that is meant by a word', () => {
  const found = async (...names: string[]) => {
    const server = await faultServer([{ json: names.map(addon) }])
    const given = await oneAddon(apiFor(server.url), 'a1', 'postgres').finally(() => server.close())
    return given.name
  }
  it('is the one that there is', async () => expect(await found('one')).to.equal('one'))
  it('has to be named where there are several', async () =>
    expect(await failureOf(found('one', 'two'))).to.include({
      code: 'usage',
      message: 'a1 has 2 add-ons by postgres.',
      why: 'They are one, two.',
      next: 'Name one of them.',
    }))
})
