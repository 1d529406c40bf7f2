import { expect } from 'chai'
import { followBuild, takeOver } from '../../../src/deploy/lock/follow.js'
import type { InProgress } from '../../../src/deploy/lock/in-progress.js'
import type { Platform } from '../../../src/deploy/platform.js'
import type { Running } from '../../../src/deploy/steps/step.js'
import type { Build } from '../../../src/heroku/index.js'
import { failureOf } from '../../support/failures.js'
import { useVirtualClock } from '../../support/virtual-clock.js'
import { buildOf, deploymentOf, releaseOf } from '../scripted.js'

const APP = { name: 'a1' }

describe('a deploy of the same commit that is followed', () => {
  useVirtualClock()

  const begin = (answers: Partial<Platform>) => {
    const { deployment, journal, asked } = deploymentOf({
      findApp: () => Promise.resolve(APP as never),
      release: (_app, id) => Promise.resolve({ ...releaseOf(4), id }),
      ...answers,
    })
    const details: string[] = []
    const lines: string[] = []
    const report = {
      line: (text: string) => void lines.push(text),
      detail: (text: string) => void details.push(text),
    }
    return { running: deployment as Running, journal, asked, report, details, lines }
  }
  const follows = (more: object) => ({ build: 'b1', release: null, ...more }) as InProgress

  it('is taken over with its release, which there is then to go back from', async () => {
    const { running, journal } = begin({})
    await takeOver(running, follows({ build: null, release: { id: 'release-4', version: 4 } }))
    expect([running.app, running.release?.id]).to.deep.equal([APP, 'release-4'])
    expect(journal.releases.map(({ id }) => id)).to.deep.equal(['release-4'])
    expect([journal.has('begin push'), journal.has('end push')]).to.deep.equal([true, true])
  })

  it('has nothing to go back from while it is built', async () => {
    const { running, journal, asked } = begin({})
    await takeOver(running, follows({}))
    expect([running.app, running.release, asked]).to.deep.equal([APP, undefined, ['findApp']])
    expect(journal.isOfCreationAlone).to.equal(true)
    const gone = begin({ findApp: () => Promise.resolve(undefined) })
    expect(await failureOf(takeOver(gone.running, follows({})))).to.include({
      code: 'not_found',
      message: 'a1 is not there any more.',
    })
  })

  describe('in its build', () => {
    const build = (end: Build['status'], release: { id: string } | null) => {
      let looks = 0
      return begin({
        build: (_app, id) =>
          Promise.resolve({
            ...buildOf(id, ++looks < 3 ? 'pending' : end, 'mine'),
            release,
            output_stream_url: 'https://output',
          } as Build),
        async *output() {
          await Promise.resolve()
          yield 'Building\n'
        },
        releases: () => Promise.resolve([releaseOf(4, { slug: { id: 'mine' } })]),
        slug: () => Promise.resolve({ commit: 'mine' } as never),
      })
    }

    it('is followed to its release, listed with the build or not', async () => {
      const known = build('succeeded', { id: 'release-9' })
      const release = await followBuild(known.running, follows({}), known.report)
      expect(release.id).to.equal('release-9')
      expect([known.lines, known.details]).to.deep.equal([['Building'], ['v4']])
      expect(known.journal.releases).to.deep.equal([release])
      expect(known.journal.has('end push')).to.equal(true)
      expect(known.asked).to.not.include('releases 10')
      const late = build('succeeded', null)
      expect((await followBuild(late.running, follows({}), late.report)).id).to.equal('release-4')
    })

    it('ends with a build that fails, of which nothing was released', async () => {
      const failed = build('failed', null)
      const error = await failureOf(followBuild(failed.running, follows({}), failed.report))
      expect(error).to.include({
        code: 'build',
        message: 'The build of mine that was followed has failed. Nothing was released.',
      })
      expect([failed.journal.isOfCreationAlone, failed.details]).to.deep.equal([true, []])
    })
  })
})
