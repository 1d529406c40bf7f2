import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { plainApp } from './support/apps.js'
import { World } from './support/world.js'

interface Dyno { name: string; size: string; state: string; instances: unknown[] }

const APPS = [
  { runtime: 'Fir', place: ['--space', 'cedar-or-fir'], isFir: true, small: 'dyno-1c-0.5gb', large: 'dyno-2c-1gb', dyno: /^web-[0-9a-z]+-[0-9a-z]{5}$/ },
  { runtime: 'a Private Space', place: ['--space', 'acme-private', '--team', 'acme'], isFir: false, small: 'Private-S', large: 'private-m', dyno: /^web\.\d$/ },
]

/** What Private Spaces and Fir have that is different from the Common Runtime: devcenter.heroku.com/articles/generations. */
for (const { runtime, place, isFir, small, large, dyno } of APPS) {
  describe(`an app in ${runtime}`, function () {
    this.timeout(240_000)
    let world: World
    let dir: string
    const app = ['--app', 'placed', '--local']
    before(async () => {
      world = await World.create({ SHIPIT_LOCAL_LIMITS: JSON.stringify({ stopGrace: 3_000 }) })
      if (isFir) await world.ok(['local', 'start', '--generation', 'fir'])
      dir = await world.app('placed', plainApp('one'))
    })
    after(() => world.close())

    const ps = () => world.json<Dyno[]>(['ps', ...app])
    const body = async () => {
      const { web_url: url } = (await world.json<{ name: string; web_url: string }[]>(['apps', '--local']))[0]!
      return (await get(url)).body
    }

    it('is created by a deploy and serves, and is known to be live', async () => {
      await world.ok(['deploy', ...app, '--create', ...place], { cwd: dir })
      expect(await body()).to.match(/one/)
      const [created] = await world.json<{ generation: { name: string }; space: { name: string } }[]>(['apps', '--local'])
      expect(created).to.have.nested.property('generation.name', isFir ? 'fir' : 'cedar')
      expect(created).to.have.nested.property('space.name', place[1])
      const [web] = await ps()
      expect(web).to.include({ size: small, state: 'up' })
      expect(web!.name).to.match(dyno)
      expect(await world.json<object>(['deploy', ...app], { cwd: dir })).to.have.property('already_live', true)
    })

    it('is scaled, resized, restarted and reloaded', async () => {
      await world.ok(['scale', `web=2:${large}`, ...app])
      const two = await ps()
      expect(two.map(({ size }) => size.toLowerCase())).to.deep.equal([large, large])
      for (const { name } of two) expect(name).to.match(dyno)
      await world.ok(['restart', two[0]!.name, ...app])
      const restarted = await ps()
      expect(restarted).to.have.length(2)
      expect(restarted.map(({ name }) => name).includes(two[0]!.name)).to.equal(!isFir)
      await world.ok(['scale', 'web=1', ...app])
      // One dyno: a second serves in its place, since every size here can have two.
      const reloaded = await world.ok(['reload', ...app])
      expect(reloaded.output).to.not.match(/gap/)
      expect(await ps()).to.have.length(1)
    })

    it('has logs, with a word on those that are not kept', async () => {
      if (!isFir) {
        expect((await world.ok(['logs', ...app])).output).to.match(/State changed from starting to up/)
        return
      }
      let isTailing = false
      const logs = world.shipit(['logs', ...app], { onOutput: (text) => { isTailing ||= /keeps no log history/.test(text) }, onSpawn: (pid) => {
        const timer = setInterval(() => {
          if (!isTailing) return
          clearInterval(timer)
          void body().then(() => setTimeout(() => process.kill(pid, 'SIGINT'), 500))
        }, 50)
      } })
      const { stdout } = await logs
      expect(stdout).to.not.match(/Initial release/)
    })

    it('is rolled back', async () => {
      await world.write('placed', plainApp('two'))
      await world.commit(dir, 'Second')
      await world.ok(['deploy', ...app], { cwd: dir })
      expect(await body()).to.match(/two/)
      await world.ok(['rollback', ...app])
      expect(await body()).to.match(/one/)
    })

    it('runs commands, or says who can', async () => {
      const run = await world.shipit(['run', ...app, '--', 'node', '-p', '6*7'])
      if (!isFir) {
        expect(run).to.include({ status: 0 })
        expect(run.stdout.trim()).to.equal('42')
        return
      }
      expect(run.status).to.equal(7)
      expect(run.output).to.match(/heroku run --app placed/)
      await world.ok(['run', ...app, '--detached', '--', 'node', '-p', '6*7'])
    })
  })
}
