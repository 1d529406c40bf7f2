import { expect } from 'chai'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import * as table from '../../src/ecosystem/options.js'

type Schema = Record<
  string,
  {
    type: string | string[]
    alias?: string | string[]
    default?: unknown
    min?: number
    docDescription?: string
  }
>

const checker = new URL('../../src/build/check-options.mjs', import.meta.url).href
const schemaFile = createRequire(import.meta.url).resolve('pm2/lib/API/schema.json')
const schema = (): Schema => JSON.parse(readFileSync(schemaFile, 'utf8')) as Schema

describe('the table of options', () => {
  let compareOptions: (ours: object, theirs: Schema) => string[]
  before(async () => {
    ;({ compareOptions } = (await import(checker)) as { compareOptions: typeof compareOptions })
  })

  it("is that of the installed PM2's schema", () => {
    expect(compareOptions(table, schema())).to.deep.equal([])
  })

  const bumps: [string, (theirs: Schema) => void, string][] = [
    [
      'a new option',
      (theirs) => (theirs['new_thing'] = { type: 'string' }),
      'PM2 has an option that we lack: new_thing',
    ],
    [
      'an option that is gone',
      (theirs) => delete theirs['vizion'],
      'We have an option that PM2 lacks: vizion',
    ],
    [
      'another type',
      (theirs) => (theirs['port']!.type = ['number', 'string']),
      'port: PM2 takes number|string, we say number',
    ],
    [
      'a new alias',
      (theirs) => (theirs['uid']!.alias = ['user', 'owner']),
      'uid: PM2 has an alias that we lack: owner',
    ],
    [
      'another default',
      (theirs) => (theirs['kill_retry_time']!.default = 50),
      "kill_retry_time: PM2's default is 50, ours 100",
    ],
    [
      'another bound',
      (theirs) => (theirs['min_uptime']!.min = 1),
      "min_uptime: PM2's least is 1, ours 100",
    ],
    [
      'a new pattern',
      (theirs) => (theirs['^dyno_\\S*$'] = { type: 'string' }),
      'PM2 has a pattern that we lack: ^dyno_\\S*$',
    ],
  ]
  for (const [what, bump, said] of bumps) {
    it(`names ${what} of a PM2 to come`, () => {
      const theirs = schema()
      bump(theirs)
      expect(compareOptions(table, theirs)).to.deep.equal([said])
    })
  }

  it('says in one sentence of its own what each does', () => {
    const theirs = new Set(Object.values(schema()).map(({ docDescription }) => docDescription))
    for (const { name, does } of table.APP_OPTIONS) {
      expect(does, name).to.match(/^[^\n]+\.$|^[^\n]+\S$/)
      expect(theirs.has(does), `${name} repeats PM2's text`).to.equal(false)
    }
  })

  it('knows each option by all of its spellings', () => {
    for (const [key, name] of Object.entries({
      killTimeout: 'kill_timeout',
      appendEnvToName: 'append_env_to_name',
      interpreterArgs: 'node_args',
      interpreter_args: 'node_args',
      exec_interpreter: 'interpreter',
      execInterpreter: 'interpreter',
      interpreter: 'interpreter',
      exec: 'script',
    }))
      expect(table.appOption(key)?.name, key).to.equal(name)
    for (const key of ['KillTimeout', 'killtimeout', 'appendEnvtoName', 'kill-timeout', 'Exec', ''])
      expect(table.appOption(key), key).to.equal(undefined)
    for (const option of table.APP_OPTIONS)
      for (const key of table.spellingsOf(option))
        expect(table.appOption(key), key).to.equal(option)
    const known = table.knownSpellings()
    expect(known).to.include.members(['killTimeout', 'kill_timeout', 'cmd'])
    expect(new Set(known).size).to.equal(known.length)
  })

  it('gives no spelling to two options', () => {
    const all = table.APP_OPTIONS.flatMap(table.spellingsOf)
    expect(all.length).to.equal(new Set(all).size)
  })
})
