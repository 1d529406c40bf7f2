import { expect } from 'chai'
import { StepRunner, type DeployEvent } from '../../../src/deploy/events.js'
import { Journal, type Entry } from '../../../src/deploy/journal.js'
import type { Platform } from '../../../src/deploy/platform.js'
import { afterInterrupt, Interruption } from '../../../src/deploy/rollback/interrupt.js'
import { ShipitError } from '../../../src/errors.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { deploymentOf, releaseOf } from '../scripted.js'

const CURRENT = { release: { id: 'release-3', version: 3 }, slug: 'slug-3', commit: 'old' }
const BEGUN: Entry = { did: 'begin push' }
const released = (version: number): Entry => ({ did: 'release', release: releaseOf(version) })

describe('a deploy that was stopped', () => {
  useVirtualClock()

  const stopped = async (
    did: Entry[],
    answers: Partial<Platform> = {},
    plan: object = {},
    reason: Error = new Interruption('SIGTERM'),
  ) => {
    const journal = new Journal()
    for (const entry of did) journal.record(entry)
    const stop = new AbortController()
    stop.abort(reason)
    const { deployment, asked } = deploymentOf(
      { currentRelease: () => Promise.resolve(releaseOf(3)), ...answers },
      journal,
      stop.signal,
    )
    const events: DeployEvent[] = []
    Object.assign(deployment.plan, { current: CURRENT, formation: [], rollback: true }, plan)
    Object.assign(deployment, { steps: new StepRunner((event) => events.push(event)) })
    const error = await afterInterrupt(deployment)
    return Object.assign(error, { asked, events })
  }
  const refuse = () => Promise.reject(new ShipitError('network', { message: 'No answer.' }))

  it('has changed nothing, or has made an app', async () => {
    const nothing = await stopped([])
    expect(nothing).to.include({
      code: 'interrupted',
      exitCode: 143,
      message: 'Stopped by SIGTERM. Nothing was changed.',
    })
    expect([nothing.details, nothing.asked]).to.deep.equal([{ signal: 'SIGTERM' }, []])
    const made = await stopped([{ did: 'create app', app: {} as never }])
    expect(made.message).to.equal('Stopped by SIGTERM. The app a1 was created and is empty.')
    const other = await stopped([], {}, {}, new Error('of no terminal'))
    expect(other).to.include({ exitCode: 130, message: 'Stopped by Ctrl-C. Nothing was changed.' })
    const closed = await stopped([], {}, {}, new Interruption('SIGHUP'))
    expect(closed).to.include({ exitCode: 129 })
    expect(closed.message).to.include('Stopped by the closed terminal.')
  })

  it('leaves alone what it only followed, and says what serves', async () => {
    const follows = { follows: {} }
    const build = await stopped([], {}, follows)
    expect(build.message).to.equal(
      'Stopped by SIGTERM. The build of mine, which was followed, goes on; now v3 serves.',
    )
    const none = { currentRelease: () => Promise.resolve(undefined) }
    const release = await stopped([BEGUN, released(4), released(5)], none, follows)
    expect(release.message).to.equal(
      'Stopped by SIGTERM. v5, which was followed, goes on; now nothing serves.',
    )
    const empty = { currentRelease: () => Promise.resolve(releaseOf(1, { slug: null })) }
    expect((await stopped([], empty, follows)).message).to.include('now nothing serves')
    const unknown = await stopped([BEGUN, released(4)], { currentRelease: refuse }, follows)
    expect(unknown.message).to.equal(
      'Stopped by SIGTERM. v4, which was followed, goes on. Could not determine the live ' +
        'release: No answer.',
    )
    expect(unknown.asked).to.deep.equal(['currentRelease'])
  })

  it('says where its rollback stands, and asks for nothing more', async () => {
    const did: Entry[] = [
      BEGUN,
      released(4),
      released(5),
      { did: 'roll back', release: releaseOf(6) },
    ]
    const back = await stopped(did, { builds: refuse, releases: refuse, currentRelease: refuse })
    expect(back.message).to.equal(
      'Stopped by SIGTERM. The rollback to v3 was made, as v6; its dynos were not waited for.',
    )
    expect(back.details).to.deep.equal({
      signal: 'SIGTERM',
      release: { id: 'release-5', version: 5 },
      rolled_back_to: CURRENT.release,
      serving: { id: 'release-6', version: 6 },
    })
    expect(back.asked).to.deep.equal([])
    expect(back.next).to.equal(undefined)
  })

  it('looks at what the platform has made of it, and says so if it cannot', async () => {
    const before = await stopped([BEGUN])
    expect(before.message).to.equal('Stopped by SIGTERM. v3 serves, as before.')
    expect(before.events.at(0)).to.include({ type: 'started', step: 'interrupt' })
    const unknown = await stopped([BEGUN], { currentRelease: refuse })
    expect(unknown).to.include({
      exitCode: 143,
      message: 'Stopped by SIGTERM. Could not determine the live release: No answer.',
      next: 'Look at `shipit releases --app a1`.',
    })
    expect(unknown.details).to.deep.equal({ signal: 'SIGTERM' })
  })
})
