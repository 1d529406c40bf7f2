import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import type { Ecosystem } from '../../src/ecosystem/types.js'
import { WORKFLOW } from '../../src/init/ci/github.js'
import { REVIEW_WORKFLOW } from '../../src/init/ci/github-reviews.js'
import type { EcosystemFiles } from '../../src/init/ecosystem-adapter.js'
import { gather, mustHaveTool } from '../../src/init/gather.js'
import { digests, type RuntimeTarball } from '../../src/init/runtime-tarball.js'
import type { Detected, InitOptions } from '../../src/init/types.js'
import { refusal } from '../support/failures.js'
import { rejection } from '../support/platform.js'
import { withPath } from './fake-npm.js'
import { FakeManager } from './fake-manager.js'
import { git, options, realFolder, removeFolders } from './real-folder.js'

const BYTES = Buffer.from('the runtime')
const runtime: RuntimeTarball = { version: '1.0.0', file: '/nowhere', ...digests(BYTES) }
const TARBALL = 'vendor/shipit-runtime-1.0.0.tgz'
const FILE = 'ecosystem.config.js'
const app = {
  'package.json': {
    name: 'api',
    scripts: { start: 'node server.js' },
    dependencies: { listed: '1' },
    devDependencies: { 'listed-too': '1' },
  },
  'server.js': '',
}

let dir: string
let asked: string[]

/** What init gathers of a folder whose ecosystem file, if it is given, reads like this. */
function look(
  files: Record<string, string | object> = {},
  { ecosystem, ...more }: Partial<InitOptions> & { ecosystem?: Partial<Ecosystem> } = {},
) {
  dir = realFolder({ ...app, ...(ecosystem ? { [FILE]: '' } : {}), ...files })
  return lookAgain(more, ecosystem)
}
function lookAgain(more: Partial<InitOptions> = {}, ecosystem?: Partial<Ecosystem>) {
  asked = []
  const found: EcosystemFiles = {
    find: () => Promise.resolve(ecosystem && path.join(dir, FILE)),
    read: (file) => {
      asked.push(path.relative(dir, file))
      return Promise.resolve({
        file,
        format: 'js',
        apps: [{ name: 'a', script: 'server.js' }],
        deploy: {},
        sshTargets: [],
        problems: [],
        ...ecosystem,
      })
    },
    render: () => ({ fileName: '', text: '' }),
  }
  return gather(dir, options(more), found, runtime)
}

const warning = (message: string, more = {}) => ({
  severity: 'warning' as const,
  path: 'apps/0',
  message,
  ...more,
})
const error = (message: string, more = {}) => ({
  ...warning(message, more),
  severity: 'error' as const,
})

describe('what init looks at before it plans', function () {
  this.timeout(60_000)
  afterEach(removeFolders)

  it('is a folder, and nothing else', async () => {
    dir = path.join(realFolder(app), 'gone')
    expect(await rejection(lookAgain())).to.include({
      code: 'usage',
      message: `There is no folder ${dir}.`,
      next: 'Name the folder of your app: shipit init DIR',
    })
    dir = path.join(realFolder(app), 'server.js')
    expect(await rejection(lookAgain())).to.include({
      code: 'usage',
      message: `${dir} is not a folder.`,
      next: 'Name the folder of your app: shipit init DIR',
    })
  })

  describe('of the files that are there', () => {
    it('is each of them, and no word of what is not there', async () => {
      const { facts } = await look()
      expect(facts).to.deep.equal({
        dir,
        packageJson: `${JSON.stringify(app['package.json'], null, 2)}\n`,
        deploy: {},
        isRoot: true,
        runtime,
        vendored: [],
        isTarballIgnored: false,
        unignored: ['node_modules/', '.env', '*.log'],
        existing: {},
        node: process.versions.node,
      })
      const texts = {
        procfile: 'Procfile',
        gitignore: '.gitignore',
        slugignore: '.slugignore',
        lock: 'package-lock.json',
        workflow: WORKFLOW,
        reviewWorkflow: REVIEW_WORKFLOW,
        appJson: 'app.json',
        prismaSchema: 'prisma/schema.prisma',
      }
      const whole = await look(
        Object.fromEntries(
          Object.values(texts).map((file) => [file, file === 'Procfile' ? 'web: npm start' : file]),
        ),
      )
      for (const [key, file] of Object.entries(texts))
        expect(whole.facts, key)
          .to.have.property(key)
          .that.equals(file === 'Procfile' ? 'web: npm start' : file)
    })

    it('is the first example of an .env file', async () => {
      const names = ['.env.template', '.env.sample', '.env.example']
      for (const [at, file] of names.entries()) {
        const there = names.slice(0, at + 1).map((name) => [name, `in ${name}`])
        expect((await look(Object.fromEntries(there))).facts.envExample).to.deep.equal({
          file,
          text: `in ${file}`,
        })
      }
    })

    it('is the lockfile that is in use, by the package manager', async () => {
      expect((await look({ 'npm-shrinkwrap.json': 'shrunk' })).facts.lock).to.equal('shrunk')
      expect((await look({ 'yarn.lock': 'yarn' })).facts.lock).to.equal('yarn')
    })

    it('is the ecosystem files, by their names', async () => {
      const { facts } = await look(
        { 'ecosystem.config.yml': 'one', 'process.json': 'other', 'config/mine.js': 'my own' },
        { force: true },
      )
      expect(facts.existing).to.deep.equal({
        'ecosystem.config.yml': 'one',
        'process.json': 'other',
      })
      const named = await look({
        'package.json': { scripts: { start: 'pm2-runtime config/mine.config.js' } },
        'config/mine.config.js': 'my own',
      })
      expect(named.facts.existing).to.deep.equal({ 'config/mine.config.js': 'my own' })
    })

    it('is the tarballs of the runtime, and which has the same bytes', async () => {
      const { facts } = await look({
        [TARBALL]: BYTES.toString(),
        'vendor/shipit-runtime-0.9.0.tgz': 'older',
        'vendor/other-1.0.0.tgz': BYTES.toString(),
      })
      expect(facts.vendored).to.deep.equal([
        { name: 'shipit-runtime-0.9.0.tgz', isSame: false },
        { name: 'shipit-runtime-1.0.0.tgz', isSame: true },
      ])
      expect((await look({ [TARBALL]: 'newly built' })).facts.vendored).to.deep.equal([
        { name: 'shipit-runtime-1.0.0.tgz', isSame: false },
      ])
    })

    it('is what fits the lockfile of pnpm, if the pnpm that is here does not', async () => {
      const manager = new FakeManager().behave('pnpm', { install: 'echo 10.0.0' })
      const lock =
        "lockfileVersion: '6.0'\n\npackages:\n\n  /a@1.0.0:\n    resolution: {integrity: x}\n"
      const { facts } = await manager.during(() => look({ 'pnpm-lock.yaml': lock }))
      expect(facts.tool).to.deep.equal(['npx', '--yes', 'pnpm@8'])
      const { facts: others } = await manager.during(() => look({ 'yarn.lock': lock }))
      expect(others).to.not.have.property('tool')
      expect(manager.asked()).to.have.length(1)
      const none = await manager.during(() =>
        look({ 'package.json': { ...app['package.json'], packageManager: 'pnpm@10.0.0' } }),
      )
      expect(none.facts).to.not.have.property('tool')
      expect(manager.asked()).to.have.length(1)
    })
  })

  describe('of git', () => {
    const unignored = async (gitignore: string) =>
      (await look({ '.gitignore': gitignore })).facts.unignored

    it('is what it does not ignore yet of what no commit should have', async () => {
      expect(await unignored('node_modules\n')).to.deep.equal(['.env', '*.log'])
      expect(await unignored('/node_modules/\n.env*\n')).to.deep.equal(['*.log'])
      expect(await unignored('*.log\n')).to.deep.equal(['node_modules/', '.env'])
    })

    it('is read from .gitignore where there is no git', async () => {
      const without = (gitignore?: string) => {
        const { PATH } = process.env
        process.env['PATH'] = realFolder()
        return look(gitignore === undefined ? {} : { '.gitignore': gitignore }).finally(() => {
          process.env['PATH'] = PATH
        })
      }
      const all = ['node_modules/', '.env', '*.log']
      expect((await without()).facts).to.deep.include({ unignored: all, isTarballIgnored: false })
      for (const [gitignore, left] of [
        [' /node_modules/ \r\n\r\n.env\r\n', ['*.log']],
        ['node_modules\n/*.log', ['.env']],
        ['a/node_modules\nnode_modules/b\n.envx\n#*.log', all],
      ] as const)
        expect((await without(gitignore)).facts.unignored, gitignore).to.deep.equal(left)
    })

    it('is whether the runtime would be left out of commits, also by this user alone', async () => {
      expect((await look({ '.gitignore': 'vendor/\n' })).facts.isTarballIgnored).to.equal(true)
      const mine = path.join(realFolder({ mine: '*.tgz\nnode_modules\n' }), 'mine')
      dir = realFolder(app)
      git(dir, 'init', '-q')
      git(dir, 'config', 'core.excludesFile', mine)
      const { facts } = await lookAgain()
      expect(facts.isTarballIgnored).to.equal(true)
      expect(facts.unignored).to.deep.equal(['node_modules/', '.env', '*.log'])
    })

    it('is whether the folder is the root of its repository', async () => {
      const root = realFolder({ 'apps/api/package.json': app['package.json'] })
      git(root, 'init', '-q')
      dir = path.join(root, 'apps/api')
      symlinkSync(path.join(realFolder(app), 'server.js'), path.join(dir, 'server.js'))
      expect((await lookAgain()).facts.isRoot).to.equal(false)
    })
  })

  describe('of an ecosystem file', () => {
    it('is its environments and the app that it starts, with its words', async () => {
      const deploy = { prod: { app: 'shop' } }
      const { facts, detected } = await look({}, { ecosystem: { deploy } })
      expect(facts.deploy).to.deep.equal(deploy)
      expect(asked).to.deep.equal([FILE])
      expect(detected).to.deep.include({ entry: 'server.js', warnings: [] })
      expect(detected.ecosystemFile).to.deep.include({ file: FILE, startArgs: [] })
      const anew = (args?: string | string[], node_args?: string | string[]) =>
        look(
          { 'other.js': '', 'package.json': { scripts: {} } },
          {
            force: true,
            ecosystem: {
              apps: [
                {
                  name: 'a',
                  script: 'other.js',
                  ...(args ? { args } : {}),
                  ...(node_args ? { node_args } : {}),
                },
                { name: 'b', script: 'server.js' },
              ],
            },
          },
        ).then(({ detected: { entry, launch } }) => [entry, launch.args, launch.nodeArgs])
      expect(await anew()).to.deep.equal(['other.js', [], []])
      expect(await anew(' --port  1 ', '--inspect -r x')).to.deep.equal([
        'other.js',
        ['--port', '1'],
        ['--inspect', '-r', 'x'],
      ])
      expect(await anew(['a b'], ['--title=c d'])).to.deep.equal([
        'other.js',
        ['a b'],
        ['--title=c d'],
      ])
    })

    it('is the one that the start names, before one that lies there', async () => {
      const { detected } = await look(
        {
          'package.json': { scripts: { start: 'pm2-runtime own.config.js' } },
          'own.config.js': '',
        },
        { ecosystem: {} },
      )
      expect(asked).to.deep.equal(['own.config.js'])
      expect(detected.ecosystemFile?.file).to.equal('own.config.js')
    })

    it('is not read if there is none', async () => {
      const { detected } = await look()
      expect(asked).to.deep.equal([])
      expect(detected).to.not.have.property('ecosystemFile')
    })

    it('keeps --entry out of it, but for --force', async () => {
      const files = { 'other.js': '' }
      expect((await look(files, { entry: 'other.js' })).detected.entry).to.equal('other.js')
      const kept = await look(files, { entry: 'other.js', ecosystem: {} })
      expect(kept.detected).to.deep.include({ entry: 'server.js' })
      const anew = await look(files, { entry: 'other.js', ecosystem: {}, force: true })
      expect(anew.detected).to.deep.include({ entry: 'other.js' })
      expect(anew.detected).to.not.have.property('ecosystemFile')
    })

    it('is all that is wrong with it', async () => {
      const problems = [
        warning('a doubt'),
        error('unknown', { line: 3, column: 5, suggestion: 'did you mean script?' }),
        error('no number', { path: '', line: 4 }),
        error('no map'),
      ]
      const failure = await rejection(look({}, { ecosystem: { problems } }))
      expect(failure).to.include({
        code: 'project',
        message: `${FILE} cannot be used as it is.`,
        why: [
          `${FILE}:3:5 apps/0: unknown; did you mean script?`,
          `${FILE}:4 no number`,
          `${FILE} apps/0: no map`,
        ].join('\n'),
        next: 'Fix it, or write a new one with --force.',
      })
      expect(failure.details).to.deep.equal({ file: FILE, problems: problems.slice(1) })
      const anew = await look({}, { ecosystem: { problems, apps: [] }, force: true })
      expect(anew.detected).to.deep.include({ entry: 'server.js', warnings: [] })
      expect(await rejection(look({}, { ecosystem: { apps: [] } }))).to.include({
        code: 'project',
        message: `${FILE} names no app.`,
        next: 'Add one under `apps`, or write a new file with --force.',
      })
    })

    it('is what is doubtful in it', async () => {
      const { detected } = await look(
        {},
        {
          ecosystem: {
            problems: [
              warning('unknown', { line: 3, column: 5, suggestion: 'did you mean script?' }),
              warning('odd'),
            ],
          },
        },
      )
      expect(detected.warnings).to.deep.equal([
        `${FILE}:3: unknown; did you mean script?`,
        `${FILE}: odd`,
      ])
    })

    it('is whether what it starts is there, or has to be built', async () => {
      const told = async (script: string, more = {}) =>
        (
          await look(
            { 'lib/a.js': '', 'lib/b/index.js': '' },
            { ecosystem: { apps: [{ name: 'a', script, ...more }] } },
          )
        ).detected.warnings
      for (const there of ['server.js', './server.js', 'lib/../server.js', 'server', '/gone.js'])
        expect(await told(there), there).to.deep.equal([])
      expect(await told('a.js', { cwd: './lib' })).to.deep.equal([])
      for (const [script, cwd, at] of [
        ['dist/main.js', undefined, 'dist/main.js'],
        ['a.js', undefined, 'a.js'],
        ['server.js', 'lib', 'lib/server.js'],
        ['lib', undefined, 'lib'],
      ] as const)
        expect(await told(script, cwd ? { cwd } : {}), script).to.deep.equal([
          `${FILE} starts ${at}, which is not there yet: the build must make it.`,
        ])
    })

    it('is the package that it needs and that is not installed', async () => {
      const needing = (files: Record<string, string | object>, ...packages: string[]) =>
        rejection(
          look(files, {
            ecosystem: {
              apps: [],
              problems: [
                error('threw'),
                ...packages.map((absentPackage) => error('is not there', { absentPackage })),
              ],
            },
          }),
        )
      const why = 'It is JavaScript, which must run before shipit can see what it starts.'
      expect(await needing({}, 'listed', 'unlisted')).to.include({
        code: 'project',
        message: `${FILE} needs the package listed, which is not installed yet.`,
        why,
        next: 'npm install\nThen run shipit init again.',
      })
      expect((await needing({}, 'listed-too')).next).to.match(/^npm install\n/)
      expect(await needing({}, 'unlisted')).to.include({
        message: `${FILE} needs the package unlisted, which package.json does not list.`,
        why,
        next: 'npm install unlisted\nThen run shipit init again.',
      })
      for (const [lockfile, text, tool] of [
        ['yarn.lock', '', 'yarn'],
        ['yarn.lock', '__metadata:\n  version: 8\n', 'yarn'],
        ['pnpm-lock.yaml', '', 'pnpm'],
      ] as const) {
        expect((await needing({ [lockfile]: text }, 'unlisted')).next).to.match(
          new RegExp(`^${tool} add unlisted\\n`),
        )
        expect((await needing({ [lockfile]: text }, 'listed')).next).to.match(
          new RegExp(`^${tool} install\\n`),
        )
      }
    })
  })

  describe('of the machine', () => {
    const project = (more: Partial<Detected>) =>
      ({ packageManager: 'npm', ...more }) as unknown as Detected
    const found = (more: Partial<Detected>, ...folders: string[]) =>
      mustHaveTool(project(more), folders.join(path.delimiter))

    it('is whether it has the package manager, to be run', () => {
      const bin = realFolder({ npm: '', yarn: '', 'pnpm.cmd': '', 'pnpm.exe': '' })
      for (const name of ['npm', 'pnpm.cmd', 'pnpm.exe']) chmodSync(path.join(bin, name), 0o755)
      const folders = realFolder()
      mkdirSync(path.join(folders, 'npm'))
      found({}, bin)
      found({}, '', '/nowhere', folders, bin)
      const next = (tool: string) =>
        `Install it with \`corepack enable\` or \`npm install --global ${tool}\`, then run ` +
        'shipit init again.'
      expect(refusal(() => found({}, '', '/nowhere', folders))).to.include({
        code: 'project',
        message: 'npm is not installed, and this app uses it.',
        why: "package.json names it as the app's packageManager.",
        next: 'Install npm, which comes with Node.js.',
      })
      expect(
        refusal(() => found({ packageManager: 'yarn-berry', lockfile: 'yarn.lock' }, bin)),
      ).to.include({
        message: 'yarn is not installed, and this app uses it.',
        why: 'Its lockfile is yarn.lock, which only yarn can bring in step.',
        next: next('yarn'),
      })
      expect(refusal(() => found({ packageManager: 'pnpm' }, bin)).next).to.equal(next('pnpm'))
      // An empty part of PATH would be the working folder.
      const before = process.cwd()
      process.chdir(bin)
      try {
        expect(() => found({}, '')).to.throw(/npm is not installed/)
      } finally {
        process.chdir(before)
      }
    })

    it('is looked for in PATH', async () => {
      const bin = realFolder({ pnpm: '' })
      chmodSync(path.join(bin, 'pnpm'), 0o755)
      await withPath(bin, () => {
        mustHaveTool(project({ packageManager: 'pnpm' }))
        return Promise.resolve()
      })
    })
  })
})
