import { expect } from 'chai'
import { gatherPlatform, type PlatformSource } from '../../src/doctor/index.js'
import type { Addon, App } from '../../src/heroku/index.js'

const addon = (service: string, plan: string, variable: string): Addon => ({
  id: service,
  name: `${service}-round-1`,
  addon_service: { id: service, name: service },
  plan: { id: plan, name: `${service}:${plan}` },
  app: { id: 'a', name: 'myapp' },
  config_vars: [variable],
  state: 'provisioned',
  created_at: '',
})

/** Answers what it is given, and counts who asks for add-ons. */
function source(configVars: Record<string, string>): PlatformSource & { asked: number } {
  const made = {
    asked: 0,
    label: 'Heroku',
    configVars: () => Promise.resolve(configVars),
    formation: () => Promise.resolve([]),
    buildpacks: () => Promise.resolve([]),
    addons: () => {
      made.asked += 1
      return Promise.resolve([
        addon('heroku-postgresql', 'essential-0', 'DATABASE_URL'),
        addon('heroku-redis', 'mini', 'REDIS_URL'),
      ])
    },
  }
  return made
}

describe('what the checks know of an app', () => {
  const app = { id: 'a', name: 'myapp' } as App

  it('are its databases with their plans, and no other add-ons', async () => {
    const { databases } = await gatherPlatform(
      source({ DATABASE_URL: 'postgres://u:p@localhost/d' }),
      app,
    )
    expect(databases).to.deep.equal([
      {
        name: 'heroku-postgresql-round-1',
        plan: 'heroku-postgresql:essential-0',
        configVars: ['DATABASE_URL'],
      },
    ])
  })

  it('costs no request for add-ons where no config var is of a database', async () => {
    const without = source({ KEY: '1', REDIS_URL: 'redis://localhost' })
    expect((await gatherPlatform(without, app)).databases).to.deep.equal([])
    expect(without.asked).to.equal(0)
  })
})
