import { expect } from 'chai'
import { until } from '../../support/until.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

interface Release {
  id: string
  version: number
  description: string
  status: string
  current: boolean
  output_stream_url: string | null
  slug: { id: string } | null
}

describe('the Platform API: builds and releases', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
  })
  after(() => test.end())

  const releases = async (app: string) =>
    (await test.call<Release[]>('GET', `/apps/${app}/releases`)).body
  const current = async (app: string) => (await releases(app)).find((release) => release.current)

  it('begins a new app with two releases, as Heroku does', async () => {
    await test.call('POST', '/apps', { name: 'new-app' })
    expect(
      (await releases('new-app')).map(({ version, description, current }) => [
        version,
        description,
        current,
      ]),
    ).to.deep.equal([
      [1, 'Initial release', false],
      [2, 'Enable Logplex', true],
    ])
  })

  it('builds a source given by URL, streams its output, and releases the slug', async () => {
    await test.deployedApp('an-app')
    const [build] = (
      await test.call<
        {
          id: string
          status: string
          output_stream_url: string
          slug: { id: string }
          release: { id: string }
        }[]
      >('GET', '/apps/an-app/builds')
    ).body
    expect(build?.status).to.equal('succeeded')
    expect(await (await fetch(build?.output_stream_url as string)).text()).to.equal(
      '-----> Node.js app detected\n-----> Launching... done\n',
    )
    expect(await current('an-app')).to.deep.include({
      version: 3,
      description: 'Deploy 1a2b3c4d',
      status: 'succeeded',
      id: build?.release.id,
    })
    const { body: slug } = await test.call('GET', `/apps/an-app/slugs/${build?.slug.id}`)
    expect(slug).to.deep.include({
      commit: '1a2b3c4d5e6f7081',
      process_types: { web: 'node server.js', worker: 'node worker.js' },
    })
  })

  it('gives the output to nobody who was not given its URL', async () => {
    const [build] = (await test.call<{ output_stream_url: string }[]>('GET', '/apps/an-app/builds'))
      .body
    const url = build?.output_stream_url as string
    expect((await fetch(url.slice(0, -1) + (url.endsWith('0') ? '1' : '0'))).status).to.equal(404)
  })

  it('refuses a source that cannot be read, and starts no build', async () => {
    const before = (await test.call<unknown[]>('GET', '/apps/an-app/builds')).body.length
    for (const url of [
      'file:///no/such/file.tar',
      'ftp://localhost/x.tar',
      'nonsense',
      `${test.platform.info.apiUrl}/nothing`,
    ]) {
      const { status, body } = await test.call('POST', '/apps/an-app/builds', {
        source_blob: { url, checksum: null, version: null, version_description: null },
      })
      expect(status, url).to.equal(422)
      expect(body.message).to.match(/source/)
    }
    const wrong = await test.call('POST', '/apps/an-app/builds', {
      source_blob: {
        url: await test.uploadedSource(),
        checksum: `SHA256:${'0'.repeat(64)}`,
        version: null,
        version_description: null,
      },
    })
    expect(wrong.body.message).to.match(/checksum/)
    expect((await test.call<unknown[]>('GET', '/apps/an-app/builds')).body).to.have.length(before)
  })

  it('finds a release by id and version', async () => {
    const third = (await releases('an-app'))[2] as Release
    expect((await test.call('GET', '/apps/an-app/releases/3')).body).to.deep.equal(third)
    expect((await test.call('GET', `/apps/an-app/releases/${third.id}`)).body).to.deep.equal(third)
    expect((await test.call('GET', '/apps/an-app/releases/99')).status).to.equal(404)
  })

  it('rolls back to the slug and the config vars of a release', async () => {
    await test.call('PATCH', '/apps/an-app/config-vars', { COLOUR: 'red' })
    await test.call('PATCH', '/apps/an-app/config-vars', { COLOUR: 'blue' })
    const fourth = (await releases('an-app'))[3] as Release
    const { status, body } = await test.call<Release>('POST', '/apps/an-app/releases', {
      release: fourth.id,
    })
    expect(status).to.equal(201)
    expect(body).to.deep.include({
      version: 6,
      description: 'Rollback to v4',
      current: true,
      slug: fourth.slug,
    })
    expect((await test.call('GET', '/apps/an-app/config-vars')).body).to.deep.equal({
      COLOUR: 'red',
    })
  })

  it('does not roll back to a release without a slug, or to one that is not there', async () => {
    const [first] = await releases('an-app')
    expect(
      (await test.call('POST', '/apps/an-app/releases', { release: first?.id })).body.message,
    ).to.match(/had no slug/)
    expect(
      (
        await test.call(
          'POST',
          '/apps/an-app/releases',
          { release: test.platform.info.token },
          { isLoose: true },
        )
      ).status,
    ).to.equal(404)
    expect(
      (await test.call('POST', '/apps/an-app/releases', {}, { isLoose: true })).status,
    ).to.equal(422)
  })

  describe('with a release phase', () => {
    before(async () => {
      test.controls.processTypes = { web: 'node server.js', release: './migrate' }
      test.controls.releasePhase = { status: 0, output: 'migrated\n' }
      await test.deployedApp('phased')
    })

    it('runs it, keeps its output, and lets the release serve after it', async () => {
      expect(test.controls.calls).to.include('run release.3 ./migrate')
      const release = (await current('phased')) as Release
      expect(release).to.include({ version: 3, status: 'succeeded' })
      expect(await (await fetch(release.output_stream_url as string)).text()).to.equal('migrated\n')
    })

    it('is pending while it runs, streams its output meanwhile, and makes the next release wait', async () => {
      let finish = () => {}
      test.controls.releasePhase = {
        status: 0,
        output: 'working\n',
        hold: new Promise((resolve) => {
          finish = resolve
        }),
      }
      await test.call('PATCH', '/apps/phased/config-vars', { A: '1' })
      const pending = (await releases('phased'))[3] as Release
      expect(pending).to.include({ version: 4, status: 'pending', current: false })
      expect((await current('phased'))?.version).to.equal(3)
      const stream = (await fetch(pending.output_stream_url as string)).body
        ?.pipeThrough(new TextDecoderStream())
        .getReader() as ReadableStreamDefaultReader<string>
      expect((await stream.read()).value).to.equal('working\n')
      const next = test.call('PATCH', '/apps/phased/config-vars', { B: '2' })
      finish()
      expect((await stream.read()).done).to.equal(true)
      await next
      await until('v5 to serve', async () => (await current('phased'))?.version === 5)
      expect((await test.call('GET', '/apps/phased/config-vars')).body).to.deep.equal({
        A: '1',
        B: '2',
      })
    })

    it('leaves the previous release serving where it fails', async () => {
      test.controls.releasePhase = { status: 1, output: 'no\n' }
      const calls = test.controls.calls.length
      await test.call('PATCH', '/apps/phased/config-vars', { C: '3' })
      await until('v6 to fail', async () => (await releases('phased'))[5]?.status === 'failed')
      expect((await current('phased'))?.version).to.equal(5)
      expect(test.controls.calls.slice(calls)).to.deep.equal(['run release.6 ./migrate'])
      const failed = (await releases('phased'))[5] as Release
      expect(
        (await test.call('POST', '/apps/phased/releases', { release: failed.id })).body.message,
      ).to.match(/that release failed/)
    })
  })

  it('drops process types that a slug no longer has and keeps the others as they were scaled', async () => {
    test.controls.processTypes = { web: 'node server.js', worker: 'w' }
    test.controls.releasePhase = { status: 0, output: '' }
    await test.deployedApp('changing')
    await test.call('PATCH', '/apps/changing/formation', {
      updates: [
        { type: 'web', quantity: 2 },
        { type: 'worker', quantity: 1 },
      ],
    })
    test.controls.processTypes = { web: 'node other.js', clock: 'c' }
    await test.call('POST', '/apps/changing/builds', {
      source_blob: {
        url: await test.uploadedSource(),
        checksum: null,
        version: null,
        version_description: null,
      },
    })
    await until('v4', async () => (await current('changing'))?.version === 4)
    const { body } = await test.call<{ type: string; quantity: number; command: string }[]>(
      'GET',
      '/apps/changing/formation',
    )
    expect(
      body.map(({ type, quantity, command }) => [type, quantity, command]).sort(),
    ).to.deep.equal([
      ['clock', 0, 'c'],
      ['web', 2, 'node other.js'],
    ])
  })
})
