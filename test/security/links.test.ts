import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { ecosystemFiles } from '../../src/init/ecosystem-adapter.js'
import { applyPlan, prepareInit, type InitOptions } from '../../src/init/index.js'
import type { RuntimeTarball } from '../../src/init/runtime-tarball.js'
import { contents, options, packRuntime, realFolder, removeFolders } from '../init/real-folder.js'
import { rejection } from '../support/platform.js'

const app = {
  'package.json': { name: 'api', version: '1.0.0', scripts: { start: 'node server.js' } },
  'server.js': 'require("http").createServer().listen(process.env.PORT)\n',
  Procfile: 'web: npm start\nworker: npm start\n',
  '.gitignore': 'dist\n',
}

describe('a link in the project', function () {
  this.timeout(60_000)
  let runtime: RuntimeTarball
  before(() => {
    runtime = packRuntime('1.0.0')
  })
  after(removeFolders)

  const prepare = async (dir: string, asked: Partial<InitOptions> = {}) =>
    prepareInit(dir, options(asked), { ecosystem: await ecosystemFiles(), runtime })

  /** Moves a file of a project out of it, or to another place in it, and leaves a link. */
  function linked(
    file: string,
    place: 'outside' | 'inside' | 'nowhere',
    of: 'file' | 'folder' = 'file',
  ): { dir: string; target: string } {
    const dir = realFolder(app)
    const target = path.join(
      place === 'inside' ? path.join(dir, 'kept') : realFolder(),
      path.basename(file),
    )
    mkdirSync(path.dirname(target), { recursive: true })
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
    if (of === 'folder') mkdirSync(target)
    else if (existsSync(path.join(dir, file))) renameSync(path.join(dir, file), target)
    else if (place !== 'nowhere') writeFileSync(target, '')
    symlinkSync(target, path.join(dir, file))
    return { dir, target }
  }

  const OUTSIDE: [file: string, asked?: Partial<InitOptions>, of?: 'file' | 'folder'][] = [
    ['package.json'],
    ['Procfile'],
    ['.gitignore'],
    ['package-lock.json'],
    ['ecosystem.config.yml', { force: true }],
    ['vendor', {}, 'folder'],
    ['.github', { ci: 'github' }, 'folder'],
    ['.github/workflows', { ci: 'github' }, 'folder'],
    ['.github/workflows/shipit.yml', { ci: 'github', force: true }],
  ]
  for (const [file, asked, of] of OUTSIDE) {
    it(`is not written through where it leads out of the folder: ${file}`, async () => {
      const { dir, target } = linked(file, 'outside', of)
      if (file === 'package-lock.json')
        writeFileSync(
          target,
          '{"name":"api","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"api","version":"1.0.0"}}}',
        )
      if (file === 'ecosystem.config.yml')
        writeFileSync(target, 'apps: [{ name: a, script: server.js }]\n')
      const seen = () => [of === 'folder' ? {} : contents(dir), contents(path.dirname(target))]
      const before = seen()
      const error = await rejection(prepare(dir, asked))
      expect(error).to.include({ code: 'project', exitCode: 3 })
      expect(error.message).to.match(
        new RegExp(
          `^${file.split('/')[0]!.replaceAll('.', '\\.')}.* is a link that leads out of the folder\\. Nothing was changed\\.$`,
        ),
      )
      expect(error.why).to.include(target)
      expect(seen()).to.deep.equal(before)
    })
  }

  it('is not written through where it has become one after the plan was made', async () => {
    const dir = realFolder(app)
    const { plan } = await prepare(dir)
    const target = path.join(realFolder({ precious: 'mine' }), 'precious')
    renameSync(path.join(dir, '.gitignore'), path.join(dir, 'old'))
    symlinkSync(target, path.join(dir, '.gitignore'))
    const error = await rejection(
      applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') }),
    )
    expect(error.message).to.include('.gitignore is a link that leads out of the folder')
    expect(readFileSync(target, 'utf8')).to.equal('mine')
  })

  it('is refused where it leads to nothing, or to itself', async () => {
    const { dir } = linked('.github/workflows/shipit.yml', 'nowhere')
    expect((await rejection(prepare(dir, { ci: 'github', force: true }))).message).to.match(
      /is a link that leads (out of the folder|to a file that is not there)/,
    )
    const loop = realFolder(app)
    symlinkSync('vendor', path.join(loop, 'vendor'))
    expect((await rejection(prepare(loop))).code).to.equal('project')
  })

  for (const file of ['.gitignore', 'Procfile']) {
    it(`is followed within the folder, and stays a link: ${file}`, async () => {
      const { dir, target } = linked(file, 'inside')
      const { plan } = await prepare(dir)
      await applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') })
      expect(lstatSync(path.join(dir, file)).isSymbolicLink()).to.equal(true)
      expect(readFileSync(target, 'utf8')).to.include(
        file === 'Procfile' ? 'start:app' : 'node_modules',
      )
    })
  }

  it('does not matter on the way to the folder itself', async () => {
    const dir = realFolder(app)
    const link = path.join(realFolder(), 'link')
    symlinkSync(dir, link)
    const { plan } = await prepare(link)
    await applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') })
    expect(readFileSync(path.join(dir, 'package.json'), 'utf8')).to.include('shipit-runtime')
  })
})
