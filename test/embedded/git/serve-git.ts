import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSync } from 'esbuild'
import { packageRoot } from '../../../src/paths.js'
import { createGitHandler } from '../../../src/embedded/git/index.js'
import type { FakePlatform } from '../build/fake-platform.js'
import { writeTree, type Tree } from '../build/build-app.js'

export const TOKEN = 'the-token-of-this-test'

export interface GitServer {
  url: string
  port: number
  close(): Promise<void>
}

/** Mounts the handler under /git as the daemon does. */
export async function serveGit(platform: FakePlatform): Promise<GitServer> {
  const { store, builder, folders } = platform
  const handle = createGitHandler({ store, builder, folders, token: TOKEN })
  useBundledHook(folders.root)
  const server = http.createServer((req, res) => {
    const mounted = Object.assign(req, { originalUrl: req.url })
    mounted.url = req.url?.replace(/^\/git/, '') ?? '/'
    handle(mounted, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/git`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The hook in one file: from sources each push would compile it anew, for a second of CPU. */
function useBundledHook(root: string): void {
  if (!isBundled) {
    const fresh = `${bundled}.${process.pid}.mjs`
    buildSync({
      entryPoints: [path.join(packageRoot, 'src/embedded/git/pre-receive.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile: fresh,
    })
    renameSync(fresh, bundled)
    isBundled = true
  }
  writeFileSync(
    path.join(root, 'hooks/pre-receive'),
    `#!/bin/sh\nexec '${process.execPath}' '${bundled}'\n`,
  )
}
const bundled = path.join(packageRoot, 'node_modules/.cache/shipit-worlds/pre-receive.mjs')
let isBundled = false

interface GitResult {
  status: number
  text: string
}

const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  GIT_AUTHOR_NAME: 'Dev',
  GIT_AUTHOR_EMAIL: 'dev@example.com',
  GIT_COMMITTER_NAME: 'Dev',
  GIT_COMMITTER_EMAIL: 'dev@example.com',
}

/** A developer's repository with a git client of its own. */
export class Project {
  private constructor(readonly dir: string) {}

  static async create(): Promise<Project> {
    const project = new Project(await realpath(await mkdtemp(path.join(tmpdir(), 'project-'))))
    await project.git('init', '--quiet', '--initial-branch=main')
    return project
  }

  async git(...args: string[]): Promise<GitResult> {
    return await new Promise((resolve) => {
      execFile('git', args, { cwd: this.dir, env: GIT_ENV }, (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), text: stdout + stderr })
      })
    })
  }

  /**
   * A client whose output is watched while it runs, in a group of its own so that it can be killed
   * whole.
   */
  start(...args: string[]): ChildProcess {
    return spawn('git', args, {
      cwd: this.dir,
      env: GIT_ENV,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async commit(tree: Tree, message = 'Change'): Promise<string> {
    await writeTree(this.dir, tree)
    await this.git('add', '--all', '--force')
    await this.git('commit', '--quiet', '--allow-empty', '--message', message)
    return (await this.git('rev-parse', 'HEAD')).text.trim()
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true })
  }
}

export function remote(server: GitServer, app: string, token = TOKEN): string {
  return `http://git:${token}@127.0.0.1:${server.port}/git/${app}.git`
}
