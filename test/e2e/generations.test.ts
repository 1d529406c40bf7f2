import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { plainApp, plainServer } from './support/apps.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Dyno {
  name: string
  size: string
  state: string
}
interface App {
  name: string
  web_url: string
  generation: { name: string }
  space: { name: string }
}

/**
 * SHIPIT_SOAK=1 takes both apps through everything; without it, the one in a Private Space is only
 * created, and the one on Fir not scaled, restarted or reloaded.
 */

const APPS = [
  {
    runtime: 'a Private Space',
    name: 'private',
    place: ['--space', 'acme-private', '--team', 'acme'],
    isFir: false,
    small: 'Private-S',
    large: 'private-m',
    dyno: /^web\.\d$/,
  },
  {
    runtime: 'Fir',
    name: 'fir',
    place: ['--space', 'acme-fir'],
    isFir: true,
    small: 'dyno-1c-0.5gb',
    large: 'dyno-2c-1gb',
    dyno: /^web-[0-9a-z]+-[0-9a-z]{5}$/,
  },
]

/**
 * What Private Spaces and Fir have that is different from the Common Runtime:
 * devcenter.heroku.com/articles/generations.
 */
describe('apps of other runtimes', function () {
  this.timeout(240_000)
  let world: World
  before(async () => {
    world = await World.create({ SHIPIT_LOCAL_LIMITS: JSON.stringify({ stopGrace: 3_000 }) })
  })
  after(() => world.close())

  for (const { runtime, name, place, isFir, small, large, dyno } of APPS) {
    describe(`in ${runtime}`, () => {
      let dir: string
      const app = ['--app', name, '--local']
      const inSoakOrOnFir = isFir ? it : inSoak
      before(async () => {
        if (isFir) await world.ok(['local', 'start', '--generation', 'fir'])
        dir = await world.app(name, plainApp('one'))
      })

      const ps = () => world.json<Dyno[]>(['ps', ...app])
      const found = async () =>
        (await world.json<App[]>(['apps', '--local'])).find((one) => one.name === name)!
      const body = async () => (await get((await found()).web_url)).body

      it('is created by a deploy and serves, and is known to be live', async () => {
        await world.ok(['deploy', ...app, '--create', ...place], { cwd: dir })
        expect(await body()).to.equal('one')
        const created = await found()
        expect([created.generation.name, created.space.name]).to.deep.equal([
          isFir ? 'fir' : 'cedar',
          place[1],
        ])
        const [web] = await ps()
        expect(web).to.include({ size: small, state: 'up' })
        expect(web!.name).to.match(dyno)
        expect(await world.json<object>(['deploy', ...app], { cwd: dir })).to.have.property(
          'already_live',
          true,
        )
      })

      inSoak('is scaled, resized and reloaded', async () => {
        await world.ok(['scale', `web=2:${large}`, ...app])
        const two = await ps()
        expect(two.map(({ size }) => size.toLowerCase())).to.deep.equal([large, large])
        for (const each of two) expect(each.name).to.match(dyno)
        await world.ok(['scale', 'web=1', ...app])
        // One dyno: a second serves in its place, since every size here can have two.
        expect((await world.ok(['reload', ...app])).output).to.not.match(/gap/)
        expect(await ps()).to.have.length(1)
      })

      inSoak('restarts the dyno that is named', async () => {
        const [before] = await ps()
        await world.ok(['restart', before!.name, ...app])
        const after = await ps()
        expect(after).to.have.length(1)
        expect(after[0]!.name === before!.name).to.equal(!isFir)
      })

      inSoakOrOnFir('has logs, with a word on those that are not kept', async () => {
        if (!isFir) {
          expect((await world.ok(['logs', ...app])).output).to.match(
            /State changed from starting to up/,
          )
          return
        }
        let child: number | undefined
        let seen = ''
        const tail = world.shipit(['logs', ...app], {
          onSpawn: (pid) => {
            child = pid
          },
          onOutput: (text) => {
            seen += text
          },
        })
        const { web_url: url } = await found()
        await until(
          async () => {
            if (/keeps no log history/.test(seen)) await get(url)
            return /router\]: .*path="?\//.test(seen)
          },
          { timeout: 30_000 },
        )
        process.kill(child!, 'SIGINT')
        const { output } = await tail
        expect(output)
          .to.match(/keeps no log history/)
          .and.match(/router\]: .*path="?\//)
          .and.not.match(/Initial release/)
      })

      inSoakOrOnFir('is rolled back', async () => {
        await world.write(name, { 'server.js': plainServer('two') })
        await world.commit(dir, 'Second')
        await world.ok(['deploy', ...app], { cwd: dir })
        expect(await body()).to.equal('two')
        await world.ok(['rollback', ...app])
        expect(await body()).to.equal('one')
      })

      inSoakOrOnFir('runs commands, or says who can', async () => {
        const run = await world.shipit(['run', ...app, '--', 'node', '-p', '6*7'])
        if (!isFir) {
          expect(run).to.include({ status: 0 })
          expect(run.stdout.trim()).to.equal('42')
          return
        }
        expect(run.status).to.equal(7)
        expect(run.output).to.match(/heroku run --app fir/)
        await world.ok(['run', ...app, '--detached', '--', 'node', '-p', '6*7'])
      })
    })
  }
})
