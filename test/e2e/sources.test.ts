import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { plainApp, plainServer } from './support/apps.js'
import { World } from './support/world.js'

interface Deployed { release: { version: number }; commit: { id: string }; already_live: boolean; url: string; warnings: string[] }
interface Plan { plan: { commit: { id: string }; branch: string | null; warnings: string[]; is_already_live: boolean } }

describe('what is deployed', function () {
  this.timeout(180_000)
  let world: World
  before(async () => { world = await World.create() })
  after(() => world.close())

  const answer = async (url: string): Promise<string> => (await get(url)).body

  describe('a commit that is not checked out', () => {
    let dir: string
    let first: string
    before(async () => {
      dir = await world.app('refs', plainApp('first'))
      first = (await world.git(dir, 'rev-parse', 'HEAD')).trim()
      await world.git(dir, 'tag', '--annotate', 'v1', '--message', 'The first')
      await writeFile(path.join(dir, 'server.js'), plainServer('second'))
      await world.commit(dir, 'Second')
    })

    it('is deployed by its tag, with its own files', async () => {
      const deployed = await world.json<Deployed>(['deploy', '--ref', 'v1', '--local', '--app', 'refs'], { cwd: dir })
      expect(deployed.commit.id).to.equal(first)
      expect(await answer(deployed.url)).to.equal('first')
    })

    it('is deployed where the ecosystem file names it, which is said, and --ref wins over it', async () => {
      const file = path.join(dir, 'ecosystem.config.yml')
      await world.git(dir, 'branch', 'stable')
      await writeFile(file, 'apps: [{ name: refs, script: server.js, max_memory_restart: 100M }]\ndeploy: { production: { app: refs, ref: stable } }\n')
      await world.commit(dir, 'Third')
      const { plan } = await world.json<Plan>(['deploy', '--local', '--dry-run'], { cwd: dir })
      expect(plan.branch).to.equal('stable')
      expect(plan.warnings.join()).to.include('`ref: stable` is deployed')
      const deployed = await world.json<Deployed>(['deploy', '--local'], { cwd: dir })
      expect(await answer(deployed.url)).to.equal('second')
      expect((await world.json<Plan>(['deploy', '--ref', 'HEAD', '--local', '--dry-run'], { cwd: dir })).plan.commit.id).to.equal((await world.git(dir, 'rev-parse', 'HEAD')).trim())
    })

    it('is refused with the nearest name where there is none', async () => {
      const { status, stderr } = await world.shipit(['deploy', '--ref', 'stabel', '--local', '--app', 'refs'], { cwd: dir })
      expect(status).to.equal(4)
      expect(stderr).to.include('no branch, tag or commit stabel').and.include('Did you mean stable?')
    })
  })
})
