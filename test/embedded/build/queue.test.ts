import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import type { BuilderParts } from '../../../src/embedded/build/index.js'
import { BuildFailure } from '../../../src/embedded/build/failure.js'
import type { SlugRecord } from '../../../src/embedded/store/records.js'
import { rejection } from '../../support/platform.js'
import { until } from '../../support/until.js'
import { fakePlatform, type FakePlatform } from './fake-platform.js'

type Compile = NonNullable<BuilderParts['compile']>

/** Compiles nothing: the slug is one file. */
const oneFile: Compile = async ({ slugDir }) => {
  await mkdir(slugDir, { recursive: true })
  await writeFile(path.join(slugDir, 'server.js'), 'x')
  return { processTypes: { web: 'npm start' }, size: 7 }
}

describe('the builder, whatever it compiles', () => {
  let platform: FakePlatform
  const open = async (compile: Compile, more: Parameters<typeof fakePlatform>[0] = {}) => {
    platform = await fakePlatform({ compile, ...more })
  }
  afterEach(() => platform.close())
  const archive = async () => {
    const file = path.join(platform.root, `${crypto.randomUUID()}.tgz`)
    await writeFile(file, '')
    return file
  }
  const start = async (appId: string, commit: string | null = 'c0ffee00c0ffee00') => {
    const request = { appId, archive: await archive(), commit, commitDescription: 'Words' }
    let text = ''
    const started = await platform.builder.start(request, (chunk) => (text += String(chunk)))
    return { ...started, request, text: () => text }
  }
  const buildsOf = (appId: string) =>
    platform.store.find(appId)!.builds.map(({ id, status, slug_id }) => ({ id, status, slug_id }))
  const followed = async (appId: string, buildId: string) => {
    let text = ''
    for await (const chunk of platform.builder.follow(appId, buildId)) text += String(chunk)
    return text
  }
  const logged = () => platform.log.map(({ message }) => message)

  it('stores what it has made, with the release of it', async () => {
    await open(oneFile)
    const app = await platform.createApp('made')
    await platform.store.update(app.id, (draft) => void (draft.buildpacks = []))
    const { build, done, request, text } = await start(app.id)
    const ended = await done
    const { releases, slugs, buildpacks } = platform.store.find(app.id)!
    expect(releases.at(-1)).to.include({ description: 'Deploy c0ffee00', slug_id: slugs[0]!.id })
    expect(ended).to.include({
      id: build.id,
      status: 'succeeded',
      slug_id: slugs[0]!.id,
      release_id: releases.at(-1)!.id,
    })
    expect(slugs[0]).to.deep.include({
      commit: 'c0ffee00c0ffee00',
      commit_description: 'Words',
      process_types: { web: 'npm start' },
      profile_env: { NODE_ENV: 'production' },
      size: 7,
    })
    // As on Heroku, which sets the one that it has detected.
    expect(buildpacks).to.equal(undefined)
    expect(text()).to.match(
      /^-----> Launching\.\.\.\n +Released v2\n +http:\/\/made\.localhost:5100\/ deployed to the embedded Heroku\n$/,
    )
    expect(logged().at(-1)).to.equal('Build succeeded')
    expect(existsSync(request.archive)).to.equal(false)
    expect(await (await start(app.id, null)).done).to.include({ commit: null })
    expect(platform.store.find(app.id)!.releases.at(-1)!.description).to.equal('Deploy')
  })

  it('keeps buildpacks that were set', async () => {
    await open(oneFile)
    const app = await platform.createApp('set')
    await platform.store.update(app.id, (draft) => void (draft.buildpacks = ['heroku/nodejs']))
    await (
      await start(app.id)
    ).done
    expect(platform.store.find(app.id)!.buildpacks).to.deep.equal(['heroku/nodejs'])
  })

  it('leaves no slug of a build that failed, and says why as Heroku does', async () => {
    await open(async (job) => {
      await oneFile(job)
      throw new BuildFailure('Mine.', ['More of it.'])
    })
    const app = await platform.createApp('failed')
    const { build, done, text } = await start(app.id)
    expect(await done).to.include({ status: 'failed', slug_id: null, release_id: null })
    expect(buildsOf(app.id)).to.deep.equal([{ id: build.id, status: 'failed', slug_id: null }])
    expect(platform.store.find(app.id)!.slugs).to.deep.equal([])
    expect(await readdir(path.join(platform.folders.slugs, app.id))).to.deep.equal([])
    expect(text()).to.equal(
      '-----> Build failed\n       Mine.\n       More of it.\n\n' +
        ' !     Push rejected, failed to compile Node.js app.\n\n !     Push failed\n',
    )
    expect(logged().at(-1)).to.equal('Build failed -- check your build output')
    expect(await followed(app.id, build.id)).to.equal(text())
  })

  it('keeps the slug of a build that failed once its release was made', async () => {
    await open(oneFile)
    const app = await platform.createApp('late')
    platform.releasePhase.run = () => 'failed'
    const { done, text } = await start(app.id)
    expect(await done).to.include({ status: 'succeeded' })
    expect(text()).to.contain('Release command failed: v2 was not put to work.')
    expect(platform.store.find(app.id)!.slugs).to.have.length(1)
    platform.releasePhase.run = () => {
      throw new Error('no room')
    }
    const other = await start(app.id)
    expect(await other.done).to.include({ status: 'failed', slug_id: null })
    expect(other.text()).to.contain('The release could not be made: no room')
    expect(platform.store.find(app.id)!.slugs).to.have.length(1)
  })

  it('shows what a release command prints, of an app that has one', async () => {
    await open(async (job) => ({
      ...(await oneFile(job)),
      processTypes: { web: 'x', release: './migrate' },
    }))
    const app = await platform.createApp('phase')
    platform.releasePhase.run = (onOutput) => {
      for (const byte of Buffer.from('grüße\n')) onOutput(Buffer.of(byte))
      return 'succeeded'
    }
    const { done, text } = await start(app.id)
    await done
    expect(text()).to.match(/Release command declared[^]*Running release command\.\.\.\ngrüße\n/)
  })

  it('takes no build of an app that is not there, nor while it shuts down', async () => {
    await open(oneFile)
    const app = await platform.createApp('there')
    const nowhere = { archive: await archive(), commit: null, commitDescription: null }
    expect(await rejection(platform.builder.start({ appId: 'none', ...nowhere }))).to.include({
      id: 'not_found',
      status: 404,
    })
    expect(existsSync(nowhere.archive)).to.equal(false)
    await platform.builder.shutdown()
    const late = { ...nowhere, archive: await archive() }
    expect(
      (await rejection<Error>(platform.builder.start({ appId: app.id, ...late }))).message,
    ).to.equal('The embedded Heroku is shutting down.')
    expect(existsSync(late.archive)).to.equal(false)
  })

  /** Compiles until its signal says otherwise, once `begun` is counted. */
  const endless = () => {
    const state = { begun: 0 }
    const compile: Compile = ({ signal }) => {
      state.begun += 1
      return new Promise((_resolve, reject) => {
        // On a slow machine the time is over before it begins.
        signal.throwIfAborted()
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    }
    return { state, compile }
  }

  it('ends a build that is cancelled, whether it runs or waits, and no other', async () => {
    const { state, compile } = endless()
    await open(compile)
    const [app, other] = [await platform.createApp('a'), await platform.createApp('b')]
    const first = await start(app.id)
    const second = await start(app.id)
    await until('the first one runs', () => state.begun === 1)
    const cancel = (appId: string, buildId: string) => platform.builder.cancel(appId, buildId)
    expect(await cancel(other.id, first.build.id)).to.equal(false)
    expect(await cancel(app.id, 'none')).to.equal(false)
    expect(await cancel(app.id, second.build.id)).to.equal(true)
    // It is told at once, though its turn has not come.
    expect(buildsOf(app.id).map(({ status }) => status)).to.deep.equal(['pending', 'failed'])
    expect(await cancel(app.id, first.build.id)).to.equal(true)
    for (const { done, text } of [first, second]) {
      expect((await done).status).to.equal('failed')
      expect(text()).to.contain('The build was cancelled.')
    }
    expect(state.begun).to.equal(1)
    expect(await cancel(app.id, first.build.id)).to.equal(false)
  })

  it('cancels nothing that is being released', async () => {
    await open(oneFile)
    const app = await platform.createApp('a')
    let attempt: Promise<boolean> | undefined
    let id = ''
    platform.releasePhase.run = () => {
      attempt = platform.builder.cancel(app.id, id)
      return 'succeeded'
    }
    const { build, done } = await start(app.id)
    id = build.id
    expect((await done).status).to.equal('succeeded')
    expect(await attempt).to.equal(false)
  })

  it('ends a build whose time is over', async () => {
    const { compile } = endless()
    await open(compile, { buildTimeout: 20 })
    const { done, text } = await start((await platform.createApp('a')).id)
    expect((await done).status).to.equal('failed')
    expect(text()).to.contain('The build took longer than 0.02 s and was stopped.')
  })

  it('ends the builds of an app that goes, with all of its folders, and those of no other', async () => {
    const { state, compile } = endless()
    await open(compile)
    const [app, other] = [await platform.createApp('a'), await platform.createApp('b')]
    const [gone, kept] = [await start(app.id), await start(other.id)]
    await until('both run', () => state.begun === 2)
    await platform.store.remove(app.id)
    await platform.builder.forget(app.id)
    expect(gone.text()).to.contain('The app was destroyed.')
    expect((await gone.done).status).to.equal('failed')
    for (const folder of [platform.folders.builds, platform.folders.slugs])
      expect(await readdir(folder)).to.not.include(app.id)
    expect(kept.text()).to.equal('')
    await platform.builder.shutdown()
    expect(kept.text()).to.contain('The platform was stopped while this build ran. Push again.')
    expect((await kept.done).status).to.equal('failed')
  })

  it('follows no build that there is none of', async () => {
    await open(oneFile)
    const app = await platform.createApp('a')
    for (const id of [app.id, 'none'])
      expect(await rejection(followed(id, 'none'))).to.include({ id: 'not_found' })
  })

  it('has a slug of another app for its own, and one that it has as it is', async () => {
    await open(oneFile)
    const [app, other] = [await platform.createApp('a'), await platform.createApp('b')]
    await (
      await start(app.id)
    ).done
    const slug = platform.store.find(app.id)!.slugs[0] as SlugRecord
    expect(await platform.builder.adopt(app.id, slug)).to.deep.equal(slug)
    const copy = await platform.builder.adopt(other.id, slug)
    expect(copy).to.include({ id: slug.id, size: 7 })
    expect(copy.dir).to.not.equal(slug.dir)
    expect(await readFile(path.join(copy.dir, 'server.js'), 'utf8')).to.equal('x')
    expect(await rejection(platform.builder.adopt('gone', slug))).to.include({ id: 'not_found' })
    expect(await readdir(path.join(platform.folders.slugs, 'gone'))).to.deep.equal([])
  })

  it('removes what no rollback reaches, and says what it could not', async () => {
    await open(oneFile, { releasesKept: 1 })
    const app = await platform.createApp('a')
    for (let i = 0; i < 3; i++) await (await start(app.id)).done
    const last = await start(app.id)
    await last.done
    await until('older ones are gone', () => platform.store.find(app.id)!.slugs.length === 1)
    const { slugs, builds } = platform.store.find(app.id)!
    expect(builds.map(({ id }) => id)).to.include(last.build.id)
    await until(
      'their folders too',
      async () => (await readdir(path.join(platform.folders.slugs, app.id))).length === 1,
    )
    expect(existsSync(slugs[0]!.dir)).to.equal(true)
  })
})
