import { expect } from 'chai'
import type { Deployment } from '../../../src/deploy/deployment.js'
import { withLastLines } from '../../../src/deploy/health/last-lines.js'
import type { ReleaseWatch } from '../../../src/deploy/health/release-watch.js'
import { ShipitError } from '../../../src/errors.js'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()

describe('the last lines of a dyno that crashed', () => {
  it("are its own when the list has its next life already, and not the next one's", async () => {
    const told: [number, 'app' | 'heroku', string][] = [
      [1, 'app', 'of the release before'],
      [3, 'heroku', 'Starting process with command `npm start`'],
      [4, 'app', 'Server on 3000'],
      [63, 'heroku', 'Error R10 (Boot timeout) -> Web process failed to bind to $PORT'],
      [63, 'heroku', 'The app listens on port 3000, but $PORT is 5006.'],
      [64, 'heroku', 'Process exited with status 137'],
      [65, 'heroku', 'Starting process with command `npm start`'],
      [66, 'app', 'of its next life'],
    ]
    const dyno = { name: 'web.1', created_at: at(64), state: 'starting' }
    const watch = {
      release: { created_at: at(2) },
      dynos: [{ ...dyno, name: 'worker.1' }, dyno],
      crashed: { dyno, reason: 'crashed' },
    }
    const deployment = {
      plan: { app: 'shop' },
      signal: new AbortController().signal,
      timing: { lines: 1 },
      platform: {
        async *logs() {
          for (const [second, source, message] of told)
            yield { timestamp: at(second), source, dyno: 'web.1', message }
        },
      },
    }
    const error = await withLastLines(
      deployment as unknown as Deployment,
      watch as unknown as ReleaseWatch,
      new ShipitError('boot', { message: 'web.1 crashed' }),
    )
    expect((error as ShipitError).why).to.equal(
      'The last lines of web.1:\n  Server on 3000\n  The app listens on port 3000, but $PORT is 5006.',
    )
  })
})

describe('a failure that is told with last lines', () => {
  const lines = async (
    error: unknown,
    {
      dynos = [],
      isAborted = false,
    }: { dynos?: [name: string, state: string][]; isAborted?: boolean },
  ) => {
    const stop = new AbortController()
    if (isAborted) stop.abort()
    const deployment = {
      plan: { app: 'shop' },
      signal: stop.signal,
      timing: { lines: 1 },
      platform: {
        async *logs() {
          for (const [name] of dynos)
            yield { timestamp: at(3), source: 'app', dyno: name, message: `of ${name}` }
        },
      },
    }
    const watch = {
      release: { created_at: at(2) },
      dynos: dynos.map(([name, state]) => ({
        name,
        state,
        type: name.split('.')[0],
        created_at: at(2),
      })),
    }
    const told = await withLastLines(
      deployment as unknown as Deployment,
      watch as unknown as ReleaseWatch,
      error,
    )
    return told === error ? 'as it was' : (told as ShipitError).details!['dyno']
  }
  const boot = new ShipitError('boot', { message: 'did not come up', why: 'as is said' })

  it('is that of a boot or of health, and of no deploy that was stopped', async () => {
    const dynos: [string, string][] = [['web.1', 'up']]
    expect(await lines(boot, { dynos })).to.equal('web.1')
    expect(await lines(new ShipitError('health', { message: 'ill' }), { dynos })).to.equal('web.1')
    for (const other of [new ShipitError('timeout', { message: 'late' }), new Error('boot')])
      expect(await lines(other, { dynos })).to.equal('as it was')
    const codeAlone = Object.assign(new Error('not ours'), { code: 'boot' })
    expect(await lines(codeAlone, { dynos })).to.equal('as it was')
    expect(await lines(boot, { dynos, isAborted: true })).to.equal('as it was')
    expect(await lines(boot, {})).to.equal('as it was')
  })

  it('has those of the first that is not up, else of the first web dyno, else of the first', async () => {
    const dyno = (...dynos: [string, string][]) => lines(boot, { dynos })
    expect(
      await dyno(['web.1', 'up'], ['worker.1', 'starting'], ['worker.2', 'starting']),
    ).to.equal('worker.1')
    expect(await dyno(['worker.1', 'up'], ['web.1', 'up'], ['web.2', 'up'])).to.equal('web.1')
    expect(await dyno(['worker.1', 'up'], ['clock.1', 'up'])).to.equal('worker.1')
  })
})
