import type { GitPush } from '../../../src/deploy/index.js'
import { pushFailure } from '../../../src/git/push-failure.js'
import type { BuildRecord } from '../../../src/embedded/store/records.js'

/** Begins a build of a commit, as the platform does once it has received one. */
export type BeginBuild = (
  commit: string,
  onOutput?: (chunk: Buffer) => void,
) => Promise<{ build: BuildRecord; done: Promise<BuildRecord> }>

/**
 * git, as the deploy uses it: one repository on the platform, whose branch a build that succeeds
 * moves. Of failures it speaks in git's words.
 */
export class StandInGit implements GitPush {
  /** The commit that the app's repository holds. */
  head: string | undefined
  /** Apps that were named as remotes. */
  readonly remotes: string[] = []
  /** When the connection of a push breaks: so many ms after the build began, or at its end. */
  breaks: number | 'at its end' | undefined
  /** Ends the next pushes before they begin. */
  readonly refusals: Error[] = []

  constructor(
    private readonly begin: BeginBuild,
    private readonly onPush: (commit: string) => void | Promise<void>,
  ) {}

  readonly push: GitPush['push'] = async ({ app, commit, signal, onOutput }) => {
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
    await this.onPush(commit)
    signal.throwIfAborted()
    if (this.head === commit) return { outcome: 'up-to-date' }
    const said: string[] = []
    const failure = (own: string[], ...refs: string[]) =>
      pushFailure({
        url: `https://git.heroku.com/${app}.git`,
        exitCode: 1,
        remote: said,
        own,
        refs,
        hook: [],
      })
    const { done } = await this.begin(commit, (chunk) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        said.push(line)
        if (!signal.aborted) onOutput(line)
      }
    })
    const moved = done.then((build) => {
      if (build.status === 'succeeded') this.head = commit
      return build
    })
    const build = await Promise.race([moved, this.connectionEnds(signal)])
    signal.throwIfAborted()
    if (build === undefined || this.breaks === 'at its end')
      throw failure(['error: RPC failed; curl 56 Recv failure: Connection reset by peer'])
    if (build.status !== 'succeeded')
      throw failure(
        [],
        `!\t${commit}:refs/heads/main\t[remote rejected] (pre-receive hook declined)`,
      )
    return { outcome: 'pushed' }
  }

  readonly overwritten: GitPush['overwritten'] = () => Promise.resolve(null)

  readonly addRemote: GitPush['addRemote'] = (app) => {
    this.remotes.push(app)
    return Promise.resolve(true)
  }

  private connectionEnds(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
      if (typeof this.breaks === 'number') setTimeout(() => resolve(undefined), this.breaks)
    })
  }
}
