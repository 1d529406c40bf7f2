/**
 * Deploys of this machine that ended before their postdeploy did: killed, or stopped between the
 * push and it. The platform has no place for that which makes no release, so the deploying process
 * holds a lock in shipit's state folder, and one that is gone leaves it behind.
 */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { acquireLock, holderOf, type ProcessLock } from '../../lib/process-lock.js'
import { appOf, type Running } from '../steps/step.js'

class Held extends Error {}

const fileOf = (home: string, appId: string) =>
  path.join(home, 'postdeploy', encodeURIComponent(appId))

/** To be called before the app's first code is sent; released when the end of postdeploy was seen. */
export async function holdPostdeploy(running: Running): Promise<ProcessLock | undefined> {
  const { plan, home } = running
  if (home === undefined || !plan.steps.includes('postdeploy')) return undefined
  return orWarned(running, async () => {
    const file = fileOf(home, appOf(running).id)
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    return acquireLock(file, (pid) => new Held(`Process ${pid} deploys ${plan.app} as well.`))
  })
}

/** Warns once of a postdeploy that this deploy does not run, and whose end nobody has seen. */
export async function tellOfCutOff(running: Running): Promise<void> {
  const { plan, home, warnings } = running
  if (home === undefined || plan.steps.includes('postdeploy')) return
  await orWarned(running, async () => {
    const file = fileOf(home, appOf(running).id)
    if (!(await holderOf(file)).isStale) return
    warnings.add(
      `postdeploy of app.json may not have run: the deploy that made ${plan.app} was stopped ` +
        `before its end. Look at \`shipit logs --app ${plan.app}\`; by hand, its command runs in ` +
        '`shipit run`.',
    )
    await rm(file, { force: true })
  })
}

/** What the disk refuses does not stop a deploy. */
async function orWarned<T>(running: Running, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const { message, syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined && !(error instanceof Held)) throw error
    running.warnings.add(
      `If postdeploy of ${running.plan.app} is cut off, no later deploy tells: ${message}`,
    )
  }
  return undefined
}
