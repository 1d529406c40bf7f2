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
      dynos: [dyno],
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
