import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
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
})
