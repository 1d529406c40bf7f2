import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { build } from 'esbuild'
import { newApp } from '../../../src/embedded/api/new-app.js'
import { openStore } from '../../../src/embedded/store/index.js'
import { STATE_VERSION } from '../../../src/embedded/store/migrations.js'
import { temporaryFolder } from '../support/platform.js'

const KILLS = 20

describe('the store', () => {
  let apps: string
  let home: string
  beforeEach(async () => {
    home = await temporaryFolder()
    apps = path.join(home, 'apps')
    await mkdir(apps)
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const open = () => openStore({ apps })

  it('finds an app by id and name, and after a restart', async () => {
    const app = newApp('an-app')
    await (await open()).create(app)
    const again = await open()
    expect(again.find('an-app')).to.deep.equal(app)
    expect(again.find(app.id)).to.deep.equal(app)
    expect(again.find('another')).to.equal(undefined)
    expect(again.problems).to.deep.equal([])
  })

  it('runs the changes of one app one after the other, and shows each once it is durable', async () => {
    const store = await open()
    const app = newApp('an-app')
    await store.create(app)
    const seen = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        store.update(app.id, (draft) => {
          draft.config_vars[`K${index}`] = 'x'
          return Object.keys(store.find(app.id)?.config_vars ?? {}).length
        }),
      ),
    )
    expect(seen).to.deep.equal(Array.from({ length: 30 }, (_, index) => index))
    expect(Object.keys((await open()).find(app.id)?.config_vars ?? {})).to.have.length(30)
  })

  it('leaves everything as it was where a change throws', async () => {
    const store = await open()
    const app = newApp('an-app')
    await store.create(app)
    const refused = await store
      .update(app.id, (draft) => {
        draft.name = 'other'
        throw new Error('no')
      })
      .catch((error: Error) => error.message)
    expect(refused).to.equal('no')
    expect(store.find('an-app')).to.deep.equal(app)
    expect(await store.update(app.id, () => 'still works')).to.equal('still works')
  })

  it('gives no name twice, by creation or by change', async () => {
    const store = await open()
    const [one, other] = [newApp('one'), newApp('other')]
    await store.create(one)
    await store.create(other)
    const outcome = (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: Error) => error.message,
      )
    expect(await outcome(store.create(newApp('one')))).to.match(/already taken/)
    expect(
      await outcome(
        store.update(other.id, (draft) => {
          draft.name = 'one'
        }),
      ),
    ).to.match(/already taken/)
    await store.update(one.id, (draft) => {
      draft.name = 'first'
    })
    expect(await outcome(store.create(newApp('one')))).to.equal('done')
    await store.remove(one.id)
    expect(store.find('first')).to.equal(undefined)
    expect(await outcome(store.update(one.id, () => {}))).to.match(/Couldn't find that app/)
  })

  it('hands out records that nobody can change by mistake', async () => {
    const store = await open()
    await store.create(newApp('an-app'))
    expect(Object.isFrozen(store.find('an-app'))).to.equal(true)
    expect(Object.isFrozen(store.find('an-app')?.config_vars)).to.equal(true)
    expect(Object.isFrozen(store.find('an-app')?.releases[0])).to.equal(true)
  })

  it('reports what it cannot read, sets it aside, and serves the rest', async () => {
    const store = await open()
    const app = newApp('an-app')
    await store.create(app)
    const [torn, empty, foreign] = [`${randomUUID()}.json`, `${randomUUID()}.json`, 'notes.txt']
    await writeFile(path.join(apps, torn), '{"id":"')
    await writeFile(path.join(apps, empty), '{}')
    await writeFile(path.join(apps, foreign), 'x')
    await writeFile(path.join(apps, `${app.id}.json.1234567`), '{"id":')
    const again = await open()
    expect(again.list()).to.deep.equal([app])
    expect(again.problems.map(({ file }) => path.basename(file)).sort()).to.deep.equal(
      [torn, empty, foreign, `${app.id}.json.1234567`].sort(),
    )
    expect(
      (await readdir(apps)).map((name) => name.replace(/\.set-aside-\d+$/, '.aside')).sort(),
    ).to.deep.equal([`${app.id}.json`, `${torn}.aside`, `${empty}.aside`, foreign].sort())
    expect((await open()).problems.map(({ file }) => path.basename(file))).to.deep.equal([foreign])
  })

  it('reads the record of an older version, and writes it as one of this version', async () => {
    const app = newApp('an-app')
    const file = path.join(apps, `${app.id}.json`)
    // As the first version wrote it: without a version, before there were these fields.
    const { generation, region, webhooks, drains, ...first } = app
    await writeFile(file, JSON.stringify(first))
    const store = await open()
    expect(store.problems).to.deep.equal([])
    expect(store.find('an-app')).to.deep.equal({ ...first, generation, region, webhooks, drains })
    await store.update(app.id, (draft) => {
      draft.config_vars.A = 'b'
    })
    const written = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    expect(written).to.include({ state_version: STATE_VERSION, generation: 'cedar' })
    expect((await open()).find('an-app')?.config_vars).to.deep.equal({ A: 'b' })
  })

  it('leaves the record of a newer version as it is, and says so', async () => {
    const app = newApp('an-app')
    const file = path.join(apps, `${app.id}.json`)
    const text = JSON.stringify({ ...app, state_version: STATE_VERSION + 1, shelf: 7 })
    await writeFile(file, text)
    const store = await open()
    expect(store.find('an-app')).to.equal(undefined)
    expect(store.problems.map(({ problem }) => problem).join()).to.match(
      /newer shipit.*left as it is; update shipit/,
    )
    expect(await readFile(file, 'utf8')).to.equal(text)
  })

  it(`loses nothing that it acknowledged over ${KILLS} kills at random moments`, async function () {
    this.timeout(120_000)
    // Bundled once: twenty starts through a loader would take most of this test's time.
    const writer = path.join(home, 'writer.cjs')
    await build({
      entryPoints: [path.resolve(import.meta.dirname, '../support/store-writer.ts')],
      outfile: writer,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    })
    const acknowledged = new Map<string, number>()
    // The next round's process starts while this one's works: starting node takes longer than a
    // round.
    const start = () => fork(writer, [apps], { execArgv: [] })
    let next: ChildProcess = start()
    for (let round = 0; round < KILLS; round += 1) {
      const child = next
      child.on('message', ({ app, value }: { app: string; value: number }) =>
        acknowledged.set(app, value),
      )
      child.send('go')
      await once(child, 'message')
      if (round < KILLS - 1) next = start()
      await new Promise((resolve) => {
        setTimeout(resolve, Math.random() * 40)
      })
      child.kill('SIGKILL')
      // Messages that it sent before its end are still read: its end may be heard of before them.
      await Promise.all([once(child, 'close'), once(child, 'disconnect')])
      await new Promise(setImmediate)
      const store = await open()
      for (const { problem } of store.problems)
        expect(problem).to.match(/cut off before it was acknowledged/)
      for (const [app, value] of acknowledged) {
        // One change beyond the last acknowledged may have been durable already.
        const stored = Number(store.find(app)?.config_vars.VALUE)
        expect([value, value + 1], `${app} in round ${round}`).to.include(stored)
        // The next process counts on from there, and may be killed before it tells of a change of
        // this app.
        acknowledged.set(app, stored)
      }
    }
    expect(acknowledged.size).to.be.above(0)
    for (const file of await readdir(apps))
      JSON.parse(await readFile(path.join(apps, file), 'utf8'))
  })
})
