import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { inSoak, isSoak } from '../support/soak.js'
import { plainApp } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'

interface Who {
  dyno: string
  pid: number
  instance: string
}
interface Dyno {
  name: string
  state: string
}

/**
 * The exercises of a lesson on PM2 and Heroku, each with shipit's verbs, each seen in the processes
 * themselves.
 */
describe('the lesson', function () {
  this.timeout(180_000)
  let world: World
  let dir: string
  let url: string
  const flags = ['--local', '--app', 'lesson']
  const who = async (): Promise<Who> => JSON.parse((await get(`${url}who`)).body) as Who

  /** Every process that answers, asked until there are `count` of them. */
  async function processes(count: number): Promise<string[]> {
    const seen = new Set<string>()
    // Several at a time: a request alone goes over the connection that the router has kept, to the
    // same process again.
    const ask = async () => {
      for (const { dyno, pid } of await Promise.all(Array.from({ length: 4 * count }, who)))
        seen.add(`${dyno} ${pid}`)
    }
    await until(
      async () => {
        await ask()
        return seen.size >= count
      },
      { timeout: 20_000, every: 5 },
    )
    // As many looks again, in which one more would show.
    for (let look = 0; look < 5; look += 1) await ask()
    return [...seen].sort()
  }
  const dynos = async (): Promise<string[]> =>
    (await world.json<Dyno[]>(['ps', ...flags])).map(({ name, state }) => `${name} ${state}`).sort()

  before(async function () {
    if (!isSoak) this.skip()
    world = await World.create()
    dir = await world.write('lesson', plainApp('hello'))
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.ok(['init', '--yes', '--instances', '1', '--env', 'prod', '--env', 'homolog'], {
      cwd: dir,
    })
    // npm takes a second of CPU at each start of a dyno, and the main job's test has it.
    await world.write('lesson', { Procfile: 'web: shipit-runtime start ecosystem.config.yml\n' })
    await world.commit(dir, 'First')
    url = (await world.json<{ url: string }>(['deploy', ...flags], { cwd: dir })).url
  })
  after(() => world?.close())

  it('starts one instance', async () => {
    expect(await processes(1)).to.have.length(1)
  })
  inSoak('restarts it: another process answers', async () => {
    const before = await processes(1)
    expect((await world.ok(['restart', ...flags])).stdout).to.equal('Restarted web.1 of lesson\n')
    expect(await processes(1)).to.not.deep.equal(before)
  })
  inSoak('reloads it: another process answers, and none was without an answer', async () => {
    const before = await processes(1)
    const answers: number[] = []
    let isOver = false
    const asking = (async () => {
      while (!isOver) {
        answers.push((await get(url)).status)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })()
    await world.ok(['reload', ...flags])
    isOver = true
    await asking
    expect(answers.every((status) => status === 200)).to.equal(true)
    expect(await processes(1)).to.not.deep.equal(before)
  })
  it('scales by +5 and to 3 instances in the dyno', async () => {
    await world.ok(['scale', '--instances', 'sample=1', ...flags])
    await world.ok(['scale', '--instances', 'sample=+5', ...flags])
    expect(await processes(6)).to.have.length(6)
    await world.ok(['scale', '--instances', 'sample=3', ...flags])
    expect(await processes(3)).to.have.length(3)
  })
  inSoak('scales the dynos by +2 and back', async () => {
    await world.ok(['scale', 'web+2', ...flags])
    expect(await dynos()).to.deep.equal(['web.1 up', 'web.2 up', 'web.3 up'])
    await world.ok(['scale', 'web=1', ...flags])
    expect(await dynos()).to.deep.equal(['web.1 up'])
  })
  inSoak('stops everything, and starts it with the same counts', async () => {
    await world.ok(['scale', 'web=2', ...flags])
    await world.ok(['stop', ...flags])
    expect(await dynos()).to.deep.equal([])
    expect((await get(url)).status).to.equal(503)
    await world.ok(['start', ...flags])
    expect(await dynos()).to.deep.equal(['web.1 up', 'web.2 up'])
    expect((await get(url)).body).to.equal('hello')
  })
  inSoak(
    'runs the ecosystem file with watch, cluster, max and a restart at 100 MB: a dyno ignores watch and says so',
    async () => {
      const file = path.join(dir, 'ecosystem.config.yml')
      const { editYaml } = await import('../../src/ecosystem/index.js')
      await writeFile(
        file,
        editYaml(await readFile(file, 'utf8'), [
          { path: ['apps', 0, 'instances'], value: 'max' },
          { path: ['apps', 0, 'watch'], value: true },
          { path: ['apps', 0, 'max_memory_restart'], value: '100M' },
          { path: ['apps', 0, 'env_prod', 'GREETING'], value: 'bom dia' },
          { path: ['apps', 0, 'env_homolog', 'GREETING'], value: 'boa noite' },
          {
            path: ['deploy'],
            value: {
              production: { app: 'lesson', env: 'prod' },
              homolog: { app: 'lesson-homolog', env: 'homolog' },
            },
          },
        ]),
      )
      await writeFile(
        path.join(dir, 'server.js'),
        "require('node:http').createServer((request, response) => response.end(process.env.GREETING ?? 'none')).listen(process.env.PORT)\n",
      )
      await world.commit(dir, 'Environments')
      await platformRequest(world, 'PATCH', '/apps/lesson/config-vars', { SHIPIT_INSTANCES: null })
      await world.ok(['deploy', 'production', '--local'], { cwd: dir })
      const log = (await world.ok(['logs', '-n', '1500', ...flags])).stdout
      expect(log).to.match(/watch.*ignored|ignores? .*watch/i)
      expect(log).to.match(/shipit: sample × \d/)
    },
  )
  inSoak('gives each environment its own variables', async () => {
    expect((await get(url)).body).to.equal('bom dia')
    const homolog = await world.json<{ url: string }>(['deploy', 'homolog', '--local'], {
      cwd: dir,
    })
    expect((await get(homolog.url)).body).to.equal('boa noite')
    expect((await get(url)).body).to.equal('bom dia')
  })
  it('deletes the app, once its name is confirmed', async () => {
    const refused = await world.shipit(['destroy', ...flags])
    expect(refused.status).to.equal(2)
    expect((await get(url)).status).to.equal(200)
    await world.ok(['destroy', ...flags, '--confirm', 'lesson'])
    expect((await get(url)).status).to.equal(404)
    expect((await world.shipit(['ps', ...flags])).status).to.equal(6)
  })
})
