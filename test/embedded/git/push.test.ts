import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { gitsOf } from '../../support/gits.js'
import { until } from '../../support/until.js'
import { unpackAlone } from '../build/build-app.js'
import { fakePlatform, type FakePlatform } from '../build/fake-platform.js'
import { Project, remote, serveGit, TOKEN, type GitServer } from './serve-git.js'

const execFileAsync = promisify(execFile)

const APP = {
  'package.json': {
    name: 'tiny',
    version: '1.0.0',
    engines: { node: '>=20 <99' },
    scripts: { start: 'node index.js' },
  },
  'index.js': 'console.log(1)\n',
}

/** Pids of what this process has started, itself or by others, with these words in its command. */
async function descendants(words: RegExp): Promise<number[]> {
  const { stdout } = await execFileAsync('ps', ['-A', '-o', 'pid=,ppid=,args='])
  const rows = stdout.split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line) ?? [])
  const parents = new Map(rows.map(([, pid, parent]) => [Number(pid), Number(parent)]))
  const isOurs = (pid = 0): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid)))
  return rows
    .filter(([, pid, , command = '']) => words.test(command) && isOurs(Number(pid)))
    .map(([, pid]) => Number(pid))
}

describe('git push to the embedded Heroku', function () {
  this.timeout(90_000)
  let platform: FakePlatform
  let server: GitServer
  let project: Project

  const served = (parts: Parameters<typeof fakePlatform>[0]) => {
    beforeEach(async () => {
      platform = await fakePlatform(parts)
      server = await serveGit(platform)
      project = await Project.create()
    })

    afterEach(async () => {
      await server.close()
      await platform.close()
      await project.remove()
    })
  }

  describe('of an app that is built', () => {
    served({})

    it("builds, releases and shows Heroku's words as remote lines", async () => {
      const app = await platform.createApp('hello')
      const commit = await project.commit(APP, 'First version')

      const push = await project.git('push', remote(server, 'hello'), 'main')

      expect(push.status, push.text).to.equal(0)
      const expected = [
        'remote: Compressing source files... done.',
        'remote: Building source:',
        'remote: -----> Node.js app detected',
        'remote: -----> Creating runtime environment',
        'remote:        NODE_ENV=production',
        'remote: -----> Discovering process types',
        'remote:        Default types for buildpack -> web',
        'remote: -----> Launching...',
        'remote:        Released v2',
        'remote:        http://hello.localhost:5100/ deployed to the embedded Heroku',
        'remote: Verifying deploy... done.',
      ]
      let from = 0
      for (const line of expected) {
        from = push.text.indexOf(line, from)
        expect(from, `${line}\nin order in\n${push.text}`).to.be.greaterThan(-1)
      }
      expect(push.text).to.include('* [new branch]      main -> main')
      const stored = platform.store.find(app.id)
      expect(stored?.builds[0]).to.include({
        status: 'succeeded',
        commit,
        commit_description: 'First version',
      })
      expect(stored?.releases[1]).to.include({
        description: `Deploy ${commit.slice(0, 8)}`,
        slug_id: stored?.slugs[0]?.id,
      })
      expect(stored?.slugs[0]?.process_types).to.deep.equal({ web: 'npm start' })
      expect(await readFile(path.join(stored?.slugs[0]?.dir ?? '', 'index.js'), 'utf8')).to.equal(
        'console.log(1)\n',
      )
      expect(await readdir(path.join(platform.folders.builds, 'incoming'))).to.deep.equal([])
      expect((await project.git('push', remote(server, 'hello'), 'main')).text).to.include(
        'Everything up-to-date',
      )
    })

    it("rejects the push of an app that does not build, with the tool's own output, and takes the corrected one", async () => {
      await platform.createApp('broken')
      await project.commit({
        ...APP,
        'package.json': {
          ...APP['package.json'],
          scripts: { build: 'echo "src/a.ts(1,1): error TS1005" && exit 3' },
        },
      })

      const push = await project.git('push', remote(server, 'broken'), 'main')

      expect(push.status).to.equal(1)
      expect(push.text).to.include('remote:        src/a.ts(1,1): error TS1005')
      expect(push.text)
        .to.include('Error: A build script exited with a non-zero exit code.')
        .and.to.include('`npm run build --if-present` ended with 3')
      expect(push.text).to.include('remote:  !     Push rejected, failed to compile Node.js app.')
      expect(push.text).to.match(/remote: !\s+Push rejected to broken\./)
      expect(push.text).to.include('! [remote rejected] main -> main (pre-receive hook declined)')
      expect(platform.store.find('broken')?.releases).to.have.length(1)
      expect(
        await readdir(path.join(platform.folders.slugs, platform.store.find('broken')?.id ?? '')),
      ).to.deep.equal([])

      await project.commit(APP)
      expect((await project.git('push', remote(server, 'broken'), 'main')).status).to.equal(0)
    })

    it('says that a repository without package.json at its root is no app', async () => {
      await platform.createApp('none')
      await project.commit({ 'web/package.json': { name: 'x' } })
      const push = await project.git('push', remote(server, 'none'), 'main')
      expect(push.status).to.equal(1)
      expect(push.text).to.include('No default language could be detected for this app.')
      expect(push.text).to.include('There is one in web/')
    })

    describe('while a build runs', () => {
      /** A build sees no folder of ours, so it asks this server whether it may go on. */
      let gate: net.Server
      let waiting: net.Socket[]
      let isOpen: boolean
      beforeEach(async () => {
        waiting = []
        isOpen = false
        gate = net
          .createServer((socket) => {
            if (isOpen) socket.end('go on')
            else waiting.push(socket)
          })
          .listen(0, '127.0.0.1')
        await once(gate, 'listening')
      })
      afterEach(() => {
        for (const socket of waiting) socket.destroy()
        gate.close()
      })
      const goOn = () => {
        isOpen = true
        for (const socket of waiting) socket.end('go on')
      }
      const slow = () => ({
        ...APP,
        'package.json': { ...APP['package.json'], scripts: { build: 'node wait.js' } },
        'wait.js': `require('net').connect(${(gate.address() as net.AddressInfo).port}, '127.0.0.1', () => console.log('waiting now')).on('data', () => console.log('went on'))\n`,
      })

      it('shows each line as it comes, and tells a second push to wait', async () => {
        await platform.createApp('slow')
        await project.commit(slow())
        const first = project.start('push', remote(server, 'slow'), 'main')
        let seen = ''
        first.stderr?.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
        })
        await until(
          'the line while the build waits',
          () => seen.includes('remote:        waiting now'),
          60_000,
        )

        await project.commit({ 'more.txt': '1' })
        const second = await project.git('push', remote(server, 'slow'), 'main')
        expect(second.status).to.equal(1)
        expect(second.text).to.include('Another push to slow is being built.')

        const ended = once(first, 'close')
        goOn()
        expect((await ended)[0], seen).to.equal(0)
        expect(seen).to.include('Verifying deploy... done.')
        const again = await project.git('push', remote(server, 'slow'), 'main')
        expect(again.status, again.text).to.equal(0)
        expect(again.text).to.include('Released v3')
      })

      it('goes on with the build when the client is killed, and leaves a repository that takes the next push', async () => {
        await platform.createApp('killed')
        const commit = await project.commit(slow())
        const client = project.start('push', remote(server, 'killed'), 'main')
        let seen = ''
        client.stderr?.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
        })
        await until('the build runs', () => seen.includes('waiting now'), 60_000)
        const gone = once(client, 'close')
        process.kill(-(client.pid as number), 'SIGKILL')
        await gone

        goOn()
        await until(
          'the build ends',
          () => platform.store.find('killed')?.builds[0]?.status === 'succeeded',
          60_000,
        )
        await until(
          'the ref moves',
          async () =>
            (await project.git('ls-remote', remote(server, 'killed'), 'main')).text.startsWith(
              commit,
            ),
          60_000,
        )
        await project.commit({ 'more.txt': '1' })
        const next = await project.git('push', remote(server, 'killed'), 'main')
        expect(next.status, next.text).to.equal(0)
      })

      it('breaks the connection when its own git is killed: the client would wait for ever', async () => {
        await platform.createApp('broken')
        await project.commit(slow())
        const client = project.start('push', remote(server, 'broken'), 'main')
        let seen = ''
        client.stderr?.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
        })
        await until('the build runs', () => seen.includes('waiting now'), 60_000)
        const ended = once(client, 'close')
        const receivers = await descendants(/receive-pack --stateless-rpc/)
        expect(receivers, 'git that receives').to.have.length.above(0)
        for (const pid of receivers) process.kill(pid, 'SIGKILL')
        expect((await ended)[0], seen).to.be.above(0)
        goOn()
        await until(
          'the build ends',
          () => platform.store.find('broken')?.builds[0]?.status !== 'pending',
          60_000,
        )
      })
    })
  })

  describe('whatever is built', () => {
    served({ compile: unpackAlone })

    it('builds files that .gitattributes keeps out of archives', async () => {
      const app = await platform.createApp('whole')
      await project.commit({
        ...APP,
        '.gitattributes':
          'kept.txt export-ignore\nfolder export-ignore\nfolder/ export-ignore\nstamp.txt export-subst\n',
        'kept.txt': 'kept',
        'folder/inner.txt': 'inner',
        'folder/.gitattributes': '* export-ignore\n',
        'stamp.txt': '$Format:%H$',
      })
      const push = await project.git('push', remote(server, 'whole'), 'main')
      expect(push.status, push.text).to.equal(0)
      const dir = platform.store.find(app.id)?.slugs[0]?.dir ?? ''
      expect(await readFile(path.join(dir, 'kept.txt'), 'utf8')).to.equal('kept')
      expect(await readFile(path.join(dir, 'folder/inner.txt'), 'utf8')).to.equal('inner')
      expect(await readFile(path.join(dir, 'stamp.txt'), 'utf8')).to.equal('$Format:%H$')
    })

    it('stores other branches and tags without a build, builds master, and keeps the deployed branch from being deleted', async () => {
      await platform.createApp('branches')
      await project.commit(APP)
      const feature = await project.git(
        'push',
        remote(server, 'branches'),
        'main:refs/heads/feature',
      )
      expect(feature.text).to.include('remote: Pushed to non-main branch, skipping build.')
      expect(feature.status).to.equal(0)
      expect(
        (await project.git('push', remote(server, 'branches'), 'main:refs/tags/v1')).text,
      ).to.include('skipping build')
      expect(platform.store.find('branches')?.builds).to.deep.equal([])

      const master = await project.git('push', remote(server, 'branches'), 'main:master')
      expect(master.text).to.include('Released v2')
      const deletion = await project.git('push', remote(server, 'branches'), ':master')
      expect(deletion.status).to.equal(1)
      expect(deletion.text).to.include('cannot be deleted')
      expect((await project.git('push', remote(server, 'branches'), ':feature')).status).to.equal(0)
    })

    it('rejects what is not a fast-forward, and takes it when forced', async () => {
      await platform.createApp('force')
      await project.commit(APP)
      await project.git('push', remote(server, 'force'), 'main')
      await project.git('commit', '--amend', '--quiet', '--message', 'Another history')
      expect((await project.git('push', remote(server, 'force'), 'main')).text).to.include(
        'rejected',
      )
      const forced = await project.git('push', '--force', remote(server, 'force'), 'main')
      expect(forced.status, forced.text).to.equal(0)
      expect(forced.text).to.include('Released v3')
    })

    it('takes large pushes, which git sends chunked, and gives them back to a clone', async () => {
      await platform.createApp('large')
      const noise = Array.from({ length: 40 }, (_, index) => [
        `data/${index}.txt`,
        Array.from({ length: 4000 }, () => Math.random().toString(36)).join('\n'),
      ])
      await project.commit({ ...APP, ...(Object.fromEntries(noise) as Record<string, string>) })
      const push = await project.git(
        '-c',
        'http.postBuffer=65536',
        'push',
        remote(server, 'large'),
        'main',
      )
      expect(push.status, push.text).to.equal(0)

      const clone = await project.git(
        'clone',
        '--quiet',
        remote(server, 'large'),
        path.join(project.dir, '.git', 'clone'),
      )
      expect(clone.status, clone.text).to.equal(0)
      expect(existsSync(path.join(project.dir, '.git/clone/data/39.txt'))).to.equal(true)
    })

    it('speaks protocol 2 and reads gzip bodies', async () => {
      await platform.createApp('gzip')
      const commit = await project.commit(APP)
      await project.git('push', remote(server, 'gzip'), 'main')
      const authorization = `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}`
      const answer = await fetch(`${server.url}/gzip.git/git-upload-pack`, {
        method: 'POST',
        headers: {
          authorization,
          'git-protocol': 'version=2',
          'content-type': 'application/x-git-upload-pack-request',
          'content-encoding': 'gzip',
        },
        body: gzipSync('0014command=ls-refs\n0000'),
      })
      expect(answer.status).to.equal(200)
      expect(await answer.text()).to.include(`${commit} refs/heads/main`)
    })

    it('names Git LFS pointers and submodules', async () => {
      await platform.createApp('pointers')
      await project.commit(APP)
      const head = (await project.git('rev-parse', 'HEAD')).text.trim()
      await project.git('update-index', '--add', '--cacheinfo', `160000,${head},vendor/sub`)
      await project.git('commit', '--quiet', '--message', 'Submodule')
      await project.git('config', 'filter.lfs.required', 'false')
      const lfs = {
        '.gitattributes': '*.bin filter=lfs\n',
        'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      }
      await project.commit(lfs)
      await project.git('update-index', '--add', '--cacheinfo', `160000,${head},vendor/sub`)
      await project.git('commit', '--quiet', '--amend', '--no-edit')
      const push = await project.git('push', remote(server, 'pointers'), 'main')
      expect(push.status, push.text).to.equal(0)
      expect(push.text).to.match(/Git LFS is not supported.*big\.bin/)
      expect(push.text).to.match(/Submodules are not fetched.*vendor\/sub/)
    })

    describe('credentials', () => {
      it('asks for them, and takes any user with the token', async () => {
        await platform.createApp('secret')
        const bare = await fetch(`${server.url}/secret.git/info/refs?service=git-receive-pack`)
        expect(bare.status).to.equal(401)
        expect(bare.headers.get('www-authenticate')).to.match(/^Basic /)
        await project.commit(APP)
        const wrong = await project.git('push', remote(server, 'secret', 'wrong'), 'main')
        expect(wrong.status).to.equal(128)
        expect(wrong.text).to.include('Authentication failed')
        expect(platform.store.find('secret')?.builds).to.deep.equal([])
      })

      it('says that an app does not exist', async () => {
        await project.commit(APP)
        const push = await project.git('push', remote(server, 'nowhere'), 'main')
        expect(push.status).to.equal(128)
        expect(push.text).to.include('No such app as nowhere.')
        expect(await readdir(platform.folders.repos)).to.deep.equal([])
      })

      it("keeps the hook's secret in a file for its owner alone, and the build path closed without it", async () => {
        const app = await platform.createApp('closed')
        expect((await stat(path.join(platform.root, 'hook-secret'))).mode & 0o777).to.equal(0o600)
        for (const authorization of [
          'Bearer wrong',
          `Basic ${Buffer.from('x:the-token-of-this-test').toString('base64')}`,
        ]) {
          const answer = await fetch(`${server.url}/${app.id}.git/internal/build`, {
            method: 'POST',
            headers: { authorization },
            body: '{}',
          })
          expect(answer.status).to.equal(403)
        }
        const authorization = `Basic ${Buffer.from('x:the-token-of-this-test').toString('base64')}`
        expect(
          (await fetch(`${server.url}/closed.git/config`, { headers: { authorization } })).status,
        ).to.equal(404)
      })
    })

    it('starts no git for a client that has gone while its repository was prepared', async () => {
      const app = await platform.createApp('gone')
      const socket = net.connect(server.port, '127.0.0.1')
      socket.write(
        [
          'POST /git/gone.git/git-receive-pack HTTP/1.1',
          'Host: localhost',
          `Authorization: Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`,
          'Content-Type: application/x-git-receive-pack-request',
          'Content-Length: 10',
          '\r\n',
        ].join('\r\n'),
      )
      await until('the repository is begun', () =>
        existsSync(path.join(platform.folders.repos, app.id)),
      )
      socket.destroy()
      // The request after it is served, and ends: the first one's turn has been.
      await project.commit(APP)
      const push = await project.git('push', remote(server, 'gone'), 'main')
      expect(push.status, push.text).to.equal(0)
      if (process.platform === 'linux')
        await until('every git to end', async () => (await gitsOf(platform.root)).length === 0)
    })

    it('shows a release phase that fails, without the word that the deploy is done', async () => {
      await platform.createApp('phase')
      platform.releasePhase.run = (onOutput) => {
        onOutput(Buffer.from('migrating…\nno such table\n'))
        return 'failed'
      }
      await project.commit({ ...APP, Procfile: 'web: node index.js\nrelease: node migrate.js\n' })
      const push = await project.git('push', remote(server, 'phase'), 'main')
      expect(push.status, push.text).to.equal(0)
      expect(push.text)
        .to.include('remote: migrating…')
        .and.to.include('Release command failed: v2 was not put to work.')
      expect(push.text)
        .not.to.include('Verifying deploy... done.')
        .and.not.to.include('deployed to')
    })
  })
})
