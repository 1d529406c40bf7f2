import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { localStatus } from '../../src/embedded/daemon/index.js'
import { startPlatform } from '../../src/embedded/daemon/daemon.js'
import { lockHolder } from '../../src/embedded/daemon/daemon-lock.js'
import { foldersOf } from '../../src/embedded/daemon/folders.js'
import { fakeRooms } from '../embedded/support/fake-rooms.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { storageError } from '../../src/embedded/api/api-error.js'
import { answerError } from '../../src/heroku/errors.js'
import { inSoak } from '../support/soak.js'
import { until } from '../support/until.js'

const BAD = {
  truncated: (text: string) => text.slice(0, text.length / 2),
  empty: () => '',
  garbage: () => '\0\xff not json',
  null: () => 'null',
  'a list': () => '[]',
  'a list of nulls': () => '[null]',
}

describe("a file of the platform's state", function () {
  this.timeout(60_000)
  let home: string
  beforeEach(async () => {
    home = await temporaryFolder()
  })
  afterEach(() => rm(home, { recursive: true, force: true }))
  const start = (onLost?: () => void) =>
    startPlatform({
      home,
      ports: { api: 0, router: 0 },
      rooms: fakeRooms().rooms,
      ...(onLost ? { onLost } : {}),
    })
  const call = async (
    { info: { apiUrl, token } }: Awaited<ReturnType<typeof start>>,
    method: string,
    url: string,
    body?: object,
  ) => {
    const response = await fetch(apiUrl + url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return {
      status: response.status,
      body: (await response.json()) as { id: string; name: string; message: string },
    }
  }

  /** A home with one of each file. @returns the names of the app's record and the other app's */
  const filled = async () => {
    const platform = await start()
    const { body: app } = await call(platform, 'POST', '/apps', { name: 'broken' })
    await call(platform, 'POST', '/apps', { name: 'whole' })
    await call(platform, 'POST', '/spaces', { name: 'a-space', team: 'a-team' })
    await call(platform, 'POST', '/oauth/authorizations', { description: 'another' })
    await call(platform, 'GET', '/shipit/certificate')
    await platform.close()
    return ['settings.json', 'spaces.json', 'authorizations.json', `apps/${app.id}.json`]
  }

  const survives = async (names: string[], spoil: (text: string) => string) => {
    const { root } = foldersOf(home)
    for (const name of names)
      await writeFile(path.join(root, name), spoil(await readFile(path.join(root, name), 'utf8')))
    const platform = await start()
    try {
      const { problems = [], apps = [] } = (await localStatus(home)) ?? {}
      expect(apps.map(({ name }) => name)).to.include('whole')
      for (const name of names) {
        const told = problems.find(({ file }) => file === path.join(root, name))
        if (told)
          expect(
            await readdir(path.dirname(told.file)).then((all) =>
              all.some((one) => one.startsWith(`${path.basename(name)}.set-aside-`)),
            ),
            name,
          ).to.equal(true)
      }
      return problems.map(({ file }) => path.relative(root, file))
    } finally {
      await platform.close()
    }
  }

  it('that is cut off is named and set aside, and the platform starts with the rest: all of them at once', async () => {
    const names = await filled()
    expect((await survives(names, BAD.truncated)).sort()).to.deep.equal([...names].sort())
    expect(await survives([], BAD.truncated), 'it is told once').to.deep.equal([])
  })

  for (const [kind, spoil] of Object.entries(BAD)) {
    inSoak(`that is ${kind} ends no start, whichever it is`, async () => {
      const names = await filled()
      for (const name of names) {
        const whole = await readFile(path.join(foldersOf(home).root, name), 'utf8')
        const told = await survives([name], spoil)
        if (kind !== 'a list' || name.endsWith('settings.json') || name.startsWith('apps'))
          expect(told, name).to.deep.equal([name])
        await writeFile(path.join(foldersOf(home).root, name), whole)
      }
    })
  }

  it("that says who runs is no one's if it cannot be read", async () => {
    const { root } = foldersOf(home)
    await (await start()).close()
    for (const spoil of Object.values(BAD)) {
      for (const name of ['daemon.json', 'daemon.lock'])
        await writeFile(path.join(root, name), spoil('{"pid":1,"began":"x"}'))
      expect(await localStatus(home)).to.equal(undefined)
      expect(await lockHolder({ root })).to.deep.equal({ isStale: true })
    }
    await (await start()).close()
  })

  it("that was the lock, once lost, ends the daemon that had it, and its successor's file stays", async () => {
    let isLost = false
    const platform = await start(() => {
      isLost = true
    })
    const { root } = foldersOf(home)
    await rm(path.join(root, 'daemon.lock'))
    const next = await start()
    await until('the loss is seen', () => isLost, 30_000)
    await platform.close()
    expect((await localStatus(home))?.info.apiUrl).to.equal(next.info.apiUrl)
    await next.close()
  })

  it('that is gone with the whole folder ends the daemon as well', async () => {
    let isLost = false
    const platform = await start(() => {
      isLost = true
    })
    await rename(path.join(home, 'local'), path.join(home, 'moved'))
    await until('the loss is seen', () => isLost, 30_000)
    await platform.close()
    expect(await readdir(home)).to.not.include('local')
  })
})

describe('what the disk refuses', () => {
  for (const [code, words] of [
    ['ENOSPC', 'The disk of /home/me/local is full.'],
    ['EROFS', 'The file system of /a/file is read-only.'],
    ['EACCES', 'The platform may not write /a/file.'],
  ] as const) {
    it(`is told by the API and by the CLI, without Heroku's status page: ${code}`, () => {
      const error = storageError(
        Object.assign(new Error(code), { code, ...(code === 'ENOSPC' ? {} : { path: '/a/file' }) }),
        '/home/me/local',
      )!
      expect(error).to.include({ status: 507, message: words })
      const told = answerError(
        {
          status: 507,
          body: JSON.stringify({ id: error.id, message: error.message }),
          method: 'POST',
          path: '/apps',
        },
        {
          apiUrl: 'http://127.0.0.1:1',
          label: 'the embedded Heroku',
          gitUrl: '',
          token: '',
          tokenSource: '',
        },
      )
      expect(told).to.include({
        code: 'refused',
        message: `The embedded Heroku could not store the change: ${words}`,
      })
      expect(JSON.stringify(told)).to.not.include('status.heroku.com')
    })
  }
})
