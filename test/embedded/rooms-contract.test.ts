import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { create } from 'tar'
import { startPlatform, type Platform } from '../../src/embedded/daemon/daemon.js'
import type { Rooms } from '../../src/embedded/daemon/rooms.js'
import type { AppRecord, DynoRecord } from '../../src/embedded/store/records.js'
import type { Dynos, Store } from '../../src/embedded/store/types.js'
import { keptNpm } from '../support/kept-npm/index.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { fakeRooms } from './support/fake-rooms.js'
import { temporaryFolder } from './support/platform.js'

const WAITS = 'node -e "setInterval(() => {}, 1000)"'
const SERVES =
  'node -e "require(\'http\').createServer((q, r) => r.end()).listen(process.env.PORT)"'
/** What the app's Procfile has, and what the fake is told. */
const PROCESS_TYPES = { web: SERVES, worker: WAITS }

const realRooms = async (): Promise<Rooms> => ({
  ...(await import('../../src/embedded/dynos/index.js')),
  ...(await import('../../src/embedded/router/index.js')),
  ...(await import('../../src/embedded/build/index.js')),
  ...(await import('../../src/embedded/git/index.js')),
})

/** What one-off dynos of a fake do next; the real ones do what their command says. */
interface World {
  rooms: () => Promise<Rooms>
  nextRun: (outcome: { status: number; output: string; hold?: Promise<void> }) => void
}

const WORLDS: Record<string, () => World> = {
  'the rooms': () => ({ rooms: realRooms, nextRun: () => {} }),
  "the tests' rooms": () => {
    const { rooms, controls } = fakeRooms()
    controls.processTypes = { ...PROCESS_TYPES }
    return { rooms, nextRun: (outcome) => void (controls.releasePhase = outcome) }
  },
}

/** What tests rely on that run the platform with rooms of their own in place of builds and dynos. */
for (const [name, makeWorld] of Object.entries(WORLDS))
  describe(`${name}, as rooms of the platform`, function () {
    this.timeout(60_000)
    const searchPath = process.env.PATH
    let home: string
    let platform: Platform
    let world: World
    let store: Store
    let dynos: Dynos
    let builder: ReturnType<Rooms['createBuilder']>
    let appId: string

    before(async () => {
      process.env.PATH = [await keptNpm(), searchPath].join(path.delimiter)
      home = await temporaryFolder()
      world = makeWorld()
      platform = await startPlatform({
        home,
        ports: { api: 0, router: 0 },
        limits: { stopGrace: 1000 },
        rooms: async () => {
          const rooms = await world.rooms()
          return {
            ...rooms,
            createDynos: (parts) => {
              store = parts.store
              return (dynos = rooms.createDynos(parts))
            },
            createBuilder: (parts) => (builder = rooms.createBuilder(parts)),
          }
        },
      })
      appId = (await api<{ id: string }>('POST', '/apps', { name: 'an-app' })).id
    })
    after(async () => {
      await platform.close()
      process.env.PATH = searchPath
      await rm(home, { recursive: true, force: true })
    })

    async function api<T>(method: string, url: string, body: unknown): Promise<T> {
      const { apiUrl, token } = platform.info
      const answer = await fetch(apiUrl + url, {
        method,
        headers: {
          accept: 'application/vnd.heroku+json; version=3',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      })
      expect(answer.ok, `${method} ${url}: ${answer.status}`).to.equal(true)
      return (await answer.json()) as T
    }

    const app = () => store.find(appId) as AppRecord
    const names = () => dynos.list(appId).map((dyno) => dyno.name)
    const allUp = () =>
      until('all dynos to be up', () =>
        dynos.list(appId).every(({ state }) => state === 'up') ? true : undefined,
      )

    const statusOf = async (work: Promise<unknown>) =>
      (await rejection<Error & { status: number }>(work)).status

    async function runOneOff(command: string) {
      const output: Buffer[] = []
      const { releases, slugs, current_release_id } = app()
      const run = await dynos.runOneOff(appId, {
        name: 'release.9',
        command,
        release: releases.find(({ id }) => id === current_release_id)!,
        slug: slugs.at(-1)!,
        size: 'Standard-1X',
        onOutput: (chunk) => output.push(chunk),
      })
      return { ...run, output }
    }

    it('have no dyno before there is a slug', () => {
      expect(dynos.list(appId)).to.deep.equal([])
      expect(dynos.webStatus(appId)).to.equal('none')
      expect(dynos.webTargets(appId)).to.deep.equal([])
    })

    it('build: a pending build is stored, then it has a slug and a release, and its source is gone', async () => {
      const source = path.join(home, 'source')
      await mkdir(source)
      const manifest = { name: 'an-app', version: '1.0.0', private: true }
      await writeFile(path.join(source, 'package.json'), JSON.stringify(manifest))
      const procfile = Object.entries(PROCESS_TYPES).map(([type, line]) => `${type}: ${line}\n`)
      await writeFile(path.join(source, 'Procfile'), procfile.join(''))
      const archive = path.join(home, 'source.tgz')
      await create({ cwd: source, file: archive, gzip: true }, ['.'])
      const commit = 'c0ffee00c0ffee00'
      const started = await builder.start({ appId, archive, commit, commitDescription: 'Words' })
      expect(started.build).to.include({ status: 'pending', slug_id: null, commit })
      expect(app().builds).to.deep.include({ ...started.build })
      let told = ''
      for await (const chunk of builder.follow(appId, started.build.id)) told += String(chunk)
      const build = await started.done
      expect(told)
        .to.match(/^-----> Node\.js app detected$/m)
        .and.include('-----> Launching')
      expect(build).to.include({ id: started.build.id, status: 'succeeded' })
      const { slugs, releases, current_release_id } = app()
      expect(slugs.at(-1)).to.deep.include({
        id: build.slug_id,
        commit,
        commit_description: 'Words',
      })
      expect(slugs.at(-1)?.process_types).to.deep.equal(PROCESS_TYPES)
      expect(releases.at(-1)).to.include({
        id: build.release_id,
        slug_id: build.slug_id,
        description: 'Deploy c0ffee00',
      })
      expect(current_release_id).to.equal(build.release_id)
      expect(existsSync(archive)).to.equal(false)
    })

    it('end no build that has ended, or that there never was', async () => {
      expect(await builder.cancel(appId, app().builds.at(-1)!.id)).to.equal(false)
      expect(await builder.cancel(appId, 'nothing')).to.equal(false)
    })

    it('have the dynos of the formation, each with its id as long as it lives', async () => {
      await allUp()
      const [web] = dynos.list(appId) as [DynoRecord]
      expect(names()).to.deep.equal(['web.1'])
      expect(web).to.include({
        type: 'web',
        state: 'up',
        command: SERVES,
        release_id: app().current_release_id,
        release_version: app().releases.at(-1)?.version,
      })
      expect(dynos.webStatus(appId)).to.equal('up')
      expect(dynos.list(appId)[0]?.id).to.equal(web.id)
      await dynos.restart(appId, { name: 'web.1' })
      await until('another web.1', () => dynos.list(appId)[0]?.id !== web.id)
      await allUp()
    })

    it('follow the formation, and tell of every change', async () => {
      const told: string[] = []
      const listener = (id: string) => void told.push(id)
      dynos.on('change', listener)
      await api('PATCH', '/apps/an-app/formation', {
        updates: [
          { type: 'web', quantity: 2 },
          { type: 'worker', quantity: 1 },
        ],
      })
      await allUp()
      dynos.off('change', listener)
      expect(names()).to.have.members(['web.1', 'web.2', 'worker.1'])
      expect(told).to.include(appId)
    })

    it('keep a dyno that was stopped down until the formation or the release changes', async () => {
      await dynos.stop(appId, { name: 'web.2' })
      await dynos.stop(appId, { type: 'worker' })
      expect(names()).to.deep.equal(['web.1'])
      dynos.reconcile(appId, 'formation')
      await allUp()
      expect(names()).to.have.members(['web.1', 'web.2', 'worker.1'])
    })

    it('refuse to restart or to stop what is not there', async () => {
      expect(await statusOf(dynos.restart(appId, { name: 'web.7' }))).to.equal(404)
      expect(await statusOf(dynos.restart(appId, { type: 'clock' }))).to.equal(404)
      expect(await statusOf(dynos.stop(appId, { name: 'run.1' }))).to.equal(404)
      await dynos.restart(appId)
      await allUp()
    })

    it('run a command beside the formation, and tell its output and its status', async () => {
      world.nextRun({ status: 3, output: 'words\n' })
      const { record, exit, output } = await runOneOff('echo words; exit 3')
      expect(record).to.include({
        name: 'release.9',
        type: 'release',
        state: 'starting',
        size: 'Standard-1X',
        command: 'echo words; exit 3',
        release_id: app().current_release_id,
      })
      expect(await exit).to.equal(3)
      expect(Buffer.concat(output).toString()).to.equal('words\n')
      expect(names()).not.to.include('release.9')
    })

    it('list what runs beside the formation, and end it when told', async () => {
      const hold = new Promise<void>(() => {})
      world.nextRun({ status: 0, output: '', hold })
      const { record, exit, stop } = await runOneOff('exec sleep 1000')
      expect(dynos.list(appId).map(({ id }) => id)).to.include(record.id)
      stop()
      expect(await exit).to.equal(143)
      expect(names()).not.to.include('release.9')

      const byName = await runOneOff('exec sleep 1000')
      await dynos.stop(appId, { name: 'release.9' })
      expect(await byName.exit).to.equal(143)
    })

    it('end all dynos of an app', async () => {
      world.nextRun({ status: 0, output: '', hold: new Promise<void>(() => {}) })
      const { exit } = await runOneOff('exec sleep 1000')
      await dynos.shutdown(appId)
      expect(await exit).to.equal(143)
      expect(dynos.list(appId)).to.deep.equal([])
      expect(dynos.webStatus(appId)).to.equal('none')
    })
  })
