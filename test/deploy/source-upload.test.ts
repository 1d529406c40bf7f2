import { expect } from 'chai'
import type { GitPush } from '../../src/deploy/platform.js'
import { sourceUpload } from '../../src/deploy/source-upload.js'
import { packSource } from '../../src/deploy/source/source-archive.js'
import { realFolder, removeFolders } from '../init/real-folder.js'
import { NEW, World } from '../support/embedded/index.js'
import { failureOf } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { useVirtualClock } from '../support/virtual-clock.js'

describe('files that are sent in place of a commit', () => {
  useVirtualClock()

  let world: World
  beforeEach(async () => {
    world = await World.start()
    // The platform reads what lies in its own store from there, and not through the proxy.
    const { apiUrl } = world.direct.endpoint
    world.proxy.reshape<object>(
      'POST',
      /^\/sources$/,
      (source) => JSON.parse(JSON.stringify(source).replaceAll(world.proxy.url, apiUrl)) as object,
    )
  })
  afterEach(() => world.stop())
  after(removeFolders)

  const send = async (signal = new AbortController().signal) => {
    const dir = realFolder({ 'package.json': '{}' })
    const said: string[] = []
    const builds: string[] = []
    const upload = sourceUpload(world.api, world.git as GitPush, () =>
      packSource(dir, ['package.json']),
    )
    expect(upload.addRemote).to.equal(world.git.addRemote)
    const result = await upload.push({
      app: 'a1',
      commit: NEW,
      force: false,
      signal,
      onOutput: (line) => said.push(line),
      onBuild: (id) => builds.push(id),
    })
    return { ...result, said, builds }
  }

  it('are uploaded and built, which is told as it comes', async () => {
    const { outcome, said, builds } = await send()
    expect(outcome).to.equal('pushed')
    expect(said.join('\n')).to.include('-----> ')
    expect(builds).to.deep.equal([world.app.builds.at(-1)!.id])
    expect([world.version, world.currentCommit]).to.deep.equal([4, NEW])
  })

  it('fail as their build does, with its last lines', async () => {
    world.behaviours[NEW] = { build: { fails: true } }
    const error = await failureOf(send())
    expect(error).to.include({
      code: 'build',
      message: 'The build failed. Nothing was released.',
    })
    expect(error.why).to.include('-----> ').and.not.match(/\n$/)
    expect(error.why!.split('\n').length).to.be.at.most(30)
  })

  const BUILD = /\/builds\/[^/]+$/

  it('are looked after through refusals', async () => {
    const json = { id: 'rate_limit', message: 'Later.' }
    world.proxy.reply('GET', BUILD, { status: 429, json }, 2)
    expect((await send()).outcome).to.equal('pushed')
  })

  it('are looked after through breaks', async () => {
    world.proxy.reply('GET', BUILD, 'breaks before', 5)
    expect((await send()).outcome).to.equal('pushed')
  })

  it('are not looked after through other failures', async () => {
    const json = { id: 'forbidden', message: 'Not yours.' }
    world.proxy.reply('GET', BUILD, { status: 403, json }, 1)
    expect((await failureOf(send())).message).to.include('no access to a1')
  })

  it('are not sent if the deploy is stopped first', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    expect(await rejection(send(stopped))).to.include({ message: 'stopped' })
    expect(world.app.builds.filter(({ commit }) => commit === NEW)).to.deep.equal([])
  })
})
