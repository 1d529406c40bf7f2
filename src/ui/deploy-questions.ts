/** What `shipit deploy` asks a person at a terminal, if something is left open. */
import type { Environment, herokuPlatform, Prepared } from '../deploy/index.js'
import type { Ecosystem } from '../ecosystem/types.js'
import { ShipitError } from '../errors.js'

const nothing = () => new ShipitError('interrupted', { message: 'Nothing was deployed.' })

/**
 * Whether uncommitted work is to be deployed as it is, if there is some. Throws after a no.
 * @param mayBeSent whether files can be deployed in place of a commit
 */
export async function askForFiles(
  { leftOut, source }: Prepared,
  mayBeSent: boolean,
): Promise<boolean> {
  if (leftOut === '') return false
  const { askWhich } = await import('./ask.js')
  const answer = await askWhich(`Not committed: ${leftOut}. Deploy what?`, [
    { value: 'commit', name: `commit ${source.commit.short} without it` },
    ...(mayBeSent ? [{ value: 'files', name: 'the files as they are (--source)' }] : []),
    { value: 'nothing', name: 'nothing' },
  ])
  if (answer === 'nothing') throw nothing()
  return answer === 'files'
}

interface FirstDeploy {
  app: string
  facts: Prepared['facts']
  environment: Environment | undefined
  /** Counts of dynos that were typed. */
  typed: Record<string, string> | undefined
}

/**
 * Counts of dynos: those that were typed; if none is for web, a first deploy of an app without a web
 * line asks first. Throws after a no.
 */
export async function askForScale(
  platform: ReturnType<typeof herokuPlatform>,
  { app, facts, environment, typed }: FirstDeploy,
): Promise<Record<string, string> | undefined> {
  const { defaultWeb, withoutWeb } = await import('../doctor/index.js')
  const web = defaultWeb({ project: facts, environment, scale: typed })
  if (!web?.trouble || environment?.target.formation?.['web'] !== undefined) return typed
  const found = await platform.findApp(app)
  if (found && (await platform.currentRelease(app))?.slug) return typed
  const { askWhich } = await import('./ask.js')
  const counts = withoutWeb(web)
  const answer = await askWhich(
    `The Procfile has no web line, and Heroku starts one dyno of \`npm start\` for web ` +
      `(${web.line}), in which nothing would listen. Start what?`,
    [
      { value: 'others', name: counts.join(' ') },
      { value: 'web', name: 'web=1, as Heroku does' },
      { value: 'nothing', name: 'nothing' },
    ],
  )
  if (answer === 'nothing') throw nothing()
  const { typedScale } = await import('../deploy/index.js')
  return answer === 'web' ? typed : { ...typedScale(counts), ...typed }
}

/** The name of an environment of the `deploy:` block. */
export async function askForEnvironment({ deploy }: Ecosystem): Promise<string> {
  const { askWhich } = await import('./ask.js')
  return askWhich(
    'Deploy which environment?',
    Object.entries(deploy).map(([value, { app }]) => ({
      value,
      name: `${value} (${app ?? 'no app'})`,
    })),
  )
}
