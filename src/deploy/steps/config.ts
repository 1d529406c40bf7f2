import type { Step } from './step.js'

/** One PATCH with what differs, which makes one release. */
export const config: Step = {
  name: 'config',
  isNeeded: ({ follows, hasConfig }) => follows === null && hasConfig,
  describe: ({ configChanges }) => `set config vars: ${configChanges.join(', ')}`,
  title: ({ plan }) => `Setting config vars of ${plan.app}`,
  async run(running, report) {
    const { plan, platform, journal } = running
    journal.record({ did: 'set config' })
    await platform.updateConfigVars(plan.app, { SHIPIT_ENV: plan.shipitEnv })
    const [release] = await platform.releases(plan.app, 1)
    if (release && release.version > (plan.current?.release.version ?? 0)) {
      journal.record({ did: 'release', release })
      running.release = release
    }
    report.detail(plan.configChanges.join(', '))
  },
}
