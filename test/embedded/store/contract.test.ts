import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { newApp } from '../../../src/embedded/api/new-app.js'
import { openStore } from '../../../src/embedded/store/index.js'
import type { Store } from '../../../src/embedded/store/types.js'
import { FakeStore } from '../dynos/fakes.js'
import { rejection } from '../../support/platform.js'
import { temporaryFolder } from '../support/platform.js'

/** What all who use a store rely on: the real one keeps it, and the tests' own. */
const STORES: Record<string, (home: string) => Promise<Store>> = {
  'the store': async (home) => {
    const apps = path.join(home, 'apps')
    await mkdir(apps)
    return openStore({ apps })
  },
  "the tests' store": async () => new FakeStore(),
}

for (const [name, make] of Object.entries(STORES))
  describe(`${name}, as a store`, () => {
    let home: string
    let store: Store
    beforeEach(async () => {
      home = await temporaryFolder()
      store = await make(home)
    })
    afterEach(() => rm(home, { recursive: true, force: true }))

    const status = async (work: Promise<unknown>) =>
      (await rejection<Error & { status: number }>(work)).status

    it('finds an app by id and by name, and lists all', async () => {
      const [one, two] = [newApp('one'), newApp('two')]
      await store.create(one)
      await store.create(two)
      expect(store.find(one.id)).to.deep.equal(one)
      expect(store.find('two')).to.deep.equal(two)
      expect(store.find('three')).to.equal(undefined)
      expect(store.list().map((app) => app.name)).to.deep.equal(['one', 'two'])
    })

    it('keeps what it was given, whatever the giver does with it later', async () => {
      const app = newApp('one')
      await store.create(app)
      app.config_vars.LATER = 'x'
      expect(store.find('one')?.config_vars).to.deep.equal({})
    })

    it('refuses an id and a name that are taken, also by one that is being made', async () => {
      const app = newApp('one')
      const [first, second] = await Promise.allSettled([
        store.create(app),
        store.create(newApp('one')),
      ])
      expect(first.status).to.equal('fulfilled')
      expect(second).to.include({ status: 'rejected' })
      expect(await status(store.create({ ...newApp('other'), id: app.id }))).to.equal(422)
      expect(store.list()).to.have.length(1)
    })

    it('passes on what a change returns, and shows the change once it is done', async () => {
      const app = newApp('one')
      await store.create(app)
      const update = store.update(app.id, (draft) => {
        draft.config_vars.A = 'b'
        return 7
      })
      expect(store.find('one')?.config_vars).to.deep.equal({})
      expect(await update).to.equal(7)
      expect(store.find('one')?.config_vars).to.deep.equal({ A: 'b' })
    })

    it('leaves all as it was if a change throws, and goes on', async () => {
      const app = newApp('one')
      await store.create(app)
      const fault = await rejection<Error>(
        store.update(app.id, (draft) => {
          draft.config_vars.A = 'b'
          throw new Error('no')
        }),
      )
      expect(fault.message).to.equal('no')
      expect(store.find('one')?.config_vars).to.deep.equal({})
      await store.update(app.id, (draft) => void (draft.config_vars.C = 'd'))
      expect(store.find('one')?.config_vars).to.deep.equal({ C: 'd' })
    })

    it('makes changes of one app in the order they were asked for', async () => {
      const app = newApp('one')
      await store.create(app)
      const seen = await Promise.all(
        [0, 1, 2, 3].map((at) =>
          store.update(app.id, (draft) => {
            draft.config_vars[`K${at}`] = 'x'
            return Object.keys(draft.config_vars).length
          }),
        ),
      )
      expect(seen).to.deep.equal([1, 2, 3, 4])
    })

    it('takes another name, and refuses one that is taken', async () => {
      const app = newApp('one')
      await store.create(app)
      await store.create(newApp('two'))
      const rename = (to: string) => store.update(app.id, (draft) => void (draft.name = to))
      expect(await status(rename('two'))).to.equal(422)
      expect(store.find('one')?.id).to.equal(app.id)
      await rename('three')
      expect(store.find('three')?.id).to.equal(app.id)
      expect(store.find('one')).to.equal(undefined)
    })

    it('removes an app, and knows nothing of one that is not there', async () => {
      const app = newApp('one')
      await store.create(app)
      await store.remove(app.id)
      expect(store.find('one')).to.equal(undefined)
      expect(await status(store.remove(app.id))).to.equal(404)
      expect(await status(store.update(app.id, () => undefined))).to.equal(404)
      await store.create(newApp('one'))
    })
  })
