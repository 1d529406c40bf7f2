import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { endLeftBuilds, recoverBuilds } from '../../../src/embedded/build/recovery.js'
import type { BuildRecord, ReleaseRecord, SlugRecord } from '../../../src/embedded/store/records.js'
import { rejection } from '../../support/platform.js'
import { writeTree } from './build-app.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'

const STOPPED = ' !     The platform was stopped while this build ran. Push again.\n'
const GONE = '00000000-0000-4000-8000-00000000000'
const NOW = '2026-01-01T00:00:00.000Z'

describe('a platform that was killed, started again', () => {
  let platform: FakePlatform
  const searchPath = process.env.PATH
  beforeEach(async () => {
    platform = await fakePlatform()
  })
  afterEach(async () => {
    await platform.close()
    process.env.PATH = searchPath
  })

  const recover = () => recoverBuilds(platform.store, platform.folders)
  const at = (folder: keyof FakePlatform['folders'], ...names: string[]) =>
    path.join(platform.folders[folder], ...names)
  const build = (id: string, more: Partial<BuildRecord> = {}): BuildRecord => ({
    id,
    status: 'pending',
    commit: null,
    commit_description: null,
    slug_id: null,
    release_id: null,
    output_file: at('root', `${id}.log`),
    created_at: NOW,
    updated_at: NOW,
    ...more,
  })
  const release = (id: string, slug_id: string | null) =>
    ({ id, slug_id, status: 'succeeded', version: 9, config_vars: {} }) as ReleaseRecord
  const slug = (id: string, more: Partial<SlugRecord> = {}) =>
    ({ id, dir: at('slugs', id), process_types: {}, profile_env: {}, ...more }) as SlugRecord

  it('has nothing to do where nothing was left', async () => {
    await platform.createApp('quiet')
    await recover()
    expect(await readdir(platform.folders.builds)).to.deep.equal([])
  })

  describe('settles the builds that were not over', () => {
    it('as succeeded if their release was made, else as failed, and leaves the others alone', async () => {
      const app = await platform.createApp('settled')
      const over = [
        build('o1', { status: 'succeeded', slug_id: 's2' }),
        build('o2', { status: 'failed' }),
      ]
      for (const id of ['p1', 'p2', 'p3', 'o2']) await writeFile(at('root', `${id}.log`), 'words\n')
      await platform.store.update(app.id, (draft) => {
        draft.builds.push(...over, build('p1'), build('p2', { slug_id: 's2' }))
        draft.builds.push(build('p3', { slug_id: 's3' }))
        // The first release has no slug, as a build that came to none.
        draft.releases.push(release('r2', 's2'), release('r3', 's4'))
      })
      await recover()
      const { builds } = platform.store.find(app.id)!
      expect(builds.map(({ id, status, release_id }) => [id, status, release_id])).to.deep.equal([
        ['o1', 'succeeded', null],
        ['o2', 'failed', null],
        ['p1', 'failed', null],
        ['p2', 'succeeded', 'r2'],
        ['p3', 'failed', null],
      ])
      for (const { id, updated_at } of builds)
        expect(updated_at === NOW, id).to.equal(id.startsWith('o'))
      const texts = ['p1', 'p2', 'p3', 'o2'].map((id) => readFile(at('root', `${id}.log`), 'utf8'))
      expect(await Promise.all(texts)).to.deep.equal([
        `words\n${STOPPED}`,
        'words\n',
        `words\n${STOPPED}`,
        'words\n',
      ])
    })
    it('whose output may be gone, with its folder', async () => {
      const app = await platform.createApp('outputless')
      const gone = build('p1', { output_file: at('root', 'gone/p1.log') })
      await platform.store.update(app.id, (draft) => void draft.builds.push(gone))
      await recover()
      expect(platform.store.find(app.id)!.builds[0]).to.include({ status: 'failed' })
      const odd = build('p2', { output_file: platform.root })
      await platform.store.update(app.id, (draft) => void draft.builds.push(odd))
      expect(await rejection<NodeJS.ErrnoException>(recover())).to.include({ code: 'EISDIR' })
    })
    it('and writes nothing of an app that has none', async () => {
      const app = await platform.createApp('idle')
      await platform.store.update(
        app.id,
        (draft) => void draft.builds.push(build('o1', { status: 'failed' })),
      )
      const before = platform.store.find(app.id)
      await recover()
      expect(platform.store.find(app.id)).to.equal(before)
    })
  })

  it('removes what belongs to nothing, and keeps what does', async () => {
    const app = await platform.createApp('kept')
    const own = slug('s1', { dir: at('slugs', app.id, 's1'), modules: tree('t1') })
    await platform.store.update(app.id, (draft) => void draft.slugs.push(own))
    function tree(name: string) {
      return at('caches', app.id, 'trees', name, 'node_modules')
    }
    const [set, none] = [`${GONE}1`, `${GONE}2`]
    const kept = [
      own.dir,
      own.modules!,
      at('caches', 'shared', 'yarn'),
      at('builds', app.id),
      ...(['builds', 'slugs', 'caches', 'repos'] as const).flatMap((folder) => [
        at(folder, set),
        at(folder, `x${none}`),
        at(folder, `${none}x`),
        at(folder, none.toUpperCase().replaceAll('0', 'A')),
      ]),
    ]
    const gone = [
      at('slugs', app.id, 's2'),
      tree('t2'),
      at('builds', 'work', 'b1', 'home'),
      ...(['builds', 'slugs', 'caches', 'repos'] as const).map((folder) => at(folder, none)),
    ]
    for (const folder of [...kept, ...gone]) await writeTree(folder, { 'a/b': '' })
    await writeTree(at('builds', 'incoming'), { 'one.tgz': '', 'two.tgz': '' })
    await writeFile(at('apps', `${set}.json.unreadable-1`), '')
    await recover()
    expect(kept.filter((folder) => !existsSync(folder))).to.deep.equal([])
    expect(gone.filter((folder) => existsSync(folder))).to.deep.equal([])
    expect(existsSync(at('builds', 'work'))).to.equal(false)
    expect(await readdir(at('builds', 'incoming'))).to.deep.equal([])
  })

  it('ends the processes of each build, and of nothing else', async () => {
    const start = (home: string) =>
      spawn('sleep', ['1000'], {
        detached: true,
        stdio: 'ignore',
        env: { PATH: searchPath, HOME: home },
      })
    const left = ['b1', 'b2'].map((id) => start(at('builds', 'work', id, 'home')))
    const other = start(at('builds', 'elsewhere'))
    const ends = left.map((child) => once(child, 'exit'))
    for (const id of ['b1', 'b2']) await mkdir(at('builds', 'work', id), { recursive: true })
    await writeFile(at('builds', 'work', 'b1', 'groups'), `${left[0]!.pid}\n`)
    await writeFile(at('builds', 'work', 'b2', 'groups'), `${left[1]!.pid}\n`)
    await endLeftBuilds(platform.folders)
    await Promise.all(ends)
    expect([other.exitCode, other.signalCode]).to.deep.equal([null, null])
    const gone = once(other, 'exit')
    other.kill('SIGKILL')
    await gone
  })

  describe('has a bound', () => {
    /** A du that measures each folder as the test says, in kB. */
    const du = async (sizes: Record<string, number>) => {
      const cases = Object.entries(sizes).map(([name, size]) => `*/${name}) echo ${size};;`)
      await writeTree(platform.root, {
        'bin/du': `#!/bin/sh\ncase "$2" in\n${cases.join('\n')}\n*) exit 1;; esac\n`,
      })
      await chmod(path.join(platform.root, 'bin/du'), 0o755)
      process.env.PATH = `${path.join(platform.root, 'bin')}:${searchPath}`
    }
    const GB = 1024 * 1024

    it('for the caches that all apps share, and takes it where there is nothing to measure', async () => {
      await du({ shared: 2 * GB })
      await writeTree(at('caches', 'shared'), { 'yarn/a': '' })
      await recover()
      expect(existsSync(at('caches', 'shared/yarn'))).to.equal(true)
      await du({ shared: 2 * GB + 1 })
      await recover()
      expect(existsSync(at('caches', 'shared'))).to.equal(false)
      await mkdir(at('caches', 'shared'))
      await recover()
      expect(existsSync(at('caches', 'shared'))).to.equal(true)
    })
    it('for the Node.js versions that no slug has', async () => {
      await writeTree(at('caches', 'node'), { '22.1.0/bin/node': '', '23.1.0/bin/node': '' })
      const app = await platform.createApp('noded')
      await platform.store.update(
        app.id,
        (draft) => void draft.slugs.push(slug('s1', { node: at('caches', 'node/22.1.0') })),
      )
      await du({ '22.1.0': 5 * GB, '23.1.0': GB })
      await recover()
      expect(await readdir(at('caches', 'node'))).to.have.members(['22.1.0', '23.1.0'])
      await du({ '22.1.0': 5 * GB, '23.1.0': GB + 1 })
      await recover()
      expect(await readdir(at('caches', 'node'))).to.deep.equal(['22.1.0'])
    })
  })

  it('says what it cannot read', async () => {
    await writeFile(at('builds', 'work'), '')
    expect(await rejection<NodeJS.ErrnoException>(recover())).to.include({ code: 'ENOTDIR' })
  })
})
