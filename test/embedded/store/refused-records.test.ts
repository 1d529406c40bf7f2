import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { newApp } from '../../../src/embedded/api/new-app.js'
import { openStore } from '../../../src/embedded/store/index.js'
import type { AppRecord } from '../../../src/embedded/store/records.js'
import { rejection } from '../../support/platform.js'
import { temporaryFolder } from '../support/platform.js'

const VERSION = 3

describe('a record of an app', () => {
  let apps: string
  beforeEach(async () => {
    apps = await temporaryFolder()
  })
  afterEach(() => rm(apps, { recursive: true, force: true }))
  const open = () => openStore({ apps })
  const fileOf = ({ id }: AppRecord) => path.join(apps, `${id}.json`)

  /** What is said of a file that holds this. */
  async function problemOf(content: unknown, file = fileOf(newApp('an-app'))) {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    const store = await open()
    expect(store.list()).to.deep.equal([])
    return store.problems.map(({ problem }) => problem).join('\n')
  }

  it('is named by its first field that is missing or of another kind', async () => {
    const app = { ...newApp('an-app'), state_version: VERSION }
    const wrong: Record<string, unknown[]> = {
      id: [undefined, 1],
      name: [null],
      generation: ['pine', undefined],
      region: [1],
      team: [1, null],
      space: ['x', null, []],
      buildpacks: [{}, null],
      webhooks: [{}],
      drains: ['x'],
      maintenance: ['yes', null],
      features: [[], null, 'x'],
      config_vars: [[], null, 1],
      formation: [[], null],
      releases: [{}],
      current_release_id: [1, undefined],
      builds: [null],
      slugs: ['x'],
      domains: [{}],
      created_at: [1],
      updated_at: [null],
      released_at: [1, undefined],
    }
    for (const [field, values] of Object.entries(wrong))
      for (const value of values)
        expect(
          await problemOf({ ...app, [field]: value }, fileOf(app)),
          `${field}: ${JSON.stringify(value)}`,
        ).to.include(`its field ${field} is missing or of the wrong kind`)
  })

  it('may have no team, space and buildpacks, no release that serves, and be of either generation', async () => {
    const made: AppRecord[] = [
      { ...newApp('one'), current_release_id: null, released_at: null },
      { ...newApp('two'), generation: 'fir' },
      {
        ...newApp('three'),
        team: 'a-team',
        space: { id: 's', name: 'a-space' } as AppRecord['space'],
        buildpacks: [],
      },
    ]
    for (const app of made)
      await writeFile(fileOf(app), JSON.stringify({ ...app, state_version: VERSION }))
    const store = await open()
    expect(store.problems).to.deep.equal([])
    for (const app of made) expect(store.find(app.id)).to.deep.equal(app)
  })

  it('is an object', async () => {
    for (const content of ['[]', 'null', '7', '"text"'])
      expect(await problemOf(content)).to.include('it is not a JSON object')
  })

  it('that is not JSON is not repeated, as there may be secrets in it', async () => {
    const problem = await problemOf('{"SECRET": s3cret}')
    expect(problem).to.include('cannot be read: it is not JSON. It was set aside as ')
    expect(problem).not.to.include('s3cret')
  })

  it('has a whole number from 1 on as its version, or none', async () => {
    const app = newApp('an-app')
    for (const state_version of [0, -1, 1.5, '2', null])
      expect(await problemOf({ ...app, state_version }, fileOf(app))).to.include(
        'its field state_version is of the wrong kind',
      )
    await (await open()).create(app)
    expect(JSON.parse(await readFile(fileOf(app), 'utf8'))).to.include({ state_version: VERSION })
  })

  it('lies in the file of its id, and has a name of its own: the first of two keeps it', async () => {
    const [first, second] = [newApp('an-app'), newApp('an-app')].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    ) as [AppRecord, AppRecord]
    const stray = newApp('stray')
    for (const app of [first, second]) await writeFile(fileOf(app), JSON.stringify(app))
    await writeFile(fileOf(stray), JSON.stringify({ ...stray, id: first.id }))
    const store = await open()
    expect(store.list()).to.deep.equal([first])
    const told = store.problems.map(({ problem }) => problem).join('\n')
    expect(told).to.include(`its name an-app belongs to ${first.id} as well`)
    expect(told).to.include(`it holds the app with id ${first.id}`)
  })

  it('is read in the order of its id', async () => {
    const made = Array.from({ length: 12 }, (_, index) => newApp(`app-${index}`))
    for (const app of made)
      await writeFile(fileOf(app), JSON.stringify({ ...app, state_version: VERSION }))
    expect((await open()).list().map(({ id }) => id)).to.deep.equal(made.map(({ id }) => id).sort())
  })

  it('is told from other files by its whole name', async () => {
    const { id } = newApp('an-app')
    const others = [`x${id}.json`, `x${id}.json.12`, `${id}.json.12x`, `${id}.json.x`]
    for (const name of others) await writeFile(path.join(apps, name), '{}')
    const store = await open()
    expect(store.problems.map(({ problem }) => problem)).to.deep.equal(
      others.map(() => 'is not a record of an app'),
    )
    expect((await readdir(apps)).sort()).to.deep.equal(others.sort())
  })

  it('that the file system does not give out is no reason to set it aside', async () => {
    const app = newApp('an-app')
    await mkdir(fileOf(app))
    expect((await rejection<NodeJS.ErrnoException>(open())).code).to.equal('EISDIR')
    expect(await readdir(apps)).to.deep.equal([`${app.id}.json`])
  })

  it('is for its owner alone to read', async () => {
    const app = newApp('an-app')
    await (await open()).create(app)
    expect((await stat(fileOf(app))).mode & 0o777).to.equal(0o600)
  })
})

describe('a change that the disk refuses', () => {
  let apps: string
  beforeEach(async () => {
    apps = await temporaryFolder()
  })
  afterEach(() => rm(apps, { recursive: true, force: true }))

  /** No file can be renamed into the place of a folder. */
  const obstruct = async ({ id }: AppRecord) => {
    const file = path.join(apps, `${id}.json`)
    await rm(file, { force: true })
    await mkdir(file)
    return () => rm(file, { recursive: true })
  }

  it('makes no app, and takes no name', async () => {
    const store = await openStore({ apps })
    const app = newApp('an-app')
    const clear = await obstruct(app)
    expect(await rejection<Error>(store.create(app))).to.have.property('code', 'EISDIR')
    expect(store.list()).to.deep.equal([])
    expect(store.find('an-app')).to.equal(undefined)
    await store.create(newApp('an-app'))
    await clear()
  })

  it('changes no app: it keeps its name, and the other one stays free', async () => {
    const store = await openStore({ apps })
    const app = newApp('an-app')
    await store.create(app)
    const clear = await obstruct(app)
    for (const name of ['another', 'an-app']) {
      const change = store.update(app.id, (draft) => {
        Object.assign(draft, { name, maintenance: true })
      })
      expect(await rejection<Error>(change)).to.have.property('code', 'EISDIR')
      expect(store.find('an-app')).to.deep.equal(app)
    }
    await store.create(newApp('another'))
    await clear()
    await store.update(app.id, (draft) => void (draft.maintenance = true))
    expect(store.find('an-app')?.maintenance).to.equal(true)
  })
})

describe('changes of an app', () => {
  let apps: string
  beforeEach(async () => {
    apps = await temporaryFolder()
  })
  afterEach(() => rm(apps, { recursive: true, force: true }))

  it('wait for each other, also for one that was asked for while another ended', async () => {
    const store = await openStore({ apps })
    const app = newApp('an-app')
    await store.create(app)
    const set = (key: string) =>
      store.update(app.id, (draft) => void (draft.config_vars[key] = 'x'))
    const [first, second] = [set('A'), set('B')]
    await first
    await new Promise(process.nextTick)
    await Promise.all([second, set('C')])
    expect(Object.keys(store.find(app.id)!.config_vars)).to.deep.equal(['A', 'B', 'C'])
  })

  it('are on the disk once all is settled, also those that came meanwhile', async () => {
    const store = await openStore({ apps })
    const [one, other] = [newApp('one'), newApp('other')]
    await store.create(one)
    void store
      .update(one.id, (draft) => void (draft.maintenance = true))
      .then(() => {
        void store.create(other)
      })
    await store.settled()
    const again = await openStore({ apps })
    expect(again.find('one')?.maintenance).to.equal(true)
    expect(again.find('other')).to.deep.equal(other)
    await store.settled()
  })

  it('show a new name only once it is stored', async () => {
    const store = await openStore({ apps })
    const app = newApp('old')
    await store.create(app)
    let isDone = false
    const renamed = store
      .update(app.id, (draft) => void (draft.name = 'new'))
      .then(() => (isDone = true))
    let looks = 0
    for (; !isDone; looks++) {
      expect([store.find('new')?.id, store.find('old')?.id]).to.deep.equal([undefined, app.id])
      await new Promise(setImmediate)
    }
    await renamed
    expect(looks).to.be.above(1)
    expect([store.find('new')?.id, store.find('old')?.id]).to.deep.equal([app.id, undefined])
  })

  it('leave no file of a removed app, and no open file', async () => {
    const store = await openStore({ apps })
    const app = newApp('an-app')
    await store.create(app)
    await store.remove(app.id)
    expect(await readdir(apps)).to.deep.equal([])
    if (process.platform !== 'linux') return
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) =>
        readlink(`/proc/self/fd/${fd}`).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return ''
          throw error
        }),
      ),
    )
    expect(open.filter((file) => file.startsWith(apps))).to.deep.equal([])
  })
})
