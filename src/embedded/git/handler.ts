import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Builder, Folders, Store } from '../store/types.js'
import type { AppRecord } from '../store/records.js'
import { createBuildEndpoint, type Push } from './build-endpoint.js'
import { archivesDir, HOOK_ENV, installHook } from './hook.js'
import { runHttpBackend } from './http-backend.js'
import { gitEnvironment, gitSettings, prepareRepository } from './repository.js'

export interface GitHandlerParts {
  store: Store
  builder: Pick<Builder, 'start'>
  folders: Folders
  /** The API token: the password of every git request. */
  token: string
}

/** `/<app>.git/<service>`; nothing else of a repository can be read. */
const ROUTE =
  /^\/([A-Za-z0-9_-]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack|internal\/build)$/

/**
 * Serves `<mount>/<app>.git`. To be mounted with the mount path taken off `req.url` (as express
 * does) and before anything that reads bodies.
 * Authentication and the words for a missing app are those of git.heroku.com.
 */
export function createGitHandler({
  store,
  builder,
  folders,
  token,
}: GitHandlerParts): (req: IncomingMessage, res: ServerResponse) => void {
  const hook = installHook(folders)
  const pushes = new Map<string, Push>()
  const build = createBuildEndpoint({ store, builder, folders, pushes })
  const prepared = new Map<string, Promise<void>>()

  const prepare = (appId: string): Promise<void> => {
    const known = prepared.get(appId)
    if (known !== undefined) return known
    const begun = prepareRepository(folders, appId)
    prepared.set(appId, begun)
    begun.catch(() => prepared.delete(appId))
    return begun
  }

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    const route = ROUTE.exec(url.pathname)
    if (route?.[2] === 'internal/build' && req.method === 'POST') {
      if (!isSame(req.headers.authorization, `Bearer ${hook.secret}`))
        return answer(res, 403, 'Only the pre-receive hook may ask for this.')
      return await build(req, res)
    }
    if (!isSame(passwordOf(req), token)) {
      res.setHeader('WWW-Authenticate', 'Basic realm="shipit local"')
      return answer(res, 401, 'Invalid credentials provided.')
    }
    const [, name = '', service = ''] = route ?? []
    if (!['info/refs', 'git-upload-pack', 'git-receive-pack'].includes(service))
      return answer(res, 404, 'No such page.')
    const app = store.find(name)
    if (app === undefined) return answer(res, 404, ` !\tNo such app as ${name}.`)
    await prepare(app.id)
    await backend(req, res, app, service, url.search.slice(1))
  }

  const backend = async (
    req: IncomingMessage,
    res: ServerResponse,
    app: Readonly<AppRecord>,
    service: string,
    query: string,
  ): Promise<void> => {
    const id = randomUUID()
    const env = {
      ...gitEnvironment(),
      ...repositorySettings(hook.hooksDir),
      ...hookEnvironment(req, app, id),
    }
    const ended = runHttpBackend({
      req,
      res,
      projectRoot: folders.repos,
      pathInfo: `/${app.id}/${service}`,
      query,
      env,
    })
    if (service === 'git-receive-pack') pushes.set(id, { app, ended })
    await ended
    pushes.delete(id)
  }

  const hookEnvironment = (
    req: IncomingMessage,
    app: Readonly<AppRecord>,
    push: string,
  ): Record<string, string> => ({
    [HOOK_ENV.url]: `${baseUrl(req)}/${app.id}.git/internal/build`,
    [HOOK_ENV.secretFile]: hook.secretFile,
    [HOOK_ENV.push]: push,
    [HOOK_ENV.archives]: archivesDir(folders),
    [HOOK_ENV.app]: app.name,
  })

  return (req, res) => {
    serve(req, res).catch((error: unknown) =>
      answer(res, 500, error instanceof Error ? error.message : String(error)),
    )
  }
}

function repositorySettings(hooksDir: string): Record<string, string> {
  return gitSettings({
    'core.hooksPath': hooksDir,
    'http.receivepack': 'true',
    'http.getanyfile': 'false',
    // The hook refuses to delete the branch that is deployed, in words of its own.
    'receive.denyDeleteCurrent': 'ignore',
    // As Heroku: what git rejects by itself is left to the pusher's --force.
    'receive.denyNonFastForwards': 'false',
    'gc.autoDetach': 'false',
  })
}

/** Where this very request came in, so that the hook needs no knowledge of ports and mounts. */
function baseUrl(req: IncomingMessage): string {
  const original = (req as IncomingMessage & { originalUrl?: string }).originalUrl ?? req.url ?? ''
  const mount = original.slice(0, original.length - (req.url ?? '').length)
  const address = req.socket.localAddress ?? '127.0.0.1'
  return `http://${address.includes(':') ? `[${address}]` : address}:${req.socket.localPort}${mount}`
}

function passwordOf(req: IncomingMessage): string | undefined {
  const [, encoded] = /^Basic\s+(\S+)$/i.exec(req.headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

/** In a time that tells nothing about how much of it was right. */
function isSame(given: string | undefined, expected: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given ?? ''), digest(expected)) && given !== undefined
}

function answer(res: ServerResponse, status: number, message: string): void {
  if (res.headersSent || res.destroyed) return
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}
