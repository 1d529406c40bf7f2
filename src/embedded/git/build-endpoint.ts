import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Builder, Folders, Store } from '../store/types.js'
import type { AppRecord, BuildRecord } from '../store/records.js'
import { archivesDir } from './hook.js'
import { commitOfRef } from './repository.js'

/** One `git push` from its request to the end of its git process. */
export interface Push {
  app: Readonly<AppRecord>
  /** Resolves when git has answered and moved its refs. */
  ended: Promise<void>
}

interface PushedTree {
  archive: string
  commit: string
  description: string
  ref: string
  before: string
}

interface BuildEndpointParts {
  store: Store
  builder: Pick<Builder, 'start'>
  folders: Folders
  pushes: ReadonlyMap<string, Push>
}

/**
 * What the pre-receive hook asks: builds the tree that it packed and answers with the output, live,
 * and a trailer that says how it ended.
 */
export function createBuildEndpoint({ store, builder, folders, pushes }: BuildEndpointParts) {
  const deploying = new Set<string>()

  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const push = pushes.get(String(req.headers['x-push-id']))
    const tree = parseTree(await text(req))
    if (
      push === undefined ||
      tree === undefined ||
      path.dirname(tree.archive) !== archivesDir(folders)
    ) {
      return refuse(res, 403, 'This build was not asked for by a push.')
    }
    const { app } = push
    // One at a time: git compares the ref with what the pusher saw only after the build, when the
    // release is already made.
    if (deploying.has(app.id))
      return refuse(
        res,
        409,
        `Another push to ${app.name} is being built. Push again when it has ended.`,
      )
    deploying.add(app.id)
    const free = (): void => {
      deploying.delete(app.id)
    }
    try {
      const now = await commitOfRef(folders, app.id, tree.ref)
      if (now !== null && now !== tree.before) {
        void push.ended.then(free)
        return refuse(
          res,
          409,
          `${tree.ref.slice('refs/heads/'.length)} has moved since this push began. Push again.`,
        )
      }
      const { done } = await startBuild(res, app, tree)
      void Promise.allSettled([done, push.ended]).then(free)
      finish(res, app, await done)
    } catch (error) {
      free()
      refuse(res, 500, error instanceof Error ? error.message : String(error))
    }
  }

  async function startBuild(
    res: ServerResponse,
    app: Readonly<AppRecord>,
    tree: PushedTree,
  ): Promise<{ done: Promise<BuildRecord> }> {
    const early: Buffer[] = []
    const live = (chunk: Buffer): void => {
      if (!res.headersSent) early.push(chunk)
      else if (!res.destroyed) res.write(chunk)
    }
    const request = {
      appId: app.id,
      archive: tree.archive,
      commit: tree.commit,
      commitDescription: tree.description,
    }
    const { done } = await builder.start(request, live)
    res.on('error', () => res.destroy())
    res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', trailer: 'x-build' })
    res.flushHeaders()
    for (const chunk of early) res.write(chunk)
    return { done }
  }

  function finish(res: ServerResponse, app: Readonly<AppRecord>, build: BuildRecord): void {
    if (res.destroyed) return
    const release = store.find(app.id)?.releases.find((one) => one.id === build.release_id)
    const isLive = build.status === 'succeeded' && release?.status !== 'failed'
    res.write(isLive ? '\nVerifying deploy... done.\n' : '\nVerifying deploy...\n')
    if (build.status !== 'succeeded') res.write(`\n!\tPush rejected to ${app.name}.\n\n`)
    res.addTrailers({ 'x-build': build.status })
    res.end()
  }
}

function parseTree(body: string): PushedTree | undefined {
  try {
    const value = JSON.parse(body) as Partial<Record<string, unknown>>
    const isWhole = ['archive', 'commit', 'description', 'ref', 'before'].every(
      (name) => typeof value[name] === 'string',
    )
    return isWhole ? (value as unknown as PushedTree) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function refuse(res: ServerResponse, status: number, message: string): void {
  if (res.destroyed) return
  if (res.headersSent) {
    res.end(` !     ${message}\n`)
    return
  }
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(` !     ${message}\n`)
}
