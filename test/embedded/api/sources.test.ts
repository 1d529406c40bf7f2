import { expect } from 'chai'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { SOURCE_LIFE, SourceBlobs } from '../../../src/embedded/api/source-blobs.js'
import { foldersOf } from '../../../src/embedded/daemon/folders.js'
import { until } from '../../support/until.js'
import { startTestPlatform, type TestPlatform } from '../support/platform.js'

interface Source {
  source_blob: { get_url: string; put_url: string }
}

describe('the Platform API: sources', () => {
  let test: TestPlatform
  before(async () => {
    test = await startTestPlatform()
  })
  after(() => test.end())

  const waiting = async () =>
    (await readdir(path.join(test.home, 'local', 'builds', 'incoming')).catch(() => [])).filter(
      (name) => name.startsWith('source-'),
    )

  it('are uploaded without the token by a URL that nobody can guess, and are gone once a build has them', async () => {
    const { status, body } = await test.call<Source>('POST', '/sources')
    expect(status).to.equal(201)
    const { get_url: getUrl, put_url: putUrl } = body.source_blob
    expect((await fetch(getUrl)).status).to.equal(404)
    expect((await fetch(putUrl, { method: 'PUT', body: Buffer.from('a source') })).status).to.equal(
      200,
    )
    expect(await (await fetch(getUrl)).text()).to.equal('a source')
    const wrong = putUrl.slice(0, -1) + (putUrl.endsWith('0') ? '1' : '0')
    expect((await fetch(wrong, { method: 'PUT', body: 'x' })).status).to.equal(404)
    expect((await fetch(wrong)).status).to.equal(404)
    await test.call('POST', '/apps', { name: 'an-app' })
    const version = `${'a'.repeat(40)}-dirty`
    const built = await test.call<{ id: string; source_blob: { version: string } }>(
      'POST',
      '/apps/an-app/builds',
      { source_blob: { url: getUrl, checksum: null, version, version_description: null } },
    )
    expect(built.status).to.equal(201)
    expect(built.body.source_blob.version).to.equal(version)
    expect(await waiting()).to.deep.equal([])
    expect((await fetch(getUrl)).status).to.equal(404)
    await until(
      'the build ends',
      async () =>
        (await test.call<{ status: string }>('GET', `/apps/an-app/builds/${built.body.id}`)).body
          .status !== 'pending',
    )
  })

  it('are also made by the older address of an app that is there', async () => {
    expect((await test.call('POST', '/apps/an-app/sources')).status).to.equal(201)
    expect((await test.call('POST', '/apps/no-such-app/sources')).status).to.equal(404)
  })

  it('that nobody builds go after an hour, and those that are too large or break off leave nothing', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'shipit-sources-'))
    try {
      const folders = foldersOf(home)
      const blobs = new SourceBlobs(folders, Date.now, 10)
      const names = () => readdir(path.join(folders.builds, 'incoming'))
      const kept = await blobs.create()
      await blobs.write(kept, Readable.from([Buffer.from('0123456789')]))
      expect(await text(await blobs.read(kept))).to.equal('0123456789')
      const large = await blobs
        .write(await blobs.create(), Readable.from([Buffer.from('01234567890')]))
        .then(
          () => undefined,
          (error: { status: number }) => error.status,
        )
      expect(large).to.equal(413)
      const broken = Readable.from(
        (async function* () {
          yield Buffer.from('01')
          throw new Error('cut')
        })(),
      )
      expect(
        await blobs.write(await blobs.create(), broken).then(
          () => 'whole',
          (error: Error) => error.message,
        ),
      ).to.equal('cut')
      expect(await names()).to.have.lengthOf(1)
      const old = new Date(Date.now() - SOURCE_LIFE - 1000)
      await utimes(path.join(folders.builds, 'incoming', `source-${kept}.tgz`), old, old)
      expect(
        await blobs.read(kept).then(
          () => 'read',
          (error: { status: number }) => error.status,
        ),
      ).to.equal(404)
      await blobs.create()
      expect(await names()).to.deep.equal([])
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })
})
