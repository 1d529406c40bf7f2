import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { byTls } from '../../src/embedded/rendezvous/by-tls.js'
import { certificateOf } from '../../src/embedded/rendezvous/certificate.js'
import { localGitVariables } from '../../src/git/push-environment.js'
import { GitServer, repository, temporaryFolder, TOKEN } from './git-server.js'

const run = promisify(execFile)

describe('git in a shell that points at an embedded Heroku', () => {
  const gitUrl = 'http://127.0.0.1:1/git'
  const certificates = '/trusted.pem'

  it("pushes to and fetches from the address that Heroku's CLI writes into a remote", async () => {
    const folder = await temporaryFolder()
    const server = await GitServer.start(path.join(folder.dir, 'remotes'))
    const pair = await certificateOf({ root: folder.dir }, () => undefined)
    const front = net.createServer(
      byTls({
        certificate: () => Promise.resolve(pair),
        onError: (error) => {
          throw error
        },
        onConnection: (client) => {
          const there = net.connect(server.port, '127.0.0.1')
          void pipeline(client, there, client).catch(() => undefined)
        },
      }),
    )
    try {
      await once(front.listen(0, '127.0.0.1'), 'listening')
      const host = `127.0.0.1:${(front.address() as net.AddressInfo).port}`
      const url = server.url('a1').replace(/^http:\/\/[^/]+/, `https://${host}`)
      const certificates = path.join(folder.dir, 'trusted.pem')
      await writeFile(certificates, pair.cert)
      const work = path.join(folder.dir, 'app')
      const git = await repository(work)
      const remote = await server.addApp('a1')
      await git.addRemote('heroku', url)
      const user = {
        ...process.env,
        HTTPS_PROXY: 'http://127.0.0.1:9',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: '',
      }
      const gitUrl = server.baseUrl.replace(/^http:\/\/[^/]+/, `http://${host}`)
      const env = { ...user, ...localGitVariables(gitUrl, { token: TOKEN, certificates }, user) }
      await run('git', ['push', 'heroku', 'main'], { cwd: work, env })
      await run('git', ['fetch', 'heroku'], { cwd: work, env })
      const head = await git.revparse(['HEAD'])
      expect(await remote.revparse(['main'])).to.equal(head)
      expect(await git.revparse(['heroku/main'])).to.equal(head)
      const { stdout } = await run('git', ['remote', '--verbose'], { cwd: work, env })
      expect(stdout).to.equal(`heroku\t${url} (fetch)\nheroku\t${url} (push)\n`)
      expect(await git.raw(['config', '--local', '--list']))
        .to.not.include(TOKEN)
        .and.not.include(Buffer.from(`shipit:${TOKEN}`).toString('base64'))
    } finally {
      front.close()
      await server.stop()
      await folder.remove()
    }
  })

  it('names the certificates in the variable that would win too, if there is one', () => {
    const taken = { token: 'one', certificates: '/trusted.pem' }
    expect(localGitVariables(gitUrl, taken, {})).to.not.have.property('GIT_SSL_CAINFO')
    expect(localGitVariables(gitUrl, taken, { GIT_SSL_CAINFO: '/mine.pem' })).to.include({
      GIT_SSL_CAINFO: '/trusted.pem',
    })
  })

  it('keeps what the shell has configured, and takes its own place again', () => {
    const own = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ada' }
    const first = localGitVariables(gitUrl, { token: 'one', certificates }, own)
    expect(first)
      .to.include({
        GIT_CONFIG_COUNT: '4',
        GIT_CONFIG_KEY_1: 'http.https://127.0.0.1:1/git/.sslCAInfo',
      })
      .and.not.have.property('GIT_CONFIG_KEY_0')
    const second = localGitVariables(gitUrl, { token: 'two', certificates }, { ...own, ...first })
    expect(Object.keys(second)).to.deep.equal(Object.keys(first))
    expect(second.GIT_CONFIG_VALUE_3).to.not.equal(first.GIT_CONFIG_VALUE_3)
  })
})
