import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import {
  listensAndDies,
  plainApp,
  plainServer,
  throwsAtBoot,
  typescriptApp,
} from './support/apps.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Deployed {
  release: { version: number }
  url: string
  already_live?: boolean
}
interface Failed {
  error: { code: string; message: string; why?: string; exit_code: number }
}

describe('the main job: init, commit, deploy', function () {
  this.timeout(180_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
  after(() => world.close())

  describe('an app of plain http', () => {
    let dir: string
    let first: Deployed

    const deploy = (): Promise<Deployed> =>
      world.json<Deployed>(['deploy', '--local', '--app', 'a1'], { cwd: dir })
    const deployBroken = async (
      server: string,
    ): Promise<{ status: number; output: string; failed: Failed }> => {
      await writeFile(path.join(dir, 'server.js'), server)
      await world.commit(dir, 'Break it')
      const { status, output, stdout } = await world.shipit(
        ['deploy', '--local', '--app', 'a1', '--json'],
        { cwd: dir },
      )
      return { status, output, failed: JSON.parse(stdout) as Failed }
    }

    it('goes from source to an answer', async () => {
      dir = await world.app('plain', plainApp('one'), { isStartedByNpm: true })
      first = await deploy()
      expect(first.release.version).to.be.a('number')
      const answer = await get(first.url)
      expect(answer).to.deep.equal({ status: 200, body: 'one' })
    })

    it('says that a second deploy of the same commit is already live', async () => {
      const outcome = await world.ok(['deploy', '--local', '--app', 'a1'], { cwd: dir })
      expect(outcome.output).to.match(/already live/i)
    })

    it('answers with the new code after the next commit', async () => {
      // From now on without npm, which takes a second of CPU at each start of a dyno.
      await world.write('plain', {
        'server.js': plainServer('two'),
        Procfile: 'web: shipit-runtime start ecosystem.config.yml\n',
      })
      await world.commit(dir, 'Two')
      const second = await deploy()
      expect(second.release.version).to.be.greaterThan(first.release.version)
      expect((await get(second.url)).body).to.equal('two')
    })

    it('rolls back from code that throws at boot, and shows its error', async () => {
      const { status, output } = await deployBroken(throwsAtBoot)
      expect(status).to.equal(12)
      expect(output).to.include('cannot read the flux capacitor')
      expect((await get(first.url)).body).to.equal('two')
    })

    inSoak('rolls back from code that listens and then dies', async () => {
      const { status, output, failed } = await deployBroken(listensAndDies)
      expect(status).to.equal(12)
      expect(failed.error.code).to.equal('boot')
      expect(output).to.include('the lease is over')
      expect((await get(first.url)).body).to.equal('two')
    })

    inSoak('says so where the app that died printed nothing', async () => {
      const { status, output } = await deployBroken('process.exit(3)\n')
      expect(status).to.equal(12)
      expect(output).to.match(/printed nothing|no output|printed none/i)
      expect((await get(first.url)).body).to.equal('two')
    })

    inSoak('rolls back where the health path answers 500', async () => {
      const server = plainServer('three').replace(
        "if (request.url === '/slow')",
        "if (request.url === '/healthz') { response.statusCode = 500; return response.end('no database') }\n  if (request.url === '/slow')",
      )
      await writeFile(path.join(dir, 'server.js'), server)
      await world.commit(dir, 'Sick')
      const { status, output } = await world.shipit(
        ['deploy', '--local', '--app', 'a1', '--health', '/healthz', '--wait-timeout', '15s'],
        { cwd: dir },
      )
      expect(status, output).to.equal(13)
      expect(output).to.include('500')
      expect((await get(first.url)).body).to.equal('two')
    })
  })

  describe('an Express app in TypeScript with a build script', () => {
    it('is built on the platform, and answers', async () => {
      const dir = await world.app('typed', typescriptApp('typed one'))
      const deployed = await world.json<Deployed>(['deploy', '--local', '--app', 'a2'], {
        cwd: dir,
      })
      expect((await get(deployed.url)).body).to.equal('typed one')
    })

    inSoak('is not released when its build fails', async () => {
      const dir = path.join(world.folder, 'typed')
      await writeFile(path.join(dir, 'src/server.ts'), 'const x: number = "a string"\n')
      await world.commit(dir, 'Does not compile')
      const outcome = await world.shipit(['deploy', '--local', '--app', 'a2'], { cwd: dir })
      expect(outcome.status).to.equal(10)
      expect(outcome.output).to.include('error TS2322')
      const { url } = await world.json<{ url: string }>(['open', '--local', '--app', 'a2'], {
        cwd: dir,
      })
      expect((await get(url)).body).to.equal('typed one')
    })
  })
})
