import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { redisProgram } from '../../../src/embedded/addons/redis/programs.js'
import { redisCommand } from '../../../src/embedded/addons/redis/connection.js'
import { redisClient } from '../../../src/operate/data-client.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'
import { until } from '../../support/until.js'

interface Addon {
  id: string
  name: string
  state: string
  config_vars: string[]
  provision_message?: string
  web_url: string
}

describe('the add-ons heroku-redis and papertrail', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
    await test.call('POST', '/apps', { name: 'an-app' })
  })
  after(() => test.end())

  const made = async (plan: string): Promise<Addon> => {
    const created = await test.call<Addon>('POST', '/apps/an-app/addons', { plan })
    let addon = created.body
    await until(
      `${plan} to be made`,
      async () => {
        addon = (await test.call<Addon>('GET', `/addons/${addon.name}`)).body
        return addon.state !== 'provisioning'
      },
      60_000,
    )
    return addon
  }
  const vars = async () =>
    (await test.call<Record<string, string>>('GET', '/apps/an-app/config-vars')).body
  const ask = async (...words: string[]): Promise<string> => {
    const url = new URL((await vars()).REDIS_URL!)
    const { body } = await test.call<{ certificate: string }>(
      'GET',
      '/shipit/certificate',
      undefined,
      { isOutside: true },
    )
    const ca = url.protocol === 'rediss:' ? body.certificate : undefined
    return redisCommand({ port: Number(url.port), password: url.password, ca }, ...words)
  }

  it('is a real server with the memory and connections of its plan', async function () {
    const has = await redisProgram().catch((error: Error) => error)
    const addon = await made('heroku-redis:mini')
    if (has instanceof Error) {
      // Nobody is left to guess what is missing.
      expect(addon.state).to.equal('deprovisioned')
      expect(addon.provision_message).to.match(/neither valkey-server nor redis-server.*Install/)
      return this.skip()
    }
    expect(addon.state, addon.provision_message).to.equal('provisioned')
    expect(addon.config_vars).to.deep.equal(['REDIS_URL', 'REDIS_TLS_URL'])
    expect(await ask('SET', 'a', 'kept')).to.equal('OK')
    const info = await ask('INFO')
    expect(info).to.include('maxmemory:26214400').and.include('maxclients:20')
    await test.restart()
    expect(await ask('GET', 'a')).to.equal('kept')
    await test.call('PATCH', `/apps/an-app/addons/${addon.name}`, {
      plan: 'heroku-redis:premium-0',
    })
    expect(await ask('INFO')).to.include('maxmemory:52428800')
  })

  it("answers the machine's own client, which has the password in its environment", async function () {
    const { REDIS_URL: url } = await vars()
    if (url === undefined) return this.skip()
    const { args, env } = redisClient(url, ['GET', 'a'])
    expect(args.join(' ')).not.to.include(new URL(url).password)
    const { stdout } = await promisify(execFile)('redis-cli', args, {
      env: { ...process.env, ...env },
    })
    expect(stdout.trim()).to.equal('kept')
  })

  it('keeps the lines of the log, and shows them at an address of its own', async () => {
    const addon = await made('papertrail')
    expect(addon.config_vars).to.deep.equal(['PAPERTRAIL_API_TOKEN'])
    await test.call('PATCH', '/apps/an-app/config-vars', { COLOR: 'blue' })
    const page = await (await fetch(addon.web_url)).text()
    expect(page).to.match(/app\[api\]: Set COLOR config vars/)
    expect((await fetch(addon.web_url.replace(/.$/, 'x'))).status).to.equal(404)
  })

  it('leaves nothing when its app is destroyed', async () => {
    const { body } = await test.call<Addon[]>('GET', '/apps/an-app/addons')
    const folders = body.map(({ id }) => path.join(test.home, 'local/addons', id))
    expect(folders.some((folder) => existsSync(folder))).to.equal(true)
    await test.call('DELETE', '/apps/an-app')
    expect(folders.filter((folder) => existsSync(folder))).to.deep.equal([])
  })

  it('says which there are where there is none of a name', async () => {
    await test.call('POST', '/apps', { name: 'an-app' })
    const { status, body } = await test.call<{ message: string }>('POST', '/apps/an-app/addons', {
      plan: 'mongolab:sandbox',
    })
    expect(status).to.equal(422)
    expect(body.message).to.match(
      /^Couldn't find either the add-on service or the add-on plan of "mongolab:sandbox"\./,
    )
    expect(body.message).to.include('heroku-postgresql, heroku-redis, papertrail')
    expect((await test.call('GET', '/addons/none')).body).to.include({ resource: 'add_on' })
    for (const path of ['/addon-services', '/addon-services/heroku-redis/plans'])
      expect((await test.call('GET', path)).status).to.equal(200)
    expect((await test.call('GET', '/plans/heroku-redis:mini')).body).to.nested.include({
      'price.cents': 300,
    })
  })
})
