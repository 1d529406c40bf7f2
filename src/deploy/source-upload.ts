/** The way to a build without git: the files are uploaded as they are, and built. */

import { ShipitError } from '../errors.js'
import { createBuild, createSource, getBuild, streamOutput, uploadSource, type PlatformApi } from '../heroku/index.js'
import type { Build } from '../heroku/types.js'
import { until } from '../until.js'
import { duration } from './deployment.js'
import type { GitPush } from './platform.js'
import { sayLines } from './say-lines.js'

/** ms that a build may take: Heroku gives it 15 minutes (https://devcenter.heroku.com/articles/limits#build). */
const BUILD_TIME = 20 * 60_000
const SHOWN = 30

/** In place of a push. What a signal stops after the build has begun goes on at the platform, as with a push. */
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
      const limit = AbortSignal.any([signal, AbortSignal.timeout(BUILD_TIME)])
      await sayLines(streamOutput(begun.output_stream_url, { signal: limit }), (line) => {
        said.push(line)
        onOutput(line)
      })
      signal.throwIfAborted()
      await ended(api, app, begun, signal, said)
      return { outcome: 'pushed' }
    },
  }
}

async function ended(api: PlatformApi, app: string, { id }: Build, signal: AbortSignal, said: string[]): Promise<void> {
  const build = await until(async () => {
    const now = await getBuild(api, app, id, { signal })
    return now.status !== 'pending' && now
  }, { timeout: BUILD_TIME, every: 1000, signal })
  if (!build) throw new ShipitError('timeout', { message: `The build had not ended after ${duration(BUILD_TIME)}.`, next: `Look at \`shipit releases --app ${app}\`.` })
  if (build.status === 'succeeded') return
  throw new ShipitError('build', {
    message: 'The build failed. Nothing was released.',
    why: said.slice(-SHOWN).join('\n').trim() || 'The platform did not say why.',
    next: 'Fix what the build complains about, and deploy again.',
  })
}
