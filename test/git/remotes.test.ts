import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { simpleGit, type SimpleGit } from 'simple-git'
import { appRemotes, herokuRemoteApp } from '../../src/git/remotes.js'

describe('the git remotes of apps', () => {
  let dir: string
  let git: SimpleGit
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-remotes-'))
    git = simpleGit(dir)
    await git.init()
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  for (const [url, app] of [
    ['https://git.heroku.com/shop.git', 'shop'],
    ['https://user:pass@git.heroku.com/shop.git', 'shop'],
    ['git@heroku.com:shop.git', 'shop'],
    ['ssh://git@heroku.com/shop.git', 'shop'],
    ['http://127.0.0.1:28671/git/shop.git', 'shop'],
    ['https://127.0.0.1:28671/git/shop.git', 'shop'],
    ['https://git.example.com/shop.git', 'shop'],
    ['https://github.com/me/shop.git', undefined],
    ['git@github.com:me/shop.git', undefined],
    ['https://evil.example.com/git.heroku.com/shop.git', undefined],
    ['https://git.heroku.com.evil.example.com/shop.git', undefined],
  ] as [string, string | undefined][])
    it(`${app === undefined ? 'do not include' : 'include'} ${url}, whatever it is called`, async () => {
      await git.addRemote('production', url)
      const env = { HEROKU_GIT_HOST: 'https://git.example.com' }
      expect(await appRemotes(dir, env)).to.deep.equal(
        app === undefined ? [] : [{ remote: 'production', app }],
      )
    })

  it('are read as they are written down, whatever insteadOf makes of them', async () => {
    await git.addRemote('heroku', 'https://git.heroku.com/shop.git')
    await appendFile(
      path.join(dir, '.git/config'),
      '[url "http://127.0.0.1:1/elsewhere/"]\n\tinsteadOf = https://git.heroku.com/\n',
    )
    expect(await herokuRemoteApp(dir)).to.equal('shop')
  })

  it('are one app: the only one, else `heroku`, else that of heroku.remote', async () => {
    expect(await herokuRemoteApp(dir)).to.equal(undefined)
    await git.addRemote('production', 'https://git.heroku.com/shop.git')
    expect(await herokuRemoteApp(dir)).to.equal('shop')
    await git.addRemote('staging', 'https://git.heroku.com/shop-staging.git')
    expect(await herokuRemoteApp(dir)).to.equal(undefined)
    await git.addRemote('heroku', 'https://git.heroku.com/shop-third.git')
    expect(await herokuRemoteApp(dir)).to.equal('shop-third')
    await git.addConfig('heroku.remote', 'staging')
    expect(await herokuRemoteApp(dir)).to.equal('shop-staging')
  })

  it('are none outside a repository', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'shipit-remotes-'))
    expect(await appRemotes(outside)).to.deep.equal([])
    await rm(outside, { recursive: true })
  })
})
