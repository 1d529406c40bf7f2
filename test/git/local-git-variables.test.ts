import { expect } from 'chai'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { localGitHost, localGitVariables } from '../../src/git/push-environment.js'
import { GitServer, repository, temporaryFolder, TOKEN } from './git-server.js'

const run = promisify(execFile)

describe('git in a shell that points at an embedded Heroku', () => {
  const gitUrl = 'http://127.0.0.1:1/git'

  it("pushes to the address that Heroku's CLI writes into a remote, with the token", async () => {
    const folder = await temporaryFolder()
    const server = await GitServer.start(path.join(folder.dir, 'remotes'))
    try {
      const work = path.join(folder.dir, 'app')
      const git = await repository(work)
      const remote = await server.addApp('a1')
      await git.addRemote('heroku', `https://${localGitHost(server.url('a1'))}`)
      const env = {
        ...process.env,
        ...localGitVariables(server.baseUrl, TOKEN, process.env),
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: '',
      }
      await run('git', ['push', 'heroku', 'main'], { cwd: work, env })
      expect(await remote.revparse(['main'])).to.equal(await git.revparse(['HEAD']))
      expect(await git.raw(['config', '--local', '--list']))
        .to.not.include(TOKEN)
        .and.not.include(Buffer.from(`shipit:${TOKEN}`).toString('base64'))
    } finally {
      await server.stop()
      await folder.remove()
    }
  })

  it('keeps what the shell has configured, and takes its own place again', () => {
    const own = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ada' }
    const first = localGitVariables(gitUrl, 'one', own)
    expect(first)
      .to.include({ GIT_CONFIG_COUNT: '3', GIT_CONFIG_KEY_1: `url.${gitUrl}/.insteadOf` })
      .and.not.have.property('GIT_CONFIG_KEY_0')
    const second = localGitVariables(gitUrl, 'two', { ...own, ...first })
    expect(Object.keys(second)).to.deep.equal(Object.keys(first))
    expect(second.GIT_CONFIG_VALUE_2).to.not.equal(first.GIT_CONFIG_VALUE_2)
  })
})
