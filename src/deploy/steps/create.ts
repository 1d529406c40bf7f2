import { isChange, type Step } from './step.js'

export const create: Step = {
  name: 'create',
  isNeeded: (needs) => isChange(needs) && needs.isNew,
  describe: ({ app, addsRemote }) =>
    `create ${app}${addsRemote ? ', and the git remote heroku' : ''}`,
  title: ({ plan }) => `Creating ${plan.app}`,
  // Somebody has made it since the plan was.
  skip: ({ app }) => app !== undefined || undefined,
  async run(running) {
    const { plan, platform, git, journal } = running
    running.app = await platform.createApp(plan.app, {
      ...plan.place,
      ...(plan.setUp?.stack ? { stack: plan.setUp.stack } : {}),
    })
    journal.record({ did: 'create app', app: running.app })
    if (plan.addsRemote) await git.addRemote(plan.app)
  },
}
