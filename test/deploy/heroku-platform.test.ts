import { expect } from 'chai'
import { doctorSource, herokuPlatform, PREBOOT_SWITCH } from '../../src/deploy/heroku-platform.js'
import { examineApp } from '../../src/deploy/source/examine.js'
import type { PlatformApi } from '../../src/heroku/index.js'
import { NEW, World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { useVirtualClock } from '../support/virtual-clock.js'

const NOT_FOUND = { id: 'not_found', message: "Couldn't find that app feature." }

describe('the platform as a deploy knows it', () => {
  useVirtualClock()
  let world: World
  beforeEach(async () => {
    world = await World.start()
  })
  afterEach(() => world.stop())

  it('tells an app or a feature that is not there from one that cannot be asked for', async () => {
    const platform = herokuPlatform(world.api)
    expect(await platform.findApp('a1')).to.include({ name: 'a1' })
    expect(await platform.findApp('nowhere')).to.equal(undefined)
    expect(await platform.feature('a1', 'preboot')).to.include({ name: 'preboot' })
    expect(await platform.feature('a1', 'none-such')).to.equal(undefined)
    const answer = { status: 422, json: { id: 'invalid_params', message: 'Not yours.' } }
    world.proxy.reply('GET', /\/apps\/a1$/, answer, 1)
    expect((await failureOf(platform.findApp('a1'))).message).to.include('Not yours.')
    world.proxy.reply('GET', /\/features\/preboot$/, answer, 1)
    expect((await failureOf(platform.feature('a1', 'preboot'))).message).to.include('Not yours.')
  })

  it('is looked at by the doctor, app or none', async () => {
    const source = doctorSource(world.api)
    const found = await examineApp(source, 'a1')
    expect(found).to.include({ hasPreboot: false })
    expect(found.slugSize).to.be.a('number')
    world.proxy.reply('GET', /\/features\/preboot$/, { status: 404, json: NOT_FOUND }, 1)
    expect(await examineApp(source, 'a1')).to.include({ hasPreboot: null })
    await world.enablePreboot()
    expect(await examineApp(source, 'a1')).to.include({ hasPreboot: true })
    await world.directly('POST', '/apps', { name: 'empty' })
    expect(await examineApp(source, 'empty')).to.include({ slugSize: null })
    const none = await examineApp(source, 'nowhere')
    expect(JSON.stringify(none)).to.include('nowhere')
    expect(none).to.not.include({ hasPreboot: false })
  })

  it('has the documented time of preboot, unless the platform tells its own', () => {
    const of = (prebootSwitch: number | undefined) =>
      herokuPlatform({ endpoint: { prebootSwitch } } as PlatformApi).prebootSwitch
    expect(of(undefined)).to.equal(PREBOOT_SWITCH)
    expect(of(5000)).to.equal(5000)
    expect(of(0)).to.equal(0)
  })

  it('lists host names, releases and builds of the app that is asked for', async () => {
    const platform = herokuPlatform(world.api)
    expect(await platform.domains('a1')).to.have.lengthOf(1)
    await world.deploy(NEW)
    const [newest, ...older] = await platform.releases('a1', 2)
    expect(older).to.have.lengthOf(1)
    expect(await platform.currentRelease('a1')).to.deep.include({ version: newest!.version })
    expect(await platform.release('a1', newest!.id)).to.deep.include({ id: newest!.id })
  })
})
