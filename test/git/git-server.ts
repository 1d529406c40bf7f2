import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simpleGit, type SimpleGit } from 'simple-git'

export const TOKEN = 'HRKU-0a1b2c3d-secret-token-for-tests'

/** A temporary folder, removed by the caller through `after`. */
export async function temporaryFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), 'shipit-git-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** A repository with one commit on `main`. */
export async function repository(dir: string): Promise<SimpleGit> {
  await mkdir(dir, { recursive: true })
  const git = simpleGit(dir)
  await git.init(['--initial-branch=main'])
  await git.addConfig('user.name', 'Ada').addConfig('user.email', 'ada@example.com')
  await commitFile(git, dir, 'index.js', 'first', 'Say hello')
  return git
}

export async function commitFile(
  git: SimpleGit,
  dir: string,
  file: string,
  content: string,
  message: string,
): Promise<string> {
  await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
  await writeFile(path.join(dir, file), content)
  await git.add(file).commit(message)
  return git.revparse(['HEAD'])
}

/**
 * git's own `http-backend` on loopback behind HTTP Basic, as a platform's git host; `hook` becomes
 * its pre-receive hook.
 */
export class GitServer {
  readonly requests: {
    authorization: string | undefined
    agent: string | undefined
    url: string
  }[] = []
  /** Answers every request with this status instead. */
  status: number | undefined
  private constructor(
    private readonly server: Server,
    private readonly root: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.answer(request, response),
    )
  }

  static async start(root: string): Promise<GitServer> {
    const server = createServer()
    const git = new GitServer(server, root)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return git
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`
  }
  url(app: string): string {
    return `${this.baseUrl}/${app}.git`
  }

  async addApp(app: string, hook?: string): Promise<SimpleGit> {
    const dir = path.join(this.root, `${app}.git`)
    await mkdir(dir, { recursive: true })
    const git = simpleGit(dir)
    await git.init(true, ['--initial-branch=main'])
    await git.addConfig('http.receivepack', 'true')
    if (hook !== undefined) {
      await writeFile(path.join(dir, 'hooks', 'pre-receive'), `#!/bin/sh\n${hook}\n`)
      await chmod(path.join(dir, 'hooks', 'pre-receive'), 0o755)
    }
    return git
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { authorization, 'user-agent': agent } = request.headers
    const [pathInfo = '', query = ''] = (request.url ?? '').split('?')
    this.requests.push({ authorization, agent, url: request.url ?? '' })
    if (this.status !== undefined) return void response.writeHead(this.status).end()
    const password = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':')[1]
    if (password !== TOKEN)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathInfo,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        REMOTE_USER: 'shipit',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: request.headers['git-protocol']?.toString() ?? '',
        ...(request.headers['content-length'] === undefined
          ? {}
          : { CONTENT_LENGTH: request.headers['content-length'] }),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin)
    backend.stdin.on('error', () => backend.stdin.destroy())
    passCgi(backend.stdout, response)
  }
}

/** Headers up to the empty line, then the body as it comes. */
function passCgi(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  let inBody = false
  output.on('data', (chunk: Buffer) => {
    if (inBody) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    inBody = true
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/)
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.write(head.subarray(end + 4))
  })
  output.on('end', () => response.end())
}
