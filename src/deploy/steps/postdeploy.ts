import { monotonic } from '../../lib/monotonic.js'
import { ShipitError } from '../../errors.js'
import { POSTDEPLOY_VAR } from '../set-up/set-up.js'
import type { StepReport } from '../events.js'
import { waitForRelease } from './release.js'
import type { Running, Step } from './step.js'

/** How many of its last lines are told when it fails. */
const SHOWN = 20

/**
 * `scripts.postdeploy` of app.json: once, when there is a release to run it on. Its failure undoes
 * nothing, as on Heroku: the deploy goes on, and run.ts tells it in the end. Until it has succeeded,
 * a config var says that it is owed.
 */
export const postdeploy: Step = {
  name: 'postdeploy',
  isNeeded: ({ follows, setUp }) => follows === null && setUp !== null && setUp.postdeploy !== null,
  describe: ({ setUp }) => `run postdeploy of app.json: ${setUp?.postdeploy?.command ?? ''}`,
  title: ({ plan }) => `Running postdeploy of ${plan.app}`,
  async run(running, report) {
    const { plan, platform, signal } = running
    const script = plan.setUp?.postdeploy
    if (!script) return
    const printed: string[] = []
    const line = (text: string) => {
      printed.push(text)
      report.line(text)
    }
    try {
      const { dyno, status } = await platform.runOneOff(plan.app, script, { line, signal })
      running.postdeploy = { dyno, exitCode: status, output: printed.slice(-SHOWN) }
      report.detail(status === 0 ? dyno : `failed: exit code ${status}`)
    } catch (error) {
      if (!(error instanceof ShipitError) && !signal.aborted) throw error
      running.postdeploy = { failure: ShipitError.from(error) }
      report.detail('failed')
    }
    await note(running, report)
    await running.postdeployLock?.release()
    signal.throwIfAborted()
  },
}

/** Says on the app whether postdeploy is owed, if that is new: a release of its own. */
async function note(running: Running, report: StepReport): Promise<void> {
  const { plan, bare } = running
  const isOwed = running.postdeploy?.exitCode !== 0
  if (isOwed === plan.setUp?.isPostdeployOwed) return
  await bare.updateConfigVars(plan.app, { [POSTDEPLOY_VAR]: isOwed ? 'owed' : null })
  const [release] = await bare.releases(plan.app, 1)
  if (!release || release.id === running.release?.id) return
  running.journal.record({ did: 'release', release })
  running.release = release
  if (running.signal.aborted) return
  running.deadline = monotonic() + plan.waitTimeout
  running.release = await waitForRelease(running, release, running.deadline, report)
}
