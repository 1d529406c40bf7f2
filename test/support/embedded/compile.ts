import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { BuilderParts } from '../../../src/embedded/build/index.js'
import { BuildFailure } from '../../../src/embedded/build/failure.js'
import type { Behaviour } from './program.js'
import { commandOf } from './stand-in.js'

type Compile = NonNullable<BuilderParts['compile']>

/** In place of the slug compiler: an empty slug, after the time that the commit's build takes. */
export const standInCompile =
  (behaviourOf: (commit: string) => Behaviour): Compile =>
  async ({ commit, slugDir, output, signal }) => {
    const of = commit ?? ''
    const { takes = 0, fails, types = ['web'] } = behaviourOf(of).build ?? {}
    output.heading('Building on the embedded Heroku')
    if (takes === Infinity) await aborted(signal)
    else if (takes > 0) await delay(takes, undefined, { signal }).catch(() => undefined)
    signal.throwIfAborted()
    if (fails) throw new BuildFailure('npm ERR! the build script fails')
    await mkdir(slugDir, { recursive: true })
    const processTypes = Object.fromEntries(types.map((type) => [type, commandOf(type, of)]))
    return { processTypes, size: 1 }
  }

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
