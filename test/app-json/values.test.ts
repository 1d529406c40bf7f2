import { expect } from 'chai'
import { valuesFor, type AppJson, type Variable } from '../../src/app-json/index.js'

const variable = (name: string, more: Partial<Variable> = {}): Variable => ({
  name,
  isGenerated: false,
  isRequired: true,
  ...more,
})
const of = (env: Variable[], addons: AppJson['addons'] = []): AppJson => ({
  env,
  addons,
  buildpacks: [],
  features: [],
  formation: {},
})

describe('the values of config vars that app.json asks for', () => {
  it('are those that were given, else its own, else made up; the rest is missing', () => {
    const { set, missing } = valuesFor(
      of([
        variable('GIVEN', { value: 'written' }),
        variable('WRITTEN', { value: '' }),
        variable('SECRET', { isGenerated: true }),
        variable('OTHER', { isGenerated: true }),
        variable('OPTIONAL', { isRequired: false }),
        variable('MISSING', { description: 'why' }),
        // Every object of JavaScript has it.
        variable('constructor', { isRequired: false }),
      ]),
      [],
      { GIVEN: 'typed', UNASKED: '1' },
    )
    const { SECRET, OTHER, ...rest } = set
    expect(rest).to.deep.equal({ GIVEN: 'typed', WRITTEN: '' })
    expect(SECRET).to.match(/^[0-9a-f]{64}$/)
    expect(OTHER)
      .to.match(/^[0-9a-f]{64}$/)
      .and.not.equal(SECRET)
    expect(missing).to.deep.equal([variable('MISSING', { description: 'why' })])
  })

  it('leave what the app has as it is', () => {
    expect(
      valuesFor(
        of([variable('A', { value: 'new' }), variable('B', { isGenerated: true }), variable('C')]),
        ['A', 'B', 'C'],
        { C: 'typed' },
      ),
    ).to.deep.equal({ set: {}, missing: [] })
  })

  it('leave to an add-on what that brings', () => {
    const addons = [
      { plan: 'heroku-postgresql:essential-0', options: {} },
      { plan: 'heroku-redis', as: 'cache', options: {} },
    ]
    const names = ['DATABASE_URL', 'CACHE_URL', 'REDIS_URL']
    const { missing } = valuesFor(
      of(
        names.map((name) => variable(name)),
        addons,
      ),
      [],
      {},
    )
    expect(missing.map(({ name }) => name)).to.deep.equal(['REDIS_URL'])
    expect(
      valuesFor(of([variable('DATABASE_URL')], addons), [], { DATABASE_URL: 'mine' }).set,
    ).to.deep.equal({ DATABASE_URL: 'mine' })
  })
})
