import { ShipitError } from '../../errors.js'
import { outdated } from '../lock/overtaken.js'
import { isChange, type Step } from './step.js'

/** Is the platform still as the plan saw it? */
export const preflight: Step = {
  name: 'preflight',
  isNeeded: isChange,
  describe: () => 'check that nobody else has released meanwhile',
  title: ({ plan }) => `Checking ${plan.app}`,
  async run(running) {
    const { plan, platform } = running
    const app = await platform.findApp(plan.app)
    if (!app && plan.appState === 'exists')
      throw new ShipitError('not_found', { message: `${plan.app} is not there any more.` })
    const current = app && (await platform.currentRelease(app.name))
    if (plan.current && current?.id !== plan.current.release.id) {
      throw outdated(
        plan,
        `Someone else has released v${current?.version ?? '?'} since this deploy was planned.`,
        `The plan replaces v${plan.current.release.version}.`,
      )
    }
    if (app) running.app = app
    running.release = current
  },
}
