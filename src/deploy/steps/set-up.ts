import { applySetUp } from '../set-up/apply-set-up.js'
import { isLacking, lackedInWords } from '../set-up/set-up.js'
import type { Step } from './step.js'

/** What app.json says, before the first release: the app boots on it. */
export const setUp: Step = {
  name: 'set_up',
  isNeeded: ({ follows, setUp }) => follows === null && setUp !== null && isLacking(setUp),
  describe: (plan) =>
    `set up by app.json: ${plan.setUp ? lackedInWords(plan.setUp).join('; ') : ''}`,
  title: ({ plan }) => `Setting up ${plan.app} by app.json`,
  async run(running, report) {
    const { plan, platform, journal, setUpValues: values, signal, timing } = running
    if (!plan.setUp) return
    await applySetUp(plan.app, plan.setUp, {
      platform,
      values,
      signal,
      poll: Math.min(timing.poll, POLL),
      line: (phrase) => {
        journal.record({ did: 'set up', phrase })
        report.line(phrase)
      },
    })
    const [release] = await platform.releases(plan.app, 1)
    if (release && release.version > (plan.current?.release.version ?? 0)) {
      journal.record({ did: 'release', release })
      running.release = release
    }
  },
}

/** ms between two looks at an add-on. */
const POLL = 1000
