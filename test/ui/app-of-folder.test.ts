import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simpleGit } from 'simple-git'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { app } from '../support/records.js'
import { run } from '../support/run.js'

describe('the app of a folder', () => {
  expectOnlyKnownRequests()
  let dir: string
  const before = process.cwd()
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-folder-'))
    process.chdir(dir)
  })
  afterEach(async () => {
    process.chdir(before)
    await rm(dir, { recursive: true, force: true })
  })
  const deployTo = (...apps: string[]) =>
    writeFile(
      path.join(dir, 'ecosystem.config.yml'),
      `apps:\n  - name: shop\n    script: index.js\ndeploy:\n${apps.map((app, i) => `  env${i}:\n    app: ${app}\n`).join('')}`,
    )
  const configVarsOf = (app: string) =>
    nock(API).get(`/apps/${app}/config-vars`).reply(200, { COLOUR: 'green' })

  it('is the one that its ecosystem file deploys to', async () => {
    await deployTo('shop')
    configVarsOf('shop')
    expect((await run('config', ['--json'])).json()).to.deep.include({ app: 'shop' })
  })
  it('gives way to --app and HEROKU_APP', async () => {
    await deployTo('shop')
    configVarsOf('other')
    configVarsOf('third')
    expect((await run('config', ['--json', '--app', 'other'])).json()).to.deep.include({
      app: 'other',
    })
    expect((await run('config', ['--json'], { HEROKU_APP: 'third' })).json()).to.deep.include({
      app: 'third',
    })
  })
  it('is asked for where the file deploys to several, or says nothing', async () => {
    const nothing = await run('config', [])
    expect(nothing).to.include({ exitCode: 2 })
    expect(nothing.stderr)
      .to.match(/Which app\?/)
      .and.match(/shipit config --app NAME/)
    await deployTo('shop', 'shop-staging')
    expect((await run('config', [])).stderr).to.match(
      /ecosystem\.config\.yml deploys to shop,\s+shop-staging\./,
    )
  })

  it('is that of a git remote, and of --remote if there are several', async () => {
    const git = simpleGit(dir)
    await git.init()
    await git.addRemote('production', 'https://git.heroku.com/shop.git')
    configVarsOf('shop')
    expect((await run('config', ['--json'])).json()).to.deep.include({ app: 'shop' })
    await git.addRemote('staging', 'https://git.heroku.com/shop-staging.git')
    const several = await run('config', [])
    expect(several.stderr.replace(/\s+/g, ' '))
      .to.include('several git remotes of apps: production (shop), staging (shop-staging).')
      .and.include('shipit config --remote production')
    for (const argv of [['-r', 'staging'], ['--remote=staging']]) {
      configVarsOf('shop-staging')
      const outcome = await run('config', ['--json', ...argv], { HEROKU_APP: 'third' })
      expect(outcome.json()).to.deep.include({ app: 'shop-staging' })
    }
    configVarsOf('other')
    const both = await run('config', ['--json', '-r', 'staging', '-a', 'other'])
    expect(both.json()).to.deep.include({ app: 'other' })
    expect((await run('config', ['-r', 'nowhere'])).stderr.replace(/\s+/g, ' ')).to.include(
      'There is no git remote `nowhere` of an app. There are production (shop), staging (shop-staging).',
    )
  })
})

describe('the name of an app that there is not', () => {
  expectOnlyKnownRequests()
  const missing = (name: string) =>
    nock(API)
      .get(`/apps/${name}/config-vars`)
      .reply(404, { id: 'not_found', resource: 'app', message: "Couldn't find that app." })

  it("is answered with the account's own that is nearest", async () => {
    missing('shpo')
    nock(API)
      .get('/apps')
      .reply(200, [app('other'), app('shop')])
    const outcome = await run('config', ['--json', '--app', 'shpo'])
    expect(outcome.exitCode).to.equal(6)
    expect(outcome.json<{ error: object }>().error).to.include({ why: 'Did you mean shop?' })
  })

  it('is told as it is if none is near, or the account cannot be listed', async () => {
    missing('shop')
    nock(API)
      .get('/apps')
      .reply(200, [app('other')])
    expect((await run('config', ['--app', 'shop'])).stderr).not.to.include('Did you mean')
    missing('shop')
    nock(API).get('/apps').reply(403, { id: 'forbidden', message: 'no' })
    const outcome = await run('config', ['--app', 'shop'])
    expect(outcome.exitCode).to.equal(6)
    expect(outcome.stderr).to.include('There is no app called shop')
  })
})
