import { newApp } from '../../../src/embedded/api/new-app.js'
import { openStore } from '../../../src/embedded/store/index.js'

/**
 * Counts up in three apps at once, as fast as it can, and tells its parent of every change that was
 * acknowledged, until it is killed.
 */
process.once('message', () => {
  void write()
})

/**
 * Resolves when the message is in the pipe: one that was only queued would be lost with this
 * process.
 */
const tell = (message: { app: string; value: number }) =>
  new Promise((resolve) => {
    process.send?.(message, resolve)
  })

async function write(): Promise<void> {
  const store = await openStore({ apps: process.argv[2] as string })
  await Promise.all(
    ['one', 'two', 'three'].map(async (name) => {
      if (!store.find(name)) {
        const app = newApp(name)
        app.config_vars.VALUE = '0'
        await store.create(app)
        await tell({ app: name, value: 0 })
      }
      const id = store.find(name)?.id as string
      for (;;) {
        const value = await store.update(id, (draft) => {
          const next = Number(draft.config_vars.VALUE) + 1
          draft.config_vars.VALUE = String(next)
          draft.config_vars.PADDING = 'x'.repeat((next * 7919) % 20_000)
          return next
        })
        await tell({ app: name, value })
      }
    }),
  )
}
