import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import postgres from 'postgres'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'
import { until } from '../../support/until.js'

interface Addon {
  id: string
  name: string
  state: string
  config_vars: string[]
  provision_message?: string
}

describe('the add-on heroku-postgresql', function () {
  // Where the machine has none, npm brings it first.
  this.timeout(180_000)
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    for (const name of ['an-app', 'another-app']) await test.call('POST', '/apps', { name })
  })
  after(() => test.end())

  const provisioned = async (name: string): Promise<Addon> => {
    let addon: Addon | undefined
    await until(
      `${name} to be provisioned`,
      async () => {
        addon = (await test.call<Addon>('GET', `/addons/${name}`)).body
        return addon.state !== 'provisioning'
      },
      120_000,
    )
    expect(addon!.state, addon!.provision_message).to.equal('provisioned')
    return addon!
  }
  const urlOf = async (app: string, name = 'DATABASE_URL'): Promise<string> =>
    (await test.call<Record<string, string>>('GET', `/apps/${app}/config-vars`)).body[name]!
  const releasesOf = async (app: string): Promise<string[]> =>
    (await test.call<{ description: string }[]>('GET', `/apps/${app}/releases`)).body.map(
      ({ description }) => description,
    )
  /** As an app connects to Heroku's: over TLS, whose certificate nobody signed. */
  const query = async <T>(
    url: string,
    ask: (sql: postgres.Sql) => Promise<T>,
    ssl: postgres.Options<never>['ssl'] = { rejectUnauthorized: false },
  ): Promise<T> => {
    const sql = postgres(url, { ssl, max: 1, onnotice: () => undefined })
    try {
      return await ask(sql)
    } finally {
      await sql.end({ timeout: 5 })
    }
  }

  it('is a real database, in DATABASE_URL, with the releases that Heroku makes', async () => {
    const created = await test.call<Addon>('POST', '/apps/an-app/addons', {
      plan: 'heroku-postgresql:essential-0',
    })
    expect(created.status).to.equal(201)
    expect(created.body.name).to.match(/^postgresql-[a-z]+-\d{5}$/)
    expect(created.body.state).to.equal('provisioning')
    const { name, config_vars: vars } = await provisioned(created.body.name)
    expect(vars).to.deep.equal(['DATABASE_URL'])
    expect((await releasesOf('an-app')).slice(2)).to.deep.equal([
      `Attach DATABASE (@ref:${name})`,
      `@ref:${name} completed provisioning, setting DATABASE_URL.`,
    ])
    const url = await urlOf('an-app')
    expect(url).to.match(/^postgres:\/\/u\w+:p\w+@127\.0\.0\.1:\d+\/d\w+$/)
    const rows = await query(url, async (sql) => {
      await sql`CREATE TABLE notes (text text)`
      await sql`INSERT INTO notes VALUES ('kept')`
      await sql`CREATE EXTENSION pgcrypto`
      return sql<{ text: string }[]>`SELECT text FROM notes`
    })
    expect([...rows]).to.deep.equal([{ text: 'kept' }])
  })

  it('takes nobody without TLS, nor with a wrong password, nor from another database', async () => {
    const url = await urlOf('an-app')
    const refusal = (address: string, ssl?: false) =>
      query(address, (sql) => sql`SELECT 1`, ssl).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
    expect(await refusal(url, false)).to.match(/no pg_hba.conf entry .* no encryption/)
    expect(await refusal(url.replace(/:p\w+@/, ':wrong@'))).to.match(/password authentication/)
    expect(await refusal(url.replace(/\/d\w+$/, '/postgres'))).to.match(/permission denied/)
    expect(await query(url, mayMakeDatabases)).to.equal(false)
  })

  it("holds the plan's connection limit, and that of the next plan", async () => {
    const limit = async () =>
      query(await urlOf('an-app'), async (sql) => {
        const [row] = await sql<{ limit: number }[]>`
          SELECT rolconnlimit AS limit FROM pg_roles WHERE rolname = current_user`
        return row!.limit
      })
    expect(await limit()).to.equal(20)
    const [addon] = (await test.call<Addon[]>('GET', '/apps/an-app/addons')).body
    const changed = await test.call<{ plan: { name: string } }>(
      'PATCH',
      `/apps/an-app/addons/${addon!.name}`,
      { plan: 'heroku-postgresql:standard-0' },
    )
    expect(changed.body.plan.name).to.equal('heroku-postgresql:standard-0')
    expect(await limit()).to.equal(120)
  })

  it('keeps its data, its port and its password when the platform is started again', async () => {
    const before = await urlOf('an-app')
    await test.restart()
    expect(await urlOf('an-app')).to.equal(before)
    expect(await query(before, (sql) => sql`SELECT text FROM notes`)).to.have.length(1)
  })

  it('comes again when it is killed', async () => {
    const url = await urlOf('an-app')
    const file = path.join(test.home, 'local/addons/postgres/data/postmaster.pid')
    process.kill(parseInt(await readFile(file, 'utf8'), 10), 'SIGKILL')
    await until(
      'the database to answer again',
      () =>
        query(url, (sql) => sql`SELECT text FROM notes`).then(
          (rows) => rows.length === 1,
          () => false,
        ),
      120_000,
    )
  })

  it('can be attached to another app, and to the same as another name', async () => {
    const [addon] = (await test.call<Addon[]>('GET', '/apps/an-app/addons')).body
    const attached = await test.call<{ id: string; name: string }>('POST', '/addon-attachments', {
      addon: addon!.name,
      app: 'another-app',
    })
    expect(attached.status).to.equal(201)
    expect(attached.body.name).to.equal('DATABASE')
    expect(await urlOf('another-app')).to.equal(await urlOf('an-app'))
    const second = await test.call<{ id: string; name: string }>('POST', '/addon-attachments', {
      addon: addon!.name,
      app: 'an-app',
    })
    expect(second.body.name).to.match(/^HEROKU_POSTGRESQL_[A-Z]+$/)
    const refused = await test.call('DELETE', `/apps/an-app/addons/${addon!.name}`)
    expect(refused.status).to.equal(422)
    for (const { id } of [attached.body, second.body])
      expect((await test.call('DELETE', `/addon-attachments/${id}`)).status).to.equal(200)
    expect(await urlOf('another-app')).to.equal(undefined)
    expect((await releasesOf('another-app')).at(-1)).to.equal(
      `Detach DATABASE (@ref:${addon!.name})`,
    )
  })

  it('leaves its config vars to nobody else, not even to a rollback', async () => {
    const url = await urlOf('an-app')
    const refused = await test.call<{ message: string }>('PATCH', '/apps/an-app/config-vars', {
      DATABASE_URL: 'postgres://elsewhere',
    })
    expect(refused.status).to.equal(422)
    expect(refused.body.message).to.equal('Cannot overwrite attachment values DATABASE_URL.')
    await test.deployedApp('a-third')
    const { body: releases } = await test.call<{ id: string }[]>('GET', '/apps/a-third/releases')
    const { body } = await test.call<Addon>('POST', '/apps/a-third/addons', {
      plan: 'heroku-postgresql',
    })
    await provisioned(body.name)
    const back = await test.call('POST', '/apps/a-third/releases', {
      release: releases.at(-1)!.id,
    })
    expect(back.status).to.equal(201)
    expect(await urlOf('a-third')).to.match(/^postgres:/)
    expect(await urlOf('a-third')).not.to.equal(url)
  })

  it('is gone with its app, and with the last one the server and its data', async () => {
    const url = await urlOf('an-app')
    await test.call('DELETE', '/apps/an-app')
    const gone = await query(url, (sql) => sql`SELECT 1`).then(
      () => 'nothing',
      (error: Error) => error.message,
    )
    expect(gone).to.match(/password authentication failed|does not exist/)
    const [addon] = (await test.call<Addon[]>('GET', '/apps/a-third/addons')).body
    const destroyed = await test.call<Addon>('DELETE', `/apps/a-third/addons/${addon!.id}`)
    expect(destroyed.body.state).to.equal('deprovisioned')
    expect(await urlOf('a-third')).to.equal(undefined)
    expect(existsSync(path.join(test.home, 'local/addons/postgres'))).to.equal(false)
  })
})

const mayMakeDatabases = async (sql: postgres.Sql): Promise<boolean> => {
  const [row] = await sql<{ may: boolean }[]>`
    SELECT rolcreatedb OR rolsuper OR rolcreaterole AS may FROM pg_roles WHERE rolname = current_user`
  return row!.may
}
