import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { BuildRecords } from '../../../src/embedded/build/build-records.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { buildPlaces } from '../../../src/embedded/build/places.js'
import type { AppRecord, SlugRecord } from '../../../src/embedded/store/records.js'
import type { Store } from '../../../src/embedded/store/types.js'
import { rejection } from '../../support/platform.js'
import { writeTree } from './build-app.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'

describe('what is stored of builds', () => {
  let platform: FakePlatform
  let app: AppRecord
  let output: BuildOutput
  let printed: string
  beforeEach(async () => {
    platform = await fakePlatform()
    app = await platform.createApp('stored')
    printed = ''
    output = new BuildOutput(path.join(platform.root, 'log'), (chunk) => (printed += String(chunk)))
  })
  afterEach(async () => {
    output.end()
    await platform.close()
  })

  const places = () => buildPlaces(platform.folders)
  const records = (store: Store = platform.store) => new BuildRecords(store, places(), 1)
  const created = () =>
    records().create({
      appId: app.id,
      archive: '',
      commit: 'c0ffee',
      commitDescription: 'Words',
    })
  const slug = (id: string, dir = places().slug(app.id, id)) =>
    ({ id, dir, process_types: {}, profile_env: {} }) as SlugRecord
  const stored = () => platform.store.find(app.id)!
  const fails = (error: unknown) =>
    ({
      find: (id: string) => platform.store.find(id),
      update: () => Promise.reject(error),
    }) as never

  it('begins as what was asked for, and lasts', () => {
    const { id, created_at, updated_at, ...record } = created()
    expect(record).to.deep.equal({
      status: 'pending',
      commit: 'c0ffee',
      commit_description: 'Words',
      slug_id: null,
      release_id: null,
      output_file: places().outputFile(app.id, id),
    })
    expect(created_at).to.equal(updated_at)
  })
  it('has the slug of its own build, even if that is not there any more', async () => {
    const [one, other] = [created(), created()]
    await platform.store.update(app.id, (draft) => void draft.builds.push(one, other))
    await records().addSlug({ app, build: other, output }, slug('s1'))
    expect(stored().builds.map(({ slug_id }) => slug_id)).to.deep.equal([null, 's1'])
    await records().addSlug({ app, build: created(), output }, slug('s2'))
    expect(stored().slugs.map(({ id }) => id)).to.deep.equal(['s1', 's2'])
  })
  it('ends as it ended, and takes slugs along that nothing has', async () => {
    const [build, other] = [created(), created()]
    await platform.store.update(app.id, (draft) => {
      draft.builds.push(build, other)
      draft.slugs.push(slug('s1'), slug('s2'))
    })
    const change = { status: 'succeeded', slug_id: 's2' } as const
    const ended = await records().settle({ app, build, output }, change)
    expect(ended).to.deep.include({ id: build.id, ...change })
    expect(stored().builds).to.deep.equal([ended, other])
    expect(stored().slugs.map(({ id }) => id)).to.deep.equal(['s2'])
  })
  it('says if its end cannot be stored, and has nothing to store of an app that is gone', async () => {
    const build = created()
    const settle = (store: Store) =>
      records(store).settle({ app, build, output }, { status: 'failed' })
    expect(await settle(fails(new Error('no room')))).to.include({ status: 'failed' })
    expect(printed).to.equal(' !     How this build ended could not be stored: no room\n')
    printed = ''
    await settle(fails('odd'))
    expect(printed).to.contain('could not be stored: odd')
    printed = ''
    await platform.store.remove(app.id)
    expect(await settle(fails(new Error('no room')))).to.include({ status: 'failed' })
    expect(printed).to.equal('')
  })
  it('leaves no folder of a slug that came to nothing, and keeps that of a release', async () => {
    const dir = places().slug(app.id, 's1')
    await writeTree(dir, { a: '' })
    const discard = () => records().discard({ app, build: created(), output }, 's1', dir)
    const release = { ...app.releases[0]!, id: 'r2', slug_id: 's1' }
    await platform.store.update(app.id, (draft) => void draft.releases.push(release))
    expect(await discard()).to.deep.equal({ status: 'failed', slug_id: 's1', release_id: 'r2' })
    expect(existsSync(dir)).to.equal(true)
    await platform.store.update(app.id, (draft) => void draft.releases.pop())
    expect(await discard()).to.deep.equal({ status: 'failed', slug_id: null })
    expect(existsSync(dir)).to.equal(false)
  })
  it('goes with its folders once no rollback reaches it, wherever they lie', async () => {
    const elsewhere = path.join(platform.root, 'elsewhere')
    const builds = [created(), created()].map((build, index) => ({
      ...build,
      status: 'succeeded' as const,
      slug_id: `s${index + 1}`,
    }))
    await platform.store.update(app.id, (draft) => {
      draft.builds.push(...builds)
      draft.slugs.push(slug('s1', elsewhere), slug('s2'))
      draft.releases.push({ ...draft.releases[0]!, id: 'r2', version: 2, slug_id: 's2' })
    })
    for (const dir of [elsewhere, places().slug(app.id, 's2')]) await writeTree(dir, { a: '' })
    for (const { output_file } of builds)
      await writeTree(path.dirname(output_file), { [path.basename(output_file)]: 'x' })
    await records().retire(app.id)
    expect(stored().slugs.map(({ id }) => id)).to.deep.equal(['s2'])
    expect(stored().builds.map(({ id }) => id)).to.deep.equal([builds[1]!.id])
    expect(existsSync(elsewhere)).to.equal(false)
    expect(existsSync(builds[0]!.output_file)).to.equal(false)
    expect(existsSync(places().slug(app.id, 's2'))).to.equal(true)
    expect(await readFile(builds[1]!.output_file, 'utf8')).to.equal('x')
    const before = stored()
    await records().retire(app.id)
    expect(stored()).to.equal(before)
    await records().retire('none')
  })
  it('refuses a build that cannot be stored, and takes its source away', async () => {
    const archive = path.join(platform.root, 'source.tgz')
    await writeFile(archive, '')
    const { update } = platform.store
    platform.store.update = () => Promise.reject(new Error('no room'))
    const request = { appId: app.id, archive, commit: null, commitDescription: null }
    const error = await rejection<Error>(platform.builder.start(request))
    platform.store.update = update
    expect(error.message).to.equal('no room')
    expect(existsSync(archive)).to.equal(false)
    expect(stored().builds).to.deep.equal([])
  })
})
