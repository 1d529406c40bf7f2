import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { planFor, type Ask, type KnownCommand } from '../../src/completion/plan.js'
import { answerFor, wordsOfLine } from '../../src/completion/answer.js'
import { setUpOf, shellOf } from '../../src/completion/scripts.js'

const flag = (name: string, more: object = {}) => ({ name, type: 'boolean' as const, ...more })
const option = (name: string, more: object = {}) => ({ name, type: 'option' as const, ...more })
const app = option('app', { char: 'a' })
const COMMANDS: KnownCommand[] = [
  { id: 'config', summary: "the app's vars", flags: { app }, args: {} },
  { id: 'config:get', flags: { app }, args: {} },
  { id: 'config:set', flags: { app }, args: {} },
  { id: 'ps', aliases: ['ls'], flags: { app }, args: { dyno: { name: 'type|dyno' } } },
  { id: 'ls', aliases: ['ls'], flags: { app }, args: {} },
  { id: 'scale', flags: { app, instances: option('instances', { char: 'i' }) }, args: {} },
  {
    id: 'deploy',
    flags: {
      app,
      env: option('env'),
      json: flag('json'),
      rollback: flag('rollback', { allowNo: true }),
      secret: flag('secret', { hidden: true }),
      header: option('header', { multiple: true }),
    },
    args: { env: { name: 'env' } },
  },
  {
    id: 'init',
    flags: { format: option('format', { options: ['yml', 'json'] }), env: option('env') },
    args: { dir: { name: 'dir' } },
  },
  { id: 'run', flags: { app, env: option('env', { char: 'e' }) }, args: {} },
  { id: 'complete', hidden: true, flags: {}, args: {} },
]
const TOPICS = [{ name: 'config', description: 'config vars' }, { name: 'empty' }]
const plan = (line: string) => planFor(line.split(' ').slice(1), COMMANDS, TOPICS)
const values = (line: string) => plan(line).fixed.map(({ value }) => value)

describe('the plan of a completion', () => {
  for (const [line, expected] of [
    ['shipit ', ['config', 'deploy', 'init', 'ps', 'run', 'scale']],
    ['shipit config ', ['get', 'set']],
    ['shipit config:', ['config:get', 'config:set']],
    ['shipit init --format ', ['yml', 'json']],
    ['shipit init --format=', ['yml', 'json']],
    ['shipit deploy --json --', ['--app', '--env', '--header', '--no-rollback', '--rollback']],
    [
      'shipit deploy --header x --',
      ['--app', '--env', '--header', '--json', '--no-rollback', '--rollback'],
    ],
    ['shipit deploy -a shop -', ['--env', '--header', '--json', '--no-rollback', '--rollback']],
    ['shipit nonsense ', []],
    ['shipit run -- ', []],
    ['shipit run -- --', []],
  ] as [string, string[]][])
    it(`of \`${line}\` offers ${expected.join(' ') || 'nothing'}`, () => {
      expect(values(line)).to.deep.equal(expected)
    })

  for (const [line, asks] of [
    ['shipit deploy --app ', ['apps']],
    ['shipit deploy -a ', ['apps']],
    ['shipit deploy --app=', ['apps']],
    ['shipit deploy ', ['environments']],
    ['shipit deploy production ', []],
    ['shipit deploy --app shop ', ['environments']],
    ['shipit ps ', ['types', 'dynos']],
    ['shipit ls ', ['types', 'dynos']],
    ['shipit ps web.1 ', []],
    ['shipit config get A ', ['config vars']],
    ['shipit config:get ', ['config vars']],
    ['shipit scale --instances 2 ', ['types']],
    ['shipit run --env ', []],
    ['shipit init --env ', []],
    ['shipit init ', ['files']],
  ] as [string, Ask[]][])
    it(`of \`${line}\` asks for ${asks.join(' and ') || 'nothing'}`, () => {
      expect(plan(line).asks).to.deep.equal(asks)
    })

  it('knows the app and the platform that the values are of', () => {
    for (const line of [
      'shipit ps --local --app shop ',
      'shipit ps --app=shop --local ',
      'shipit ps -a shop --local ',
    ])
      expect(plan(line), line).to.include({ app: 'shop', isLocal: true })
    expect(plan('shipit ps ')).to.include({ app: undefined, isLocal: false })
  })

  it('puts = after what is set or scaled', () => {
    expect(plan('shipit scale ').after).to.equal('=')
    expect(plan('shipit config set ').after).to.equal('=')
    expect(plan('shipit config get ').after).to.equal('')
  })

  it('has every command, flag and argument of this CLI in reach', () => {
    const file = path.resolve(import.meta.dirname, '../../dist/cli/oclif.manifest.json')
    const { commands } = JSON.parse(readFileSync(file, 'utf8')) as {
      commands: Record<string, KnownCommand>
    }
    const all = Object.values(commands)
    for (const command of all.filter(
      ({ hidden, id, aliases }) => !hidden && !aliases?.includes(id),
    )) {
      const words = command.id.split(':')
      expect(
        planFor([...words.slice(0, -1), ''], all, []).fixed.map(({ value }) => value),
        command.id,
      ).to.include(words.at(-1))
      const flags = planFor([...words, '-'], all, []).fixed.map(({ value }) => value)
      for (const { name, hidden } of Object.values(command.flags))
        if (!hidden) expect(flags, command.id).to.include(`--${name}`)
    }
  })
})

describe('the answer to a shell', () => {
  const candidates = [{ value: '--app=shop', about: 'an app' }, { value: '--app=other' }]

  it('has what fits alone, with what it is about for shells that show it', () => {
    const answer = (shell: 'bash' | 'zsh') =>
      answerFor(shell, '--app=s', { candidates, isFiles: false }, ':')
    expect(answer('zsh')).to.equal('words\n--app=shop\tan app\n')
    expect(answer('bash')).to.equal('words\n--app=shop\n')
  })

  it('leaves out for bash what bash has already taken for a word', () => {
    expect(answerFor('bash', '--app=', { candidates, isFiles: false }, ' :=')).to.equal(
      'words\nshop\nother\n',
    )
    expect(
      answerFor(
        'bash',
        'config:g',
        { candidates: [{ value: 'config:get' }], isFiles: false },
        ' :=',
      ),
    ).to.equal('words\nget\n')
  })

  it('leaves files to the shell', () => {
    expect(answerFor('fish', './', { candidates: [], isFiles: true })).to.equal('files\n')
  })

  it('reads a line up to the cursor as the shell splits it', () => {
    const line = `shipit deploy --app 'my shop' "x y"z a\\ b  --health /ü`
    expect(wordsOfLine(line, Number.MAX_SAFE_INTEGER)).to.deep.equal([
      'deploy',
      '--app',
      'my shop',
      'x yz',
      'a b',
      '--health',
      '/ü',
    ])
    expect(wordsOfLine('shipit deploy ', 100)).to.deep.equal(['deploy', ''])
    expect(wordsOfLine('shipit deploy', 10)).to.deep.equal(['dep'])
    expect(wordsOfLine('shipit ü deploy', Buffer.byteLength('shipit ü d'))).to.deep.equal([
      'ü',
      'd',
    ])
    expect(wordsOfLine(`shipit "open quo`, 100)).to.deep.equal(['open quo'])
  })
})

describe('the set-up of completion', () => {
  it('is for the shell of the user', () => {
    expect(shellOf({ SHELL: '/usr/bin/zsh' }, 'linux')).to.equal('zsh')
    expect(shellOf({ SHELL: '/opt/pwsh' }, 'darwin')).to.equal('powershell')
    expect(shellOf({}, 'win32')).to.equal('powershell')
    expect(shellOf({ SHELL: '/bin/tcsh' }, 'linux')).to.equal(undefined)
    expect(shellOf({}, 'linux')).to.equal(undefined)
  })

  it('names the line and the file', () => {
    expect(setUpOf('fish', 'shipit')).to.deep.equal({
      line: 'shipit autocomplete script fish | source',
      file: '~/.config/fish/config.fish',
    })
  })
})
