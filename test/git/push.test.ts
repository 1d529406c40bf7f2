import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { push, type PushOptions } from '../../src/git/push.js'
import type { SimpleGit } from 'simple-git'
import { failureOf } from '../support/failures.js'
import { until } from '../support/until.js'
import { commitFile, GitServer, repository, temporaryFolder, TOKEN } from './git-server.js'
import { errorDocument } from '../../src/json/error.js'

const run = promisify(execFile)

/** Every process whose command line or environment holds a text. */
async function processesWith(
  text: string,
  where: 'cmdline' | 'environ' = 'cmdline',
): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const content = await readFile(`/proc/${pid}/${where}`, 'utf8').catch(() => '')
    if (content.includes(text)) found.push(`${pid} ${content.replaceAll('\0', ' ')}`)
  }
  return found
}

describe('git push', () => {
  let folder: { dir: string; remove: () => Promise<void> }
  let server: GitServer
  let work: string
  let git: SimpleGit

  beforeEach(async () => {
    folder = await temporaryFolder()
    server = await GitServer.start(path.join(folder.dir, 'remotes'))
    work = path.join(folder.dir, 'app')
    git = await repository(work)
  })
  afterEach(async () => {
    await server.stop()
    await folder.remove()
  })

  /** simple-git refuses to set what may be unsafe: addresses of others, folders of hooks. */
  const configure = (name: string, value: string) =>
    run('git', ['config', name, value], { cwd: work })

  const pushTo = (app: string, options: Partial<PushOptions> = {}) =>
    push({
      dir: work,
      url: server.url(app),
      token: TOKEN,
      refspec: 'HEAD:refs/heads/main',
      ...options,
    })

  it('brings the commit to the platform, and says when it was already there', async () => {
    const remote = await server.addApp('a1')
    expect(await pushTo('a1')).to.deep.equal({ outcome: 'pushed' })
    expect(await remote.revparse(['main'])).to.equal(await git.revparse(['HEAD']))
    expect(await pushTo('a1')).to.deep.equal({ outcome: 'up-to-date' })
  })

  it('goes past what the user has configured for other remotes: a proxy, signed pushes, tags, other addresses, options', async () => {
    const remote = await server.addApp('a1')
    await git.addConfig('http.proxy', 'http://127.0.0.1:9')
    await git.addConfig('push.gpgSign', 'true')
    await git.addConfig('push.followTags', 'true')
    await git.addConfig('push.default', 'nothing')
    await configure('url.ssh://git@127.0.0.1:9/.insteadOf', `${server.baseUrl}/`)
    await configure('url.ssh://git@127.0.0.1:9/.pushInsteadOf', 'http://')
    await git.addConfig('push.pushOption', 'ci.skip')
    await git.addConfig('protocol.version', '0')
    await git.addConfig('core.autocrlf', 'true')
    await git.addAnnotatedTag('v1.0.0', 'a release')
    expect(await pushTo('a1')).to.deep.equal({ outcome: 'pushed' })
    expect((await remote.tags()).all).to.deep.equal([])
  })

  it('pushes its own folder where it is run from a hook of another repository', async () => {
    const remote = await server.addApp('a1')
    const other = await repository(path.join(folder.dir, 'other'))
    await commitFile(other, path.join(folder.dir, 'other'), 'other.js', 'other', 'Be another')
    const env = {
      ...process.env,
      GIT_DIR: path.join(folder.dir, 'other/.git'),
      GIT_INDEX_FILE: path.join(folder.dir, 'other/.git/index'),
      GIT_WORK_TREE: path.join(folder.dir, 'other'),
      GIT_PREFIX: '',
    }
    expect(await pushTo('a1', { env })).to.deep.equal({ outcome: 'pushed' })
    expect(await remote.revparse(['main'])).to.equal(await git.revparse(['HEAD']))
  })

  it('keeps what the user configured in variables, and adds its own after it', async () => {
    await server.addApp('a1')
    const env = {
      ...process.env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.userAgent',
      GIT_CONFIG_VALUE_0: 'a-user-agent',
    }
    expect(await pushTo('a1', { env })).to.deep.equal({ outcome: 'pushed' })
    expect(server.requests.map(({ agent }) => agent)).to.include('a-user-agent')
  })

  it('lets a pre-push hook of the user stop it, and shows what the hook said', async () => {
    const remote = await server.addApp('a1')
    const hooks = path.join(folder.dir, 'hooks')
    await mkdir(hooks)
    await writeFile(
      path.join(hooks, 'pre-push'),
      '#!/bin/sh\necho "lint: 3 problems" >&2\nexit 1\n',
      { mode: 0o755 },
    )
    await configure('core.hooksPath', hooks)
    const error = await failureOf(pushTo('a1'))
    expect(error.code).to.equal('push')
    expect(error.why).to.include('lint: 3 problems')
    expect((await remote.branch()).all).to.deep.equal([])
  })

  it('gives the token to no hook: neither in its environment, nor in its command line, nor in what it inherits', async () => {
    await server.addApp('a1')
    const hooks = path.join(folder.dir, 'spies')
    const seen = path.join(folder.dir, 'seen')
    await mkdir(hooks)
    const spy = `#!/bin/sh\n{ echo "$0 $*"; env; for fd in 3 4 5; do test -e /dev/fd/$fd && timeout 1 cat <&$fd; done; cat /proc/$PPID/environ /proc/$PPID/cmdline; } >> '${seen}' 2>/dev/null\nexit 0\n`
    for (const name of ['pre-push', 'reference-transaction', 'post-index-change', 'pre-auto-gc'])
      await writeFile(path.join(hooks, name), spy, { mode: 0o755 })
    await configure('core.hooksPath', hooks)
    expect(await pushTo('a1')).to.deep.equal({ outcome: 'pushed' })
    const told = await readFile(seen, 'utf8')
    expect(told).to.include('pre-push').and.include('GIT_CONFIG_COUNT')
    for (const form of [
      TOKEN,
      Buffer.from(`shipit:${TOKEN}`).toString('base64'),
      Buffer.from(TOKEN).toString('base64'),
    ])
      expect(told).to.not.include(form)
  })

  it('takes no line of a pre-push hook for an answer of git, and shows what the hook said on stdout too', async () => {
    const remote = await server.addApp('a1')
    const hooks = path.join(folder.dir, 'hooks')
    await mkdir(hooks)
    const hook = (end: string) =>
      writeFile(
        path.join(hooks, 'pre-push'),
        `#!/bin/sh\nprintf '=== lint ===\\n! 2 warnings\\n=\\tall\\tis well\\n'\n${end}\n`,
        { mode: 0o755 },
      )
    await configure('core.hooksPath', hooks)
    await hook('exit 0')
    expect(await pushTo('a1')).to.deep.equal({ outcome: 'pushed' })
    expect(await remote.revparse(['main'])).to.equal(await git.revparse(['HEAD']))
    await commitFile(git, work, 'index.js', 'second', 'Say more')
    await hook('exit 1')
    const error = await failureOf(pushTo('a1'))
    expect(error).to.include({ code: 'push', message: 'git push failed.' })
    expect(error.why).to.include('=== lint ===').and.include('! 2 warnings')
    expect(await remote.revparse(['main'])).to.not.equal(await git.revparse(['HEAD']))
  })

  it('pushes a commit and not a tag that has the name of the branch', async () => {
    const remote = await server.addApp('a1')
    await git.addTag('main')
    await commitFile(git, work, 'index.js', 'second', 'Say more')
    const commit = await git.revparse(['HEAD'])
    expect(await pushTo('a1', { refspec: `${commit}:refs/heads/main` })).to.deep.equal({
      outcome: 'pushed',
    })
    expect(await remote.revparse(['refs/heads/main'])).to.equal(commit)
  })

  it("passes the build output on line by line while the build runs, without git's prefix and padding", async () => {
    const gate = path.join(folder.dir, 'gate')
    await server.addApp(
      'a1',
      `echo '-----> Building ünïcode'; printf 'step 1\\rstep 2\\rstep 3\\n'; while [ ! -e '${gate}' ]; do sleep 0.05; done; echo '       Done' >&2`,
    )
    const lines: string[] = []
    const pushed = pushTo('a1', { onOutput: (line) => lines.push(line) })
    await until('the first line arrives', () => lines.length >= 1)
    expect(lines[0]).to.equal('-----> Building ünïcode')
    await writeFile(gate, '')
    await pushed
    expect(lines).to.include.members(['step 3', '       Done'])
    expect(lines).to.not.include('step 1')
  })

  it('calls a push that the build declined a failed build, and shows its last lines', async () => {
    await server.addApp('a1', 'echo "-----> Installing"; echo " !     npm ci failed"; exit 1')
    const error = await failureOf(pushTo('a1'))
    expect(error.code).to.equal('build')
    expect(error.why).to.include('npm ci failed')
    expect(error.why).to.not.include('remote:')
  })

  it('refuses to drop commits of the other side unless forced', async () => {
    const remote = await server.addApp('a1')
    await commitFile(git, work, 'index.js', 'second', 'Say more')
    await pushTo('a1')
    await git.reset(['--hard', 'HEAD~1'])
    await commitFile(git, work, 'index.js', 'other', 'Say something else')
    const error = await failureOf(pushTo('a1'))
    expect(error.code).to.equal('push')
    expect(error.next).to.include('--force')
    expect(await pushTo('a1', { force: true })).to.deep.equal({ outcome: 'pushed' })
    expect(await remote.revparse(['main'])).to.equal(await git.revparse(['HEAD']))
  })

  it('does not ask anybody for a password when the token is wrong', async () => {
    const asked = path.join(folder.dir, 'asked')
    await run(
      'git',
      [
        'config',
        'credential.helper',
        `!touch '${asked}'; echo username=x; echo password=${TOKEN}; true`,
      ],
      { cwd: work },
    )
    await server.addApp('a1')
    const error = await failureOf(
      pushTo('a1', {
        token: 'wrong',
        env: { ...process.env, SSH_ASKPASS: `/usr/bin/touch`, GIT_ASKPASS: '/usr/bin/touch' },
      }),
    )
    expect(error.code).to.equal('auth')
    expect(await readFile(asked).catch(() => undefined)).to.equal(undefined)
    expect(JSON.stringify(errorDocument(error))).to.not.include(
      Buffer.from('shipit:wrong').toString('base64'),
    )
  })

  it('knows forbidden, missing, failing and unreachable platforms apart', async () => {
    await server.addApp('a1')
    server.status = 403
    expect((await failureOf(pushTo('a1'))).code).to.equal('auth')
    server.status = 503
    expect((await failureOf(pushTo('a1'))).code).to.equal('network')
    server.status = undefined
    expect((await failureOf(pushTo('nowhere'))).code).to.equal('not_found')
    const port = server.port
    await server.stop()
    expect(
      (
        await failureOf(
          push({
            dir: work,
            url: `http://127.0.0.1:${port}/a1.git`,
            token: TOKEN,
            refspec: 'HEAD:refs/heads/main',
          }),
        )
      ).code,
    ).to.equal('network')
    server = await GitServer.start(path.join(folder.dir, 'remotes'))
  })

  it('calls a connection that is cut during the build a network failure', async () => {
    await server.addApp('a1', 'echo building; sleep 5 </dev/null >/dev/null 2>&1 & wait')
    const lines: string[] = []
    const pushed = failureOf(pushTo('a1', { onOutput: (line) => lines.push(line) }))
    await until('the build begins', () => lines.length > 0)
    await server.stop()
    expect((await pushed).code).to.equal('network')
    server = await GitServer.start(path.join(folder.dir, 'remotes'))
  })

  it('says that a shallow clone cannot be pushed', async () => {
    await commitFile(git, work, 'index.js', 'second', 'Say more')
    const clone = path.join(folder.dir, 'shallow')
    await git.raw(['clone', '--quiet', '--depth=1', `file://${work}`, clone])
    await server.addApp('a1')
    const error = await failureOf(
      push({ dir: clone, url: server.url('a1'), token: TOKEN, refspec: 'HEAD:refs/heads/main' }),
    )
    expect(error.code).to.equal('git')
    expect(error.next).to.include('--unshallow')
  })

  it('leaves no git process when it is cancelled', async () => {
    await server.addApp('a1', 'echo building; exec sleep 3')
    const stop = new AbortController()
    const lines: string[] = []
    const pushed = pushTo('a1', { signal: stop.signal, onOutput: (line) => lines.push(line) }).then(
      () => undefined,
      (error: unknown) => error,
    )
    await until('the build begins', () => lines.length > 0)
    expect(await processesWith(server.url('a1'))).to.not.have.lengthOf(0)
    const reason = new Error('stopped')
    stop.abort(reason)
    expect(await pushed).to.equal(reason)
    expect(await processesWith(server.url('a1'))).to.have.lengthOf(0)
  })

  it('gives up after its time, and says that the build may go on', async () => {
    await server.addApp('a1', 'echo building; exec sleep 3')
    const error = await failureOf(pushTo('a1', { timeout: 1000 }))
    expect(error.code).to.equal('timeout')
    expect(await processesWith(server.url('a1'))).to.have.lengthOf(0)
  })

  it('shows the token nowhere: command lines, .git/config, traces, debug output, the lines it passes on', async () => {
    await server.addApp('a1', 'echo building; sleep 1')
    const header = Buffer.from(`shipit:${TOKEN}`).toString('base64')
    const trace = path.join(folder.dir, 'trace')
    const script = `
      import { push } from ${JSON.stringify(path.resolve('src/git/push.ts'))}
      import { repositoryState } from ${JSON.stringify(path.resolve('src/git/state.ts'))}
      await repositoryState(process.cwd())
      await push({ dir: process.cwd(), url: process.env.PUSH_URL, token: process.env.PUSH_TOKEN, refspec: 'HEAD:refs/heads/main', onOutput: console.log })
    `
    const pushed = run(
      process.execPath,
      [
        '--import',
        pathToFileURL(createRequire(path.resolve('package.json')).resolve('tsx')).href,
        '--input-type=module',
        '-e',
        script,
      ],
      {
        cwd: work,
        env: {
          ...process.env,
          DEBUG: '*',
          PUSH_URL: server.url('a1'),
          PUSH_TOKEN: TOKEN,
          GIT_TRACE: '1',
          GIT_TRACE_CURL: trace,
          GIT_TRACE_REDACT: '0',
          GIT_CURL_VERBOSE: '1',
          GIT_TRACE2: '1',
          GIT_TRACE2_ENV_VARS: 'GIT_CONFIG_VALUE_0',
          GIT_TRACE_PACKET: '1',
        },
      },
    )
    let seen = false
    let ended = false
    const marked = pushed.finally(() => {
      ended = true
    })
    marked.catch(() => undefined)
    while (!ended) {
      const lines = await processesWith(server.url('a1'))
      seen ||= lines.length > 0
      for (const secret of [TOKEN, header]) expect(lines.join('\n')).to.not.include(secret)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { stdout, stderr } = await marked
    expect(seen, 'the push was seen at work').to.equal(true)
    expect(stdout).to.include('building')
    for (const secret of [TOKEN, header]) {
      expect(stdout + stderr).to.not.include(secret)
      expect(await readFile(path.join(work, '.git/config'), 'utf8')).to.not.include(secret)
      expect(await readFile(trace, 'utf8').catch(() => '')).to.not.include(secret)
    }
    expect(
      server.requests.some(({ authorization }) => authorization === `Basic ${header}`),
    ).to.equal(true)
  })
})
