/**
 * Heroku Scheduler (devcenter.heroku.com/articles/scheduler): runs an app's commands at the times
 * that its page sets, each in a one-off dyno. The jobs are kept in the add-on's record. One that was
 * due while the platform was stopped is not run afterwards.
 */
import { runtimeOf } from '../../api/place.js'
import { describe, InvalidParams } from '../../api/api-error.js'
import { allAddons, type Owned } from '../attachments.js'
import type { Provider } from '../provider.js'
import { afterForm } from './form.js'
import { isToStart, jobsOf, withJobs } from './job.js'
import { schedulerPage } from './page.js'
import { followSlots } from './slots.js'
import { startJob, type StartParts } from './start-job.js'

export function createScheduler(parts: StartParts): Provider {
  const { store, clock, log } = parts
  /** Ids of the add-ons whose jobs are started. */
  const followed = new Set<string>()
  let end: (() => void) | undefined
  /** Slots are gone through one after the other. */
  let starting: Promise<void> = Promise.resolve()

  const report =
    ({ app }: Owned) =>
    (error: unknown) =>
      log(`scheduler of ${app.name}: ${describe(error)}`)
  const startDueOf = async (owned: Owned, slot: number): Promise<void> => {
    for (const job of jobsOf(owned.addon).filter((one) => isToStart(one, slot)))
      await startJob(parts, owned, job, slot).catch(report(owned))
  }
  const startDue = async (slot: number): Promise<void> => {
    const mine = allAddons(store.list()).filter(({ addon }) => followed.has(addon.id))
    for (const owned of mine) await startDueOf(owned, slot).catch(report(owned))
  }
  const follow = (id: string) => {
    followed.add(id)
    end ??= followSlots(clock, (slot) => {
      starting = starting.then(() => startDue(slot))
    })
  }
  const leave = (ids: Iterable<string>) => {
    for (const id of ids) followed.delete(id)
    if (followed.size > 0) return
    end?.()
    end = undefined
  }

  return {
    prepare: () => withJobs([]),
    provision({ id, resource }) {
      follow(id)
      return Promise.resolve({ resource, config: {} })
    },
    changePlan: () => Promise.resolve(),
    deprovision({ id }) {
      leave([id])
      return starting
    },
    start(addons) {
      for (const { id } of addons) follow(id)
      return Promise.resolve(
        new Map(addons.map(({ id, config, resource }) => [id, { config, resource }])),
      )
    },
    stop() {
      leave([...followed])
      return starting
    },
    forms: {
      show: (owned, token, refused) => schedulerPage(owned, { token, refused, now: clock.now() }),
      async submit({ app, addon }, fields) {
        if (addon.state !== 'provisioned')
          throw new InvalidParams(`${addon.name} is not provisioned.`)
        await store.update(app.id, (draft) => {
          const record = draft.addons.find(({ id }) => id === addon.id)
          if (record)
            record.resource = withJobs(afterForm(jobsOf(record), fields, runtimeOf(draft)))
        })
      },
    },
  }
}
