import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import {
  byTypeAndNumber,
  cancelBuild,
  createApp,
  createBuild,
  createDyno,
  createLogSession,
  createSource,
  currentRelease,
  getRelease,
  getSlug,
  isFir,
  listBuildpacks,
  listBuilds,
  listReleases,
  releaseCode,
  releaseConfigVars,
  rollbackTo,
  updateConfigVars,
  updateFormation,
  uploadSource,
  type PlatformApi,
} from '../../src/heroku/index.js'
import { faultServer, type Fault, type FaultServer } from '../support/fault-server.js'
import { apiFor, rejection } from '../support/platform.js'
import { app, dyno, release, releaseId } from '../support/records.js'

describe('what the platform answers of its resources', () => {
  let server: FaultServer
  let api: PlatformApi
  const start = async (...script: Fault[]) => {
    server = await faultServer(script)
    api = apiFor(server.url)
  }
  afterEach(() => server.close())
  const asked = () =>
    server.arrived.map(({ method, path, body }) =>
      [method, path, body].filter((part) => part !== '').join(' '),
    )
  const build = (id: string, created_at: string) => ({
    id,
    status: 'succeeded',
    created_at,
    updated_at: created_at,
    buildpacks: null,
    output_stream_url: null,
    slug: null,
    release: null,
    source_blob: { version: null },
    user: { id: 'u', email: 'me@example.com' },
    app: { id: 'a' },
    stack: 'heroku-24',
  })

  it('makes apps of a team or a space where those are made', async () => {
    await start({ json: app('one') })
    await createApp(api, { name: 'one', region: 'eu' })
    await createApp(api, { team: 't' })
    await createApp(api, { space: 's' })
    expect(asked()).to.deep.equal([
      'POST /apps {"name":"one","region":"eu"}',
      'POST /teams/apps {"team":"t"}',
      'POST /teams/apps {"space":"s"}',
    ])
  })

  it('knows an app of Fir by its generation', async () => {
    await start({ json: {} })
    for (const [generation, expected] of [
      [{ name: 'fir' }, true],
      [{ name: 'cedar' }, false],
      [null, false],
      [undefined, false],
    ] as const)
      expect(isFir(app('a', { generation }))).to.equal(expected)
  })

  it('asks the log of a dyno, of a dyno of Fir, or of a type', async () => {
    await start({ json: { logplex_url: 'https://x.example.com/' }, status: 201 })
    for (const name of ['web.1', 'web', 'web-75dd6b8b6-wxx2b'])
      await createLogSession(api, 'a1', { dyno: name })
    await createLogSession(api, 'a1', {})
    expect(server.arrived.map(({ body }) => JSON.parse(body) as unknown)).to.deep.equal([
      { dyno_name: 'web.1' },
      { type: 'web' },
      { dyno_name: 'web-75dd6b8b6-wxx2b' },
      {},
    ])
  })

  it('asks for a build to be cancelled by its variant', async () => {
    await start({ json: build('b1', '2026-01-01T00:00:00Z') })
    await cancelBuild(api, 'a1', 'b/1')
    expect(asked()).to.deep.equal(['DELETE /apps/a1/builds/b%2F1'])
    expect(server.arrived[0]!.headers.accept).to.equal(
      'application/vnd.heroku+json; version=3.cancel-build',
    )
  })

  it('sorts builds itself if the platform does not sort them by time', async () => {
    const [old, newer, newest] = ['01', '02', '03'].map((day) =>
      build(day, `2026-01-${day}T00:00:00Z`),
    )
    await start({ json: { id: 'bad_range' }, status: 416 }, { json: [newer, old, newest] })
    expect((await listBuilds(api, 'a1', { max: 2 })).map(({ id }) => id)).to.deep.equal([
      '03',
      '02',
    ])
    expect(server.arrived.map(({ headers }) => headers.range)).to.deep.equal([
      'created_at ..; order=desc,max=2',
      'id ..; max=1000',
    ])
  })

  it('has no builds to sort after any other error', async () => {
    await start({ json: { message: 'No.' }, status: 422 })
    expect(await rejection(listBuilds(api, 'a1')))
      .to.have.property('message')
      .that.contains('No.')
    expect(server.arrived).to.have.length(1)
  })

  it('lists buildpacks in their order, by their names', async () => {
    await start({
      json: [
        { ordinal: 1, buildpack: { name: 'heroku/nodejs', url: 'u:1' } },
        { ordinal: 0, buildpack: { name: '', url: 'u:0' } },
      ],
    })
    expect(await listBuildpacks(api, 'a1')).to.deep.equal(['u:0', 'heroku/nodejs'])
  })

  it('takes a source and builds it', async () => {
    const blob = { get_url: 'https://x.example.com/g', put_url: 'https://x.example.com/p' }
    await start(
      { json: { source_blob: blob }, status: 201 },
      { json: build('b1', '2026-01-01T00:00:00Z'), status: 201 },
    )
    expect((await createSource(api)).source_blob).to.deep.equal(blob)
    await createBuild(api, 'a1', { url: 'u:1', version: 'c0ffee' })
    expect(asked()).to.deep.equal([
      'POST /sources',
      'POST /apps/a1/builds {"source_blob":{"url":"u:1","version":"c0ffee"}}',
    ])
  })

  it('uploads a source without a token and without a type', async () => {
    await start({ json: {} })
    const signal = new AbortController().signal
    await uploadSource(`${server.url}/store?signature=s3cret`, Buffer.from('bytes'), { signal })
    const [arrived] = server.arrived
    expect(asked()).to.deep.equal(['PUT /store?signature=s3cret bytes'])
    expect(arrived?.headers).not.to.have.any.keys('authorization', 'content-type')
  })

  it('names the host alone if a store does not take a source', async () => {
    const signal = new AbortController().signal
    const upload = () =>
      rejection(uploadSource(`${server.url}/store?signature=s3cret`, Buffer.from('x'), { signal }))
    for (const answer of [
      { json: {}, status: 403 },
      { json: {}, status: 307, headers: { location: '/elsewhere' } },
    ]) {
      await start(answer)
      const error = await upload()
      expect(error).to.include({
        code: 'refused',
        message: `${new URL(server.url).host} did not take the source: it answered ${answer.status}.`,
      })
      expect(server.arrived).to.have.length(1)
      await server.close()
    }
    await start('reset after the request')
    const broken = await upload()
    expect(broken.code).to.equal('network')
    expect(broken.message).to.contain(`The store for sources at ${new URL(server.url).host}`)
    expect(broken.message).not.to.contain('s3cret')
  })

  it('ends an upload with the reason of its signal', async () => {
    await start('never answers')
    const stop = new AbortController()
    const outcome = rejection<Error>(
      uploadSource(`${server.url}/store`, Buffer.from('x'), { signal: stop.signal }),
    )
    const reason = new Error('Ctrl-C')
    stop.abort(reason)
    expect(await outcome).to.equal(reason)
  })

  it('asks for a dyno twice more while its release is not known everywhere', async () => {
    const unknown = { json: { message: 'Not yet.' }, status: 409 }
    await start(unknown, unknown, { json: dyno('run.1'), status: 201 })
    expect((await createDyno(api, 'a1', { command: 'x', attach: false })).name).to.equal('run.1')
    expect(server.arrived).to.have.length(3)
    await server.close()

    await start(unknown)
    const error = await rejection(createDyno(api, 'a1', { command: 'x', attach: false }))
    expect(error.message).to.contain('Not yet.')
    expect(server.arrived).to.have.length(3)
    await server.close()

    await start({ json: { message: 'No.' }, status: 422 })
    await rejection(createDyno(api, 'a1', { command: 'x', attach: false }))
    expect(server.arrived).to.have.length(1)
  })

  it('sends only what is to change of the formation', async () => {
    await start({ json: [] })
    await updateFormation(api, 'a1', [
      { type: 'web', quantity: 0 },
      { type: 'clock', size: 'Eco' },
    ])
    expect(JSON.parse(server.arrived[0]!.body)).to.deep.equal({
      updates: [
        { type: 'web', quantity: 0 },
        { type: 'clock', dyno_size: { name: 'Eco' } },
      ],
    })
  })

  it('hides every value of a config var in an error, and keeps the rest of it', async () => {
    await start({
      json: { id: 'invalid', message: 'A is s3cret and s3cret; B is other' },
      status: 403,
      headers: { 'heroku-two-factor-required': 'true' },
    })
    const error = await rejection(
      updateConfigVars(api, 'a1', { A: 's3cret', B: 'other', C: '', D: null }),
    )
    expect(error).to.be.instanceOf(ShipitError)
    expect(error).to.include({ code: 'auth', why: 'A is … and …; B is …', exitCode: 5 })
    expect(error.message).to.equal('Heroku asks for a second factor.')
    expect(error.next).to.contain('shipit login --interactive')
    expect(error.details).to.include({ status: 403, id: 'invalid' })
    expect(error.cause).to.equal(undefined)
  })

  it('passes on what stopped a change of config vars', async () => {
    await start('never answers')
    const api2 = apiFor(server.url, { signal: AbortSignal.abort(new Error('Ctrl-C')) })
    expect((await rejection<Error>(updateConfigVars(api2, 'a1', { A: '1' }))).message).to.equal(
      'Ctrl-C',
    )
  })

  it('tells which release a change of config vars has made', async () => {
    await start({ json: { A: '1' } }, { json: [release(8)] }, { json: { A: '1' } }, { json: [] })
    expect(await releaseConfigVars(api, 'a1', { A: '1' })).to.deep.equal({
      vars: { A: '1' },
      release: { id: releaseId(8), version: 8 },
    })
    expect((await releaseConfigVars(api, 'a1', { A: '1' })).release).to.equal(null)
  })

  it('looks for the release that serves among all, if it is none of the last', async () => {
    const rows = [release(3), release(2), release(1, { current: true })]
    await start({ json: rows.slice(0, 2) }, { json: rows })
    expect((await currentRelease(api, 'a1'))?.version).to.equal(1)
    expect(server.arrived.map(({ headers }) => headers.range)).to.deep.equal([
      'version ..; order=desc,max=20',
      'version ..; order=desc,max=1000',
    ])
    await server.close()
    await start({ json: [] })
    expect(await currentRelease(api, 'a1')).to.equal(undefined)
  })

  it('takes an image of Fir for what a release runs, and releases it as one', async () => {
    const bare = (version: number, more: object) => ({
      ...release(version),
      slug: undefined,
      ...more,
    })
    const IMAGE = {
      id: 'i-2',
      commit: 'c0ffee',
      commit_description: 'Words',
      process_types: {
        web: { command: 'node x', display_cmd: 'npm start' },
        clock: { command: 'c' },
        other: {},
      },
    }
    await start(
      {
        json: [
          bare(4, { artifacts: [{ type: 'slug', id: 's-4' }] }),
          bare(3, {
            artifacts: [
              { type: 'slug', id: 's-3' },
              { type: 'oci-image', id: 'i-3' },
            ],
          }),
          bare(2, { oci_image: { id: 'i-2' } }),
          release(1),
        ],
      },
      { json: [IMAGE] },
      { json: { id: 'i-3' } },
      { json: { id: 's-1', process_types: {}, commit: null, commit_description: null, size: 1 } },
      { json: bare(5, { oci_image: { id: 'i-2' } }), status: 201 },
      { json: release(6), status: 201 },
    )
    expect((await listReleases(api, 'a1')).map(({ slug }) => slug)).to.deep.equal([
      null,
      { id: 'i-3' },
      { id: 'i-2' },
      { id: 's-1' },
    ])
    expect(await getSlug(api, 'a1', 'i-2')).to.deep.equal({
      id: 'i-2',
      commit: 'c0ffee',
      commit_description: 'Words',
      process_types: { web: 'npm start', clock: 'c', other: '' },
      size: null,
    })
    expect(await getSlug(api, 'a1', 'i-3')).to.deep.equal({
      id: 'i-3',
      commit: null,
      commit_description: null,
      process_types: {},
      size: null,
    })
    expect((await getSlug(api, 'a1', 's-1')).size).to.equal(1)
    expect((await releaseCode(api, 'a1', 'i-2', 'Again')).slug).to.deep.equal({ id: 'i-2' })
    await releaseCode(api, 'a1', 's-1', 'Again')
    expect(asked().slice(1)).to.deep.equal([
      'GET /apps/a1/oci-images/i-2',
      'GET /apps/a1/oci-images/i-3',
      'GET /apps/a1/slugs/s-1',
      'POST /apps/a1/releases {"oci_image":"i-2","description":"Again"}',
      'POST /apps/a1/releases {"slug":"s-1","description":"Again"}',
    ])
  })

  it('knows the image of one release that was asked for, or that a rollback made', async () => {
    const given = { ...release(7), slug: null, oci_image: { id: 'i-7' } }
    await start({ json: given })
    expect((await getRelease(api, 'a1', 7)).slug).to.deep.equal({ id: 'i-7' })
    expect((await rollbackTo(api, 'a1', given.id)).slug).to.deep.equal({ id: 'i-7' })
  })

  it('sorts dynos by type, then number, then name', async () => {
    await start({ json: {} })
    const names = ['web.10', 'web.2', 'clock.3', 'web-b', 'web-a']
    const dynos = names.map((name) => ({ name, type: name.split(/[.-]/)[0]! }))
    expect(dynos.sort(byTypeAndNumber).map(({ name }) => name)).to.deep.equal([
      'clock.3',
      'web-a',
      'web-b',
      'web.2',
      'web.10',
    ])
  })
})
