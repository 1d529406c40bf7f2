import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { until } from '../../support/until.js'
import { archiveOf, buildApp, unpackAlone } from './build-app.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'
import { npmLock, pack } from './packages.js'

const app = (scripts: object = {}) => ({
  'package.json': {
    name: 'app',
    version: '1.0.0',
    engines: { node: '20.x || 22.x || 24.x' },
    scripts: { start: 'node x', ...scripts },
  },
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

describe('the builder', function () {
  this.timeout(90_000)
  let platform: FakePlatform
  const open = async (options: Parameters<typeof fakePlatform>[0] = {}) => {
    platform = await fakePlatform(options)
  }
  afterEach(() => platform.close())

  const started = async (
    name: string,
    tree: ReturnType<typeof app> & Record<string, string | object>,
  ) => {
    const record = await platform.createApp(name)
    const request = {
      appId: record.id,
      archive: await archiveOf(platform, tree),
      commit: 'c0ffee00c0ffee00',
      commitDescription: 'Words',
    }
    return { record, request, ...(await platform.builder.start(request)) }
  }
  const read = async (follow: AsyncIterable<Buffer>): Promise<string> => {
    const chunks: Buffer[] = []
    for await (const chunk of follow) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }

  it('stores a pending build first, tells who follows everything from the start, and keeps the output', async () => {
    await open()
    const { record, build, done, request } = await started(
      'followed',
      app({ build: 'node -e "for (let i = 0; i < 3000; i++) console.log(\'line \' + i)"' }),
    )
    expect(platform.store.find(record.id)?.builds).to.deep.include(build)
    expect(build).to.include({ status: 'pending', commit: 'c0ffee00c0ffee00' })
    const [early, ended] = await Promise.all([
      read(platform.builder.follow(record.id, build.id)),
      done,
    ])
    const late = await read(platform.builder.follow(record.id, build.id))
    expect(early)
      .to.equal(await readFile(ended.output_file, 'utf8'))
      .and.to.equal(late)
    expect(early.match(/^ {7}line \d+$/gm)).to.have.length(3000)
    expect(existsSync(request.archive)).to.equal(false)
    expect(platform.log.map(({ dyno, message }) => `${dyno}: ${message}`)).to.deep.equal([
      'api: Build started by user dev@example.com',
      'api: Build succeeded',
    ])
    expect(await readdir(path.join(platform.folders.builds, 'work'))).to.deep.equal([])
  })

  it('refuses to follow what does not exist', async () => {
    await open()
    const record = await platform.createApp('x')
    const error = await read(platform.builder.follow(record.id, 'nothing')).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).to.include({ id: 'not_found', status: 404 })
  })

  it('ends a build with all its processes when its time is over', async () => {
    const parent =
      'const c = require("child_process").spawn("sleep", ["1000"]); console.log("child " + c.pid); setInterval(() => {}, 1000)'
    let pid: number | undefined
    let record
    // A busy machine may not have come to the script within 3 s.
    for (const seconds of [3, 10, 30]) {
      await open({ buildTimeout: seconds * 1000 })
      const build = await started('endless', {
        ...app({ build: 'node parent.js' }),
        'parent.js': parent,
      })
      record = build.record
      const ended = await build.done
      const text = await readFile(ended.output_file, 'utf8')
      expect(ended.status).to.equal('failed')
      expect(text).to.include(`took longer than ${seconds} s`)
      const told = /child (\d+)/.exec(text)
      if (told) pid = Number(told[1])
      if (pid !== undefined) break
      await platform.close()
    }
    if (pid === undefined || record === undefined)
      throw new Error('The build never came to its script')
    const child = pid
    await until('the grandchild is gone', () => !isAlive(child), 60_000)
    expect(platform.log.at(-1)?.message).to.match(/^Build failed/)
    expect(await readdir(path.join(platform.folders.slugs, record.id))).to.deep.equal([])
  })

  it('cancels a build that runs, with all its processes, and one that waits for it', async () => {
    await open()
    const { record, build, done } = await started('cancelled', {
      ...app({ build: 'node parent.js' }),
      'parent.js':
        'const c = require("child_process").spawn("sleep", ["1000"]); console.log("child " + c.pid); setInterval(() => {}, 1000)',
    })
    const next = await platform.builder.start({
      appId: record.id,
      archive: await archiveOf(platform, app()),
      commit: 'beef',
      commitDescription: null,
    })
    const pid = await until(
      'the build runs',
      async () => Number(/child (\d+)/.exec(await readFile(build.output_file, 'utf8'))?.[1]),
      60_000,
    )
    expect(await platform.builder.cancel(record.id, next.build.id)).to.equal(true)
    expect(await platform.builder.cancel(record.id, build.id)).to.equal(true)
    await until('its process is gone', () => !isAlive(pid), 60_000)
    expect((await done).status).to.equal('failed')
    expect((await next.done).status).to.equal('failed')
    expect(platform.store.find(record.id)?.builds.map(({ status }) => status)).to.deep.equal([
      'failed',
      'failed',
    ])
    expect(await readFile(build.output_file, 'utf8')).to.include('The build was cancelled.')
    expect(await platform.builder.cancel(record.id, build.id)).to.equal(false)
  })

  it('ends what a build script left in the background', async () => {
    await open()
    const { done } = await started('daemonic', {
      ...app({ build: 'node leave.js' }),
      'leave.js':
        'const c = require("child_process").spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }); c.unref(); console.log("child " + c.pid)',
    })
    const ended = await done
    const pid = Number(/child (\d+)/.exec(await readFile(ended.output_file, 'utf8'))?.[1])
    expect(ended.status).to.equal('succeeded')
    await until('the background process is gone', () => !isAlive(pid), 60_000)
  })

  it('runs builds of one app one after the other', async () => {
    await open({ compile: unpackAlone })
    const record = await platform.createApp('queue')
    const start = async (text: string) =>
      platform.builder.start({
        appId: record.id,
        archive: await archiveOf(platform, app({ build: `echo ${text}` })),
        commit: null,
        commitDescription: null,
      })
    const [one, two] = [await start('one'), await start('two')]
    await Promise.all([one.done, two.done])
    const stored = platform.store.find(record.id)
    expect(stored?.builds.map(({ id, status }) => [id, status])).to.deep.equal([
      [one.build.id, 'succeeded'],
      [two.build.id, 'succeeded'],
    ])
    expect(stored?.releases.slice(1).map((release) => release.slug_id)).to.deep.equal(
      stored?.builds.map((build) => build.slug_id),
    )
  })

  it('fails a slug that is too large even when compressed, and only such a one', async () => {
    await open({ slugLimit: 100_000 })
    const noise = Buffer.from(
      Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256)),
    )
    const tooLarge = await buildApp(platform, await platform.createApp('large'), {
      ...app(),
      'noise.bin': noise,
    })
    expect(tooLarge.build.status).to.equal('failed')
    expect(tooLarge.text).to.match(/Compiled slug size: 0\.\dM is too large/)
    const compressible = await buildApp(platform, await platform.createApp('zeros'), {
      ...app(),
      'zeros.bin': Buffer.alloc(300_000),
    })
    expect(compressible.build.status, compressible.text).to.equal('succeeded')
  })

  it('removes slugs that no rollback reaches any more', async () => {
    await open({ releasesKept: 2, compile: unpackAlone })
    const record = await platform.createApp('old')
    for (const text of ['1', '2', '3']) await buildApp(platform, record, { ...app(), 'x.js': text })
    await platform.builder.shutdown()
    const stored = platform.store.find(record.id)
    expect(stored?.slugs).to.have.length(2)
    expect((await readdir(path.join(platform.folders.slugs, record.id))).sort()).to.deep.equal(
      stored?.slugs.map(({ id }) => id).sort(),
    )
  })

  it('removes shared dependencies with the last slug that uses them', async () => {
    await open({ releasesKept: 2 })
    const record = await platform.createApp('old-trees')
    const packages = await Promise.all(
      ['1', '2', '3'].map((text) => pack(platform, `dep-${text}`, { 'index.js': text })),
    )
    // Of the packages: the first is of no release that is kept, and the third of two builds in a
    // row.
    for (const at of [0, 1, 2, 2]) {
      const dep = packages[at]!
      await buildApp(platform, record, {
        'package.json': {
          name: 'app',
          version: '1.0.0',
          engines: { node: '*' },
          scripts: { start: 'node x.js' },
          dependencies: { [dep.name]: dep.spec },
        },
        'package-lock.json': npmLock([dep]),
        [dep.spec.slice('file:'.length)]: dep.bytes,
      })
    }
    await platform.builder.shutdown()
    const used = platform.store
      .find(record.id)
      ?.slugs.map(({ modules }) => path.basename(path.dirname(modules!)))
    expect(new Set(used)).to.have.property('size', 1)
    expect(await readdir(path.join(platform.folders.caches, record.id, 'trees'))).to.deep.equal([
      used?.[0],
    ])
  })

  it('reports an archive that is none', async () => {
    await open()
    const record = await platform.createApp('junk')
    const archive = path.join(platform.root, 'junk.tgz')
    await writeFile(
      archive,
      'this is no tar, and it is long enough to be looked at as one'.repeat(40),
    )
    const { done } = await platform.builder.start({
      appId: record.id,
      archive,
      commit: null,
      commitDescription: null,
    })
    expect((await done).status).to.equal('failed')
  })

  it('ends the builds of an app that is destroyed and leaves nothing of it', async () => {
    await open()
    const { record, build, done } = await started('gone', app({ build: 'sleep 1000' }))
    for await (const chunk of platform.builder.follow(record.id, build.id))
      if (chunk.toString().includes('Running build')) break
    await platform.store.remove(record.id)
    await platform.builder.forget(record.id)
    expect((await done).status).to.equal('failed')
    for (const folder of ['slugs', 'builds', 'caches'] as const)
      expect(existsSync(path.join(platform.folders[folder], record.id))).to.equal(false)
  })

  it('puts right what a killed platform left: pending builds, processes, folders', async () => {
    await open()
    const record = await platform.createApp('crashed')
    const output = path.join(platform.folders.builds, record.id, 'b1.log')
    const work = path.join(platform.folders.builds, 'work', 'b1')
    const stray = path.join(platform.folders.slugs, record.id, 'stray')
    for (const folder of [
      path.dirname(output),
      work,
      stray,
      path.join(platform.folders.caches, '00000000-0000-4000-8000-000000000000'),
    ])
      await mkdir(folder, { recursive: true })
    await writeFile(output, '-----> Build\n')
    // As npm does, it goes on filling the slug from several processes; not beyond this one's end.
    const filling =
      'for w in 1 2 3 4; do (i=0; while kill -0 "$1"; do i=$((i+1)); mkdir -p "$0/node_modules/$w/p$i"; : > "$0/node_modules/$w/p$i/f"; done) & done; wait'
    const left = spawn('sh', ['-c', filling, stray, String(process.pid)], {
      detached: true,
      env: { PATH: process.env.PATH, HOME: path.join(work, 'home') },
      stdio: 'ignore',
    })
    await until(
      'the build runs',
      () => existsSync(path.join(stray, 'node_modules', '4', 'p20')),
      60_000,
    )
    const other = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })
    const gone = once(left, 'exit')
    await writeFile(path.join(work, 'groups'), `${left.pid}\n${other.pid}\n999999999\n`)
    const now = new Date().toISOString()
    const build = {
      id: 'b1',
      status: 'pending' as const,
      commit: null,
      commit_description: null,
      slug_id: null,
      release_id: null,
      output_file: output,
      created_at: now,
      updated_at: now,
    }
    await platform.store.update(record.id, (draft) => {
      draft.builds.push(build, { ...build, id: 'b2', slug_id: 's2' })
      draft.releases.push({
        id: 'r2',
        version: 2,
        description: 'Deploy',
        status: 'succeeded',
        slug_id: 's2',
        config_vars: {},
        user: 'dev@example.com',
        created_at: now,
        updated_at: now,
      })
    })

    await platform.builder.recover()

    await gone
    expect(isAlive(other.pid as number), 'a process that only has the number').to.equal(true)
    process.kill(other.pid as number, 'SIGKILL')
    const [failed, succeeded] = platform.store.find(record.id)?.builds ?? []
    expect(failed).to.include({ id: 'b1', status: 'failed' })
    expect(succeeded).to.include({ id: 'b2', status: 'succeeded', release_id: 'r2' })
    expect(await readFile(output, 'utf8')).to.match(/The platform was stopped while this build ran/)
    expect(
      [
        work,
        stray,
        path.join(platform.folders.caches, '00000000-0000-4000-8000-000000000000'),
      ].filter((one) => existsSync(one)),
    ).to.deep.equal([])
  })
})
