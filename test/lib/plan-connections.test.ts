import { expect } from 'chai'
import { SERVICES } from '../../src/embedded/addons/catalog.js'
import { planConnections } from '../../src/lib/plan-connections.js'

describe('connections of a plan', () => {
  it('are those of its tier and number, of a private one too', () => {
    expect(
      [
        'heroku-postgresql:essential-0',
        'heroku-postgresql:essential-2',
        'heroku-postgresql:standard-0',
        'heroku-postgresql:premium-2',
        'heroku-postgresql:private-7',
        'heroku-postgresql:standard-4',
        'heroku-redis:mini',
      ].map(planConnections),
    ).to.deep.equal([20, 40, 120, 400, 500, 500, 20])
  })

  it('are unknown of any other', () => {
    expect(
      ['heroku-postgresql:hobby-dev', 'heroku-postgresql', 'heroku-redis:x', 'papertrail:choklad']
        .map(planConnections)
        .every((limit) => limit === undefined),
    ).to.equal(true)
  })

  it('are there for every database that the embedded Heroku makes', () => {
    const databases = SERVICES.filter(({ name }) => !['papertrail', 'scheduler'].includes(name))
    for (const { name, plans } of databases)
      for (const plan of plans)
        expect(plan.connections, `${name}:${plan.name}`)
          .to.equal(planConnections(`${name}:${plan.name}`))
          .and.to.be.above(0)
  })
})
