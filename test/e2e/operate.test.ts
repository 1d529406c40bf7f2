import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { World } from './support/world.js'

const APP = ['--local', '--app', 'ops']
const PUBLIC = 'publicpublic123'
const SECRET = 'secretsecret987'

describe('operating an app', function () {
  this.timeout(120_000)
  let world: World
  let dir: string
  let url: string
  before(async () => {
    world = await World.create()
    dir = await world.app('ops', { ...plainApp('one'), Procfile: 'web: npm start\njobs: node jobs.js\n', 'jobs.js': "console.log('at work')\nsetInterval(() => {}, 1000)\n" })
    url = (await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })).url
  })
  after(() => world.close())

  const releases = () => world.json<{ version: number; current: boolean; description: string }[]>(['releases', ...APP])
  const error = async (...args: string[]) => {
    const outcome = await world.shipit([...args, ...APP, '--json'])
    return { ...(JSON.parse(outcome.stdout) as { error: { code: string; message: string; next?: string } }).error, status: outcome.status }
  }

  it('keys are set from stdin in one release, listed masked, and unset; the secret is never shown', async () => {
    const before = (await releases())[0]!.version
    const set = await world.ok(['keys', 'set', ...APP], { input: `export PM2_PUBLIC_KEY="${PUBLIC}"\n# a comment\nPM2_SECRET_KEY=${SECRET}\n` })
    const list = await world.ok(['keys', 'list', ...APP])
    expect((await releases())[0]!.version).to.equal(before + 1)
    expect(list.stdout).to.contain('****t987').and.contain('****c123')
    expect(set.output + list.output).to.not.contain(SECRET).and.not.contain(PUBLIC)
    const typed = await error('keys', 'set', `PM2_SECRET_KEY=${SECRET}`)
    expect(typed).to.include({ code: 'usage', status: 2 })
    expect(JSON.stringify(typed)).to.not.contain(SECRET)
    expect(await world.json(['keys', 'unset', ...APP])).to.deep.include({ removed: ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY'], release: before + 2 })
    expect(await world.json(['keys', 'list', ...APP])).to.deep.include({ keys: { PM2_PUBLIC_KEY: null, PM2_SECRET_KEY: null, PM2_MACHINE_NAME: null } })
  })

  it('config vars reach the app, secrets only unseen, and a .env file goes out and in', async () => {
    await world.ok(['config', 'set', 'LOG_LEVEL=debug', ...APP])
    const set = await world.ok(['config', 'set', 'STRIPE_KEY', ...APP], { input: `${SECRET}\n` })
    const list = await world.ok(['config', ...APP])
    expect(list.stdout).to.match(/LOG_LEVEL +debug/).and.match(/STRIPE_KEY +\*\*\*\*t987/)
    expect(set.output + list.output).to.not.contain(SECRET)
    expect((await world.ok(['config', 'get', 'STRIPE_KEY', ...APP])).stdout).to.equal(`${SECRET}\n`)
    await world.ok(['config', 'pull', '--file', 'pulled.env', ...APP], { cwd: dir })
    await writeFile(path.join(dir, 'pulled.env'), `LOG_LEVEL=info\nSTRIPE_KEY=${SECRET}\n`)
    expect(await world.json(['config', 'push', '--file', 'pulled.env', '--yes', ...APP], { cwd: dir })).to.deep.include({ added: [], changed: ['LOG_LEVEL'] })
    expect(await world.json(['config', 'unset', 'LOG_LEVEL', 'STRIPE_KEY', ...APP])).to.deep.include({ removed: ['LOG_LEVEL', 'STRIPE_KEY'] })
    await rm(path.join(dir, 'pulled.env'))
  })

  it('whoami and apps speak of the account of the embedded Heroku', async () => {
    expect(await world.json<{ email: string }>(['whoami', '--local'])).to.have.property('email').that.contains('@')
    expect((await world.json<{ name: string }[]>(['apps', '--local'])).map(({ name }) => name)).to.deep.equal(['ops'])
  })

  it('scale takes counts, steps, sizes and instances, and lists dynos by type and number', async () => {
    await world.ok(['scale', 'web=2', 'jobs+1', ...APP])
    const dynos = await world.json<{ name: string; state: string }[]>(['ps', ...APP])
    expect(dynos.map(({ name, state }) => `${name} ${state}`)).to.deep.equal(['jobs.1 up', 'web.1 up', 'web.2 up'])
    await world.ok(['scale', 'web-1', 'jobs=0', ...APP])
    await world.ok(['scale', 'web=1:standard-2x', ...APP])
    expect((await world.ok(['scale', ...APP])).stdout).to.match(/\bweb=1:Standard-2X\b/).and.match(/\bjobs=0:Standard-1X\b/)

    await world.ok(['scale', '--instances', 'sample=2', ...APP])
    const pids = new Set<number>()
    expect(await until(async () => pids.add((JSON.parse((await get(`${url}who`)).body) as { pid: number }).pid).size === 2, { timeout: 30_000 })).to.equal(true)
  })

  it('scale answers what cannot be with what was meant', async () => {
    expect(await error('scale', 'wbe=2')).to.include({ code: 'usage', status: 2, why: 'Did you mean web?' })
    expect(await error('scale', 'web-9')).to.include({ code: 'usage', next: 'shipit scale web=0 --app ops --local' })
    expect(await error('scale', 'web=1', '--wait-timeout', 'soon')).to.include({ code: 'usage', status: 2 })
    expect(await error('reload', 'wbe')).to.include({ code: 'not_found', status: 6, why: 'Did you mean web?' })
  })

  it('rollback brings the code before back, and prints the command that undoes it', async () => {
    await writeFile(path.join(dir, 'server.js'), plainServer('two'))
    await world.commit(dir, 'Two')
    await world.json(['deploy', ...APP], { cwd: dir })
    const answers = (word: string) => until(async () => (await get(url)).body === word, { timeout: 30_000 })
    expect(await answers('two')).to.equal(true)
    const { undo } = await world.json<{ undo: string }>(['rollback', ...APP])
    expect(await answers('one')).to.equal(true)
    expect(undo).to.match(/^shipit rollback v\d+ --app ops --local$/)
    await world.ok(undo.split(' ').slice(1))
    expect(await answers('two')).to.equal(true)
    const list = await releases()
    expect(list.filter(({ current }) => current)).to.deep.equal([list[0]])
    expect(list.slice(0, 2).every(({ description }) => /^Rollback to v\d+$/.test(description))).to.equal(true)
    expect(list.map(({ version }) => version)).to.deep.equal(list.map(({ version }) => version).toSorted((a, b) => b - a))
    expect(await error('rollback', 'v999')).to.include({ code: 'not_found', status: 6, next: 'shipit releases --app ops --local' })
  })

  it('logs shows as many lines as asked for, and follows new ones until its reader has gone', async () => {
    const { stdout } = await world.ok(['logs', '-n', '3', ...APP])
    expect(stdout.trimEnd().split('\n')).to.have.length(3)
    const json = (await world.ok(['logs', '-n', '2', '--json', '--dyno', 'web', ...APP])).stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { dyno: string })
    expect(json.every(({ dyno }) => dyno.startsWith('web.'))).to.equal(true)

    let pid: number | undefined
    let seen = ''
    const tail = world.shipit(['logs', '--tail', '-n', '1', '--dyno', 'router', ...APP], { onSpawn: (started) => { pid = started }, onOutput: (text) => { seen += text } })
    const isFollowed = await until(async () => {
      await get(`${url}seen-by-the-router`)
      return seen.includes('path="/seen-by-the-router"')
    }, { timeout: 30_000 })
    process.kill(pid!, 'SIGINT')
    await tail
    expect(isFollowed).to.equal(true)
  })
})
