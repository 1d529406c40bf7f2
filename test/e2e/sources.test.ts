import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { get } from '../../src/demo/load.js'
import { plainApp, plainServer, throwsAtBoot } from './support/apps.js'
import { platformRequest } from './support/platform.js'
import { World } from './support/world.js'
import { inSoak } from '../support/soak.js'

interface Deployed {
  release: { version: number }
  commit: { id: string }
  already_live: boolean
  url: string
  warnings: string[]
}
interface Plan {
  plan: {
    commit: { id: string }
    branch: string | null
    warnings: string[]
    is_already_live: boolean
  }
}

describe('what is deployed', function () {
  this.timeout(180_000)
  let world: World
  before(async () => {
    world = await World.create()
  })
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

    inSoak('is deployed by its tag, with its own files', async () => {
      const deployed = await world.json<Deployed>(
        ['deploy', '--ref', 'v1', '--local', '--app', 'refs'],
        { cwd: dir },
      )
      expect(deployed.commit.id).to.equal(first)
      expect(await answer(deployed.url)).to.equal('first')
    })

    it('is deployed where the ecosystem file names it, which is said, and --ref wins over it', async () => {
      const file = path.join(dir, 'ecosystem.config.yml')
      await world.git(dir, 'branch', 'stable')
      await writeFile(
        file,
        'apps: [{ name: refs, script: server.js, max_memory_restart: 100M }]\ndeploy: { production: { app: refs, ref: stable } }\n',
      )
      await world.commit(dir, 'Third')
      const { plan } = await world.json<Plan>(['deploy', '--local', '--dry-run'], { cwd: dir })
      expect(plan.branch).to.equal('stable')
      expect(plan.warnings.join()).to.include('`ref: stable` is deployed')
      const deployed = await world.json<Deployed>(['deploy', '--local'], { cwd: dir })
      expect(await answer(deployed.url)).to.equal('second')
      expect(
        (await world.json<Plan>(['deploy', '--ref', 'HEAD', '--local', '--dry-run'], { cwd: dir }))
          .plan.commit.id,
      ).to.equal((await world.git(dir, 'rev-parse', 'HEAD')).trim())
    })

    inSoak(
      'needs --force over commits that it does not have, which says which it drops',
      async () => {
        const older = ['deploy', '--ref', 'v1', '--local', '--app', 'refs']
        expect((await world.shipit(older, { cwd: dir })).status).to.equal(9)
        const { plan } = await world.json<{ plan: { overwrites: object } }>(
          [...older, '--force', '--dry-run'],
          { cwd: dir },
        )
        expect(plan.overwrites).to.deep.equal({
          commit: (await world.git(dir, 'rev-parse', 'stable')).trim(),
          count: 1,
          subject: 'Second',
        })
        const { stdout } = await world.ok([...older, '--force'], { cwd: dir })
        expect(stdout).to.include('--force drops a commit that only the app has')
      },
    )

    it('is refused with the nearest name where there is none', async () => {
      const { status, stderr } = await world.shipit(
        ['deploy', '--ref', 'stabel', '--local', '--app', 'refs'],
        { cwd: dir },
      )
      expect(status).to.equal(4)
      expect(stderr)
        .to.include('no branch, tag or commit stabel')
        .and.include('Did you mean stable?')
    })
  })

  describe('a folder of a repository', () => {
    let dir: string
    let api: string
    const deploy = (extra: string[] = []) => ['deploy', '--local', '--app', 'folder', ...extra]
    before(async () => {
      dir = await world.write('mono', {
        'package.json': { name: 'mono', private: true, workspaces: ['packages/*'] },
        'package-lock.json': { name: 'mono', lockfileVersion: 3, packages: {} },
        'README.md': 'All of it\n',
      })
      api = path.join(dir, 'packages/api')
      await world.write('mono/packages/api', plainApp('first'))
      await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
      await world.commit(dir, 'Before shipit')
      await world.ok(['init', api, '--yes'])
      await world.commit(dir, 'Run the API under PM2')
    })

    it('is deployed alone, and nothing of it stays in the repository', async () => {
      const before = await world.git(dir, 'for-each-ref')
      const { plan } = await world.json<{ plan: { split: { folder: string; commit: string } } }>(
        deploy(['--dir', 'packages/api', '--dry-run']),
        { cwd: dir },
      )
      expect(plan.split).to.deep.equal({
        folder: 'packages/api',
        commit: (await world.git(dir, 'rev-parse', 'HEAD')).trim(),
      })
      const { stdout } = await world.ok(deploy(['--dir', 'packages/api']), { cwd: dir })
      expect(stdout).to.include('the folder packages/api alone, as commit')
      expect(await world.git(dir, 'for-each-ref')).to.equal(before)
    })

    inSoak(
      'fast-forwards after a commit, from inside the folder without a word of it, and is live already after one elsewhere',
      async () => {
        await writeFile(path.join(api, 'server.js'), plainServer('second'))
        await world.commit(dir, 'Second')
        const second = await world.json<Deployed>(deploy(), { cwd: api })
        expect(await answer(second.url)).to.equal('second')
        await writeFile(path.join(dir, 'README.md'), 'Other words\n')
        await world.commit(dir, 'Words')
        const again = await world.json<Deployed>(deploy(['--dir', '.']), { cwd: api })
        expect(again).to.deep.include({
          already_live: true,
          release: second.release,
          commit: { ...again.commit, id: second.commit.id },
        })
      },
    )

    it('may be named by the environment, and must be in the commit', async () => {
      await world.write('mono', {
        'ecosystem.config.yml':
          'apps: [{ name: all, script: all.js }]\ndeploy: { production: { app: folder, subdirectory: packages/api }, wrong: { app: folder, subdirectory: packages/none } }\n',
      })
      const { plan } = await world.json<Plan>(['deploy', 'production', '--local', '--dry-run'], {
        cwd: dir,
      })
      expect(plan.is_already_live).to.equal(true)
      const missing = await world.shipit(['deploy', 'wrong', '--local', '--dry-run'], { cwd: dir })
      expect(missing.status, missing.output).to.equal(4)
      expect(missing.stderr).to.include('has no folder packages/none')
      expect((await world.shipit(deploy(['--dir', '..']), { cwd: dir })).status).to.equal(2)
    })
  })

  describe('the files as they are', () => {
    const deploy = (extra: string[] = []) => [
      'deploy',
      '--source',
      '--local',
      '--app',
      'as-is',
      ...extra,
    ]
    let url: string

    it('are sent with what is not committed and without what is ignored, and marked as dirty', async () => {
      const dir = await world.app('as-is', plainApp('first'))
      const head = (await world.git(dir, 'rev-parse', 'HEAD')).trim()
      await world.write('as-is', {
        'server.js': plainServer('not committed'),
        '.env': 'API_SECRET=0123456789abcdef\n',
      })
      const { plan } = await world.json<{ plan: { upload: object; commit: { id: string } } }>(
        deploy(['--dry-run']),
        { cwd: dir },
      )
      expect(plan.commit.id).to.equal(`${head.slice(0, 2)}-dirty-${head}`)
      const { stdout } = await world.ok(deploy(), { cwd: dir })
      expect(stdout)
        .to.include('files as they lie in the folder, which are not those of the commit')
        .and.include('send the files to as-is')
      const again = await world.json<Deployed>(deploy(), { cwd: dir })
      expect(again.already_live).to.equal(false)
      url = again.url
      expect(await answer(url)).to.equal('not committed')
      expect(
        await platformRequest<{ source_blob: { version: string } }[]>(
          world,
          'GET',
          '/apps/as-is/builds',
        ).then((builds) => builds.map(({ source_blob: source }) => source.version)),
      ).to.deep.equal([`${head.slice(0, 2)}-dirty-${head}`, `${head.slice(0, 2)}-dirty-${head}`])
      const slugs = await world.run('find', [
        path.join(world.folder, 'state/local/slugs'),
        '-name',
        '.env',
        '-o',
        '-name',
        '.git',
      ])
      expect(slugs.stdout).to.equal('')
    })

    inSoak('go back to the release before where they do not come up', async () => {
      await world.write('as-is', { 'server.js': throwsAtBoot })
      const crashed = await world.shipit(deploy(), { cwd: path.join(world.folder, 'as-is') })
      expect(crashed.status, crashed.output).to.equal(12)
      expect(crashed.stderr).to.include('flux capacitor')
      expect(await answer(url)).to.equal('not committed')
    })

    it('say so where their build fails, and what served before goes on', async () => {
      const dir = path.join(world.folder, 'as-is')
      const manifest = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8')) as {
        scripts: object
      }
      await world.write('as-is', {
        'server.js': plainServer('x'),
        'package.json': {
          ...manifest,
          scripts: { ...manifest.scripts, build: 'echo no plan of it && exit 3' },
        },
      })
      const failed = await world.shipit(deploy(), { cwd: dir })
      expect(failed.status, failed.output).to.equal(10)
      expect(failed.stderr)
        .to.include('The build failed. Nothing was released.')
        .and.include('no plan of it')
      expect(await answer(url)).to.equal('not committed')
    })

    inSoak('need no repository, and follow .gitignore all the same', async () => {
      const dir = await world.write('bare', {
        ...plainApp('no git'),
        '.gitignore': 'private/\n',
        'private/note.txt': 'mine\n',
      })
      await world.ok(['init', '--yes'], { cwd: dir })
      const { plan } = await world.json<{
        plan: { commit: { short: string }; upload: { files: number } }
      }>(deploy(['--dry-run']), { cwd: dir })
      expect(plan.commit.short).to.match(/^files-\d{8}T\d{6}Z$/)
      await writeFile(path.join(dir, '.gitignore'), 'node_modules/\n')
      const more = await world.json<{ plan: { upload: { files: number } } }>(
        deploy(['--dry-run']),
        { cwd: dir },
      )
      expect(more.plan.upload.files).to.equal(plan.upload.files + 1)
    })
  })
})
