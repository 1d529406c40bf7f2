/** The way to a build without git: the files are uploaded as they are, and built. */

import { ShipitError } from '../errors.js'
import {
  createBuild,
  createSource,
  getBuild,
  streamOutput,
  uploadSource,
  type PlatformApi,
} from '../heroku/index.js'
import { buildEnd } from './build-end.js'
import { TIMING } from './timing.js'
import { retry, isRateLimit } from '../heroku/limits.js'
import type { GitPush } from './platform.js'

const SHOWN = 30
/** ms between two tries of a poll that the platform did not answer. */
const PAUSE = 1000

/**
 * In place of a push. What a signal stops after the build has begun goes on at the platform, as
 * with a push.
 */
export function sourceUpload(api: PlatformApi, git: GitPush, pack: () => Promise<Buffer>): GitPush {
  return {
    ...git,
    push: async ({ app, commit, signal, onOutput, onBuild }) => {
      const archive = await pack()
      signal.throwIfAborted()
      const { source_blob: blob } = await createSource(api, { signal })
      await uploadSource(blob.put_url, archive, { signal })
      const begun = await createBuild(api, app, { url: blob.get_url, version: commit }, { signal })
      onBuild(begun.id)
      const said: string[] = []
      const say = (line: string) => {
        said.push(line)
        onOutput(line)
      }
      const { status } = await buildEnd(begun, {
        app,
        poll: () =>
          retry(
            () => getBuild(api, app, begun.id, { signal }),
            (error) => isRateLimit(error) || error.code === 'network',
            { time: TIMING.patience, pause: PAUSE, signal },
          ),
        output: (url, limit) => streamOutput(url, { signal: limit }),
        say,
        signal,
        timing: TIMING,
      })
      if (status !== 'succeeded') throw buildFailure(said)
      return { outcome: 'pushed' }
    },
  }
}

function buildFailure(said: string[]): ShipitError {
  return new ShipitError('build', {
    message: 'The build failed. Nothing was released.',
    why: said.slice(-SHOWN).join('\n').trim() || 'The platform did not say why.',
    next: 'Fix what the build complains about, and deploy again.',
  })
}
