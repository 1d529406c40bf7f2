import { Parser } from '@oclif/core'
import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import { parse } from 'shell-quote'
import { examineFolder } from '../../src/deploy/index.js'
import { childEnvironment } from '../../src/init/apply/run-command.js'
import { preflightFindings, type Finding } from '../../src/doctor/index.js'
import { git, realFolder, removeFolders } from '../init/real-folder.js'
import { ALL_CASES } from './all-cases.js'
import { SOUND, factsOf, manifest } from './facts.js'

type CommandClass = {
  args?: Record<string, unknown>
  flags?: Record<string, unknown>
  strict?: boolean
}

/** What the checks say to do, a line each: commands, and sentences for people. */
const steps = [
  ...new Set(
    ALL_CASES.flatMap(({ fires }) =>
      fires.flatMap(([given]) =>
        preflightFindings(factsOf(given)).flatMap(({ next }) => next.split('\n')),
      ),
    ),
  ),
]
const isSentence = (line: string): boolean => /^[A-Z(]/.test(line)
const PROGRAMS = /^(git|npm|yarn|pnpm|heroku|echo|shipit)$/

describe('what a check says to do', () => {
  after(removeFolders)
  const commands = steps.filter((line) => !isSentence(line))

  it('is a sentence, or a line that a shell takes as it is', () => {
    expect(commands).to.have.length.above(30)
    const script = commands
      .map((line) => `() { ${line}\n}`)
      .map((body, at) => `step${at}${body}`)
      .join('\n')
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })
    expect(status, stderr).to.equal(0)
  })

  it('runs programs that are there, and nothing but them', () => {
    const programs = commands.flatMap((line) =>
      line.split('&&').map((each) => each.trim().split(/\s+/)[0]!),
    )
    expect(programs.filter((program) => !PROGRAMS.test(program))).to.deep.equal([])
  })

  for (const line of commands
    .flatMap((each) => each.split('&&').map((part) => part.trim()))
    .filter((each) => each.startsWith('shipit '))) {
    it(`${line}: is a command of shipit, with flags that it has`, async () => {
      const words = parse(line.replace(/\s*<.*$/, ''))
        .map(String)
        .slice(1)
      const name = ['config', 'keys', 'apps', 'addons'].includes(words[0]!)
        ? words.splice(0, 2).join('/')
        : words.splice(0, 1)[0]!
      const { default: command } = (await import(`../../src/commands/${name}.ts`)) as {
        default: CommandClass
      }
      const { argv } = await Parser.parse(words, {
        args: command.args ?? {},
        flags: command.flags ?? {},
        strict: command.strict !== false,
      } as Parameters<typeof Parser.parse>[1])
      expect(argv).to.be.an('array')
    })
  }

  const fixed: [check: string, files: Record<string, string | object | undefined>][] = [
    ['engines', { 'package.json': manifest({ engines: { node: '16.x' } }) }],
    [
      'package-managers',
      { 'package.json': manifest({ engines: { node: '22.x', npm: '10.x', yarn: '1.x' } }) },
    ],
    [
      'package-managers',
      {
        'package-lock.json': undefined,
        'pnpm-lock.yaml': "lockfileVersion: '6.0'\nimporters:\n  .: {}\n",
      },
    ],
    ['lockfile', { 'yarn.lock': '# yarn lockfile v1\n' }],
    ['node-modules', { 'node_modules/a/index.js': '' }],
    [
      'plug-and-play',
      {
        'package.json': manifest({ packageManager: 'yarn@4.5.0' }),
        'package-lock.json': undefined,
        'yarn.lock': '__metadata:\n  version: 8\n',
      },
    ],
    ['entry', { '.gitignore': 'server.js\n' }],
  ]
  for (const [check, files] of fixed) {
    it(`does away with what it is about: ${check} of ${Object.keys(files).join(', ')}`, async () => {
      const dir = realFolder(
        Object.fromEntries(
          Object.entries({ ...SOUND, ...files }).filter(
            (entry): entry is [string, string | object] => entry[1] !== undefined,
          ),
        ),
      )
      git(dir, 'init', '--quiet', '--initial-branch', 'main')
      git(dir, 'add', '--all')
      git(dir, 'commit', '--quiet', '--message', 'First')
      const before = await findingsIn(dir, check)
      expect(before).to.have.lengthOf(1)
      for (const line of before[0]!.next.split('\n').filter((each) => !isSentence(each))) {
        execFileSync('bash', ['-c', line], {
          cwd: dir,
          stdio: 'pipe',
          env: { ...childEnvironment(process.env), GIT_EDITOR: 'echo Fixed >' },
        })
      }
      expect((await findingsIn(dir, check)).map(({ what }) => what)).to.deep.equal([])
    })
  }
})

async function findingsIn(dir: string, check: string): Promise<Finding[]> {
  const project = await examineFolder(dir)
  return preflightFindings({ project }).filter((finding) => finding.check === check)
}
