import { expect } from 'chai'
import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import {
  explain,
  readEcosystem,
  readEcosystemText,
  type Ecosystem,
} from '../../src/ecosystem/index.js'
import { useFolder } from './folder.js'

/** The problems as a user reads them, by severity. */
function said({ problems }: Ecosystem, file: string): string[] {
  return problems.map((problem) => `${problem.severity[0]} ${explain(problem, file)}`)
}

const yaml = (text: string): Ecosystem => readEcosystemText(text, 'e.yml')
const json = (text: string): Ecosystem => readEcosystemText(text, 'e.json')

describe('reading an ecosystem file', () => {
  const { read, file, dir } = useFolder()
  const shapes: [string, string][] = [
    ['a list under apps', 'apps:\n  - {name: a, script: a.js}\n'],
    ['a single app under apps', 'apps:\n  name: a\n  script: a.js\n'],
    ['a bare list', '- name: a\n  script: a.js\n'],
    ['a bare app', 'name: a\nscript: a.js\n'],
    ['a list under pm2', 'pm2:\n  - name: a\n    script: a.js\n'],
    [
      'a bare app beside a deploy block',
      'name: a\nscript: a.js\ndeploy:\n  production: {app: my-app}\n',
    ],
    ['merge keys and anchors', 'x-common: &c {script: a.js}\napps:\n  - <<: *c\n    name: a\n'],
    [
      'Windows line ends and a byte order mark',
      '\uFEFFapps:\r\n  - name: a\r\n    script: a.js\r\n',
    ],
    ['JSON inside YAML', '{"apps": [{"name": "a", "script": "a.js"}]}'],
  ]
  for (const [what, text] of shapes) {
    it(`reads ${what}`, () => {
      const found = yaml(text)
      expect(found.problems).to.deep.equal([])
      expect(found.apps).to.deep.equal([{ name: 'a', script: 'a.js' }])
    })
  }

  const jsons: [string, string][] = [
    ['plain JSON', '{"apps": [{"name": "a", "script": "a.js"}]}'],
    [
      'comments and trailing commas',
      '// my apps\n{"apps": [/* one */ {"name": "a", "script": "a.js",},],}\n',
    ],
    ['a bare list', '[{"name": "a", "script": "a.js"}]'],
    ['names without quotes', "{apps: [{name: 'a', script: `a.js`}]}"],
    ['a byte order mark', '\uFEFF{"apps": {"name": "a", "script": "a.js"}}'],
  ]
  for (const [what, text] of jsons) {
    it(`reads JSON: ${what}`, () => {
      const found = json(text)
      expect(found.problems).to.deep.equal([])
      expect(found.apps).to.deep.equal([{ name: 'a', script: 'a.js' }])
      expect(found.format).to.equal('json')
    })
  }

  it('reads package.json where PM2 has a key there', () => {
    const found = readEcosystemText(
      '{"name": "x", "version": "1.0.0", "pm2": [{"name": "a", "script": "a.js"}]}',
      'package.json',
    )
    expect(found.problems).to.deep.equal([])
    expect(found.apps[0]!.name).to.equal('a')
  })

  it('gives the absolute path, and the same from disk as from text', async () => {
    const text = 'apps:\n  - script: a.js\n    instnces: 2\n'
    const found = await read('same.yml', text)
    expect(found).to.deep.equal(readEcosystemText(text, path.join(dir(), 'same.yml')))
    expect(path.isAbsolute(found.file)).to.equal(true)
  })

  it('says why a file cannot be read, and takes JavaScript for what it is', async () => {
    const loop = path.join(dir(), 'loop.yml')
    await symlink('loop.yml', loop)
    expect(said(await readEcosystem(loop), 'f')[0]).to.match(/^e f: cannot be read: ELOOP/)
    const inside = path.join(await file('plain.yml', ''), 'e.yml')
    expect(said(await readEcosystem(inside), 'f')).to.deep.equal(['e f: there is no such file'])
    // As JSON it would be a file that is all right.
    const text = '{"apps": [{"script": "a.js"}]}'
    expect((await read('like-json.config.js', text)).problems[0]?.message).to.match(
      /^not JavaScript/,
    )
    expect(said(await readEcosystem(path.join(dir(), 'a.js.txt')), 'f')).to.deep.equal([
      'e f: not the name of an ecosystem file; PM2 reads .yml, .yaml, .json and .config.js',
    ])
    for (const name of ['a.cjs', 'a.mjs'])
      expect((await readEcosystem(path.join(dir(), name))).problems[0]?.suggestion).to.equal(
        `call it a.config${name.slice(1)}`,
      )
  })

  it('runs JSON with code in it, and says where its text lacks quotes', async () => {
    const code = await read('code.json', "{apps: [{script: 'a' + '.js'}]}")
    expect(code).to.deep.include({
      problems: [],
      format: 'js',
      apps: [{ name: 'a', script: 'a.js' }],
    })
    expect(said(await read('word.json', "{apps: [{script: '' + index}]}"), 'f')).to.deep.equal([
      'e f:1:23: threw ReferenceError: index is not defined; text needs quotes',
    ])
    const thrown = await read('thrown.json', "{apps: null.x + ''}")
    expect(thrown.problems[0]).to.not.have.property('suggestion')
    expect(thrown.format).to.equal('js')
    const neither = await read('neither.json', '{apps: [}')
    expect(said(neither, 'f')).to.deep.equal(['e f:1:9: not JSON: a value is expected here'])
    expect(neither.format).to.equal('json')
    expect(said(await read('blank.json', ' \n'), 'f')).to.deep.equal(['e f: the file is empty'])
  })

  it('reads YAML by a quicker way that is given, unless there is something to say', async () => {
    const text = 'apps:\n  - script: a.js\n'
    const asked: string[] = []
    const quick = (data: unknown) => ({
      quickYaml: (given: string) => {
        asked.push(given)
        if (data instanceof Error) throw data
        return data
      },
    })
    const name = async (data: unknown, file = 'quick.yml', given = text) =>
      (await read(file, given, quick(data))).apps[0]?.name
    expect(await name({ script: 'quick.js' })).to.equal('quick')
    expect(asked).to.deep.equal([text])
    expect(await name({ script: 5 })).to.equal('a')
    expect(await name(undefined)).to.equal('a')
    expect(await name(new Error('no'))).to.equal('a')
    expect(await name({ script: 'quick.js' }, 'quick.json', '{"script": "b.js"}')).to.equal('b')
    expect(asked).to.have.length(4)
  })

  const faults: [string, string, string][] = [
    ['e.yml', '', 'e e.yml: the file is empty'],
    ['e.yml', '# only a comment\n', 'e e.yml: the file is empty'],
    [
      'e.yml',
      'just words\n',
      'e e.yml:1:1: holds no apps: there must be a map with a list called apps',
    ],
    ['e.yml', '42\n', 'e e.yml:1:1: holds no apps: there must be a map with a list called apps'],
    ['e.yml', 'apps: []\n', 'e e.yml:1:7 apps: the list of apps is empty'],
    ['e.yml', 'apps:\n  - a.js\n', 'e e.yml:2:5 apps/0: must be a map of options'],
    [
      'e.yml',
      'apps:\n\t- script: a.js\n',
      'e e.yml:2:1: not YAML: a tab cannot indent; use spaces',
    ],
    [
      'e.yml',
      'apps:\n  - script: a.js\n---\napps: []\n',
      'e e.yml:3:1: the file holds several YAML documents; PM2 reads one',
    ],
    [
      'e.yml',
      'apps:\n  - script: a.js\n    script: b.js\n',
      'e e.yml:3:5: not YAML: Map keys must be unique',
    ],
    ['e.yml', 'apps:\n  - script: "a.js\n', 'e e.yml:3:1: not YAML: Missing closing "quote'],
    [
      'e.yml',
      'apps:\n  - script: *nobody\n',
      'e e.yml: not YAML that can be read: Unresolved alias (the anchor must be set before the alias): nobody',
    ],
    ['e.json', '', 'e e.json: the file is empty'],
    ['e.json', ' // nothing\n', 'e e.json: the file is empty'],
    ['e.json', '{"apps": [}', 'e e.json:1:11: not JSON: a value is expected here'],
    ['e.json', '{\n  apps: [yes]\n}', 'e e.json:2:10: not JSON: a word that is not in quotes'],
    ['e.json', "{\n  apps: ['a\n']}", 'e e.json:2:10: not JSON: a text is not closed'],
    ['e.json', '{ apps: [] /* }', 'e e.json:1:12: not JSON: a comment is not closed'],
    ['e.json', '{ apps: [] };', 'e e.json:1:13: not JSON: the file goes on after its end'],
    ['e.json', `${'['.repeat(5000)}`, 'e e.json:1:202: not JSON: values are nested too deeply'],
    ['e.json', '{"apps": []', 'e e.json:1:12: not JSON: a } is missing'],
    [
      'e.json',
      '{"apps": [{"script": "a.js"} {"script": "b.js"}]}',
      'e e.json:1:30: not JSON: a comma is missing before this',
    ],
    [
      'ecosystem.js',
      '',
      'e ecosystem.js: not the name of an ecosystem file; call it ecosystem.config.js',
    ],
    [
      'apps.toml',
      '',
      'e apps.toml: not the name of an ecosystem file; PM2 reads .yml, .yaml, .json and .config.js',
    ],
  ]
  for (const [name, text, expected] of faults) {
    it(`says what is wrong with ${JSON.stringify(text)} in ${name}`, () => {
      const found = readEcosystemText(text, name)
      expect(said(found, name)[0]).to.equal(expected)
      expect(found.apps).to.deep.equal([])
    })
  }

  it('ends a bomb of aliases in a problem', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'
        .split('')
        .map(
          (key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`,
        ),
    ].join('\n')
    expect(said(yaml(bomb), 'e.yml')[0]).to.match(
      /^e e\.yml: not YAML that can be read: Excessive alias count/,
    )
  })

  it('says so where there is no such file, where it is a folder, and where it is huge', async () => {
    const missing = path.join(dir(), 'no/ecosystem.config.yml')
    expect(said(await readEcosystem(missing), 'f')).to.deep.equal(['e f: there is no such file'])
    await mkdir(path.join(dir(), 'folder.config.js'))
    expect(said(await readEcosystem(path.join(dir(), 'folder.config.js')), 'f')).to.deep.equal([
      'e f: is not a file',
    ])
    const huge = await file('huge.yml', `apps: []\n#${'x'.repeat(1024 * 1024)}\n`)
    expect(said(await readEcosystem(huge), 'f')).to.deep.equal(['e f: is larger than 1 MB'])
  })

  it('survives any piece of a file', () => {
    const whole =
      'apps:\n  - name: &n "api"\n    script: dist/a.js\n    env: {A: 1, <<: *x}\n    args: [--port, "80"]\ndeploy:\n  p: {app: abc, formation: {web: "2:eco"}}\n'
    for (let length = 0; length <= whole.length; length += 1) {
      for (const name of ['e.yml', 'e.json']) {
        const { problems } = readEcosystemText(whole.slice(0, length), name)
        for (const problem of problems)
          expect(explain(problem, name))
            .to.match(/^e\.(yml|json)/)
            .and.not.include('\n')
      }
    }
  })
})

describe('a value of an option', () => {
  const one = (option: object) => {
    const found = json(JSON.stringify({ script: 'a.js', ...option }))
    const [key] = Object.keys(option)
    return (
      said(found, 'f').map((text) => text.split(': ').slice(1).join(': '))[0] ??
      found.apps[0]?.[key!]
    )
  }

  it('is what PM2 runs with', () => {
    expect(one({ instances: 0 })).to.equal('max')
    expect(one({ instances: '0' })).to.equal('max')
    expect(one({ instances: '3' })).to.equal(3)
    expect(one({ instances: -1 })).to.equal(-1)
    expect(one({ kill_timeout: 0 })).to.equal(0)
    expect(one({ max_memory_restart: '1K' })).to.equal(1024)
    expect(one({ max_memory_restart: '2M' })).to.equal(2 * 1024 ** 2)
    expect(one({ max_memory_restart: '3G' })).to.equal(3 * 1024 ** 3)
    expect(one({ max_memory_restart: 500 })).to.equal(500)
    expect(one({ min_uptime: '2s' })).to.equal(2000)
    expect(one({ min_uptime: '3m' })).to.equal(180_000)
    expect(one({ min_uptime: '1h' })).to.equal(3_600_000)
    expect(one({ min_uptime: 100 })).to.equal(100)
    for (const name of ['uid', 'gid', 'stop_exit_codes']) expect(one({ [name]: -1 })).to.equal(-1)
    expect(one({ exec_mode: 'cluster_mode' })).to.equal('cluster')
    expect(one({ args: `a "b c" --d='e f'` })).to.deep.equal(['a', 'b c', `--d='e f'`])
    expect(one({ args: `  'a' "" "b 'c' "x d" '` })).to.deep.equal(['a', `b 'c' `, 'x', 'd"', "'"])
    expect(one({ args: ['a b'] })).to.deep.equal(['a b'])
    expect(one({ max_memory_restart: '512' })).to.equal(512)
    expect(one({ exec_mode: 'fork_mode' })).to.equal('fork')
    expect(one({ exec_mode: 'fork' })).to.equal('fork')
    expect(one({ instances: 'max' })).to.equal('max')
    expect(one({ min_uptime: '100' })).to.equal(100)
    expect(one({ kill_timeout: '1e3' })).to.equal(1000)
  })

  it('is none that PM2 would refuse, or take for another', () => {
    expect(one({ min_uptime: 99 })).to.equal('must be 100 or more, not 99')
    expect(one({ kill_timeout: -1 })).to.equal('must not be negative: -1')
    expect(one({ port: 'Infinity' })).to.equal('must be a finite number')
    for (const text of ['100M of it', 'x100M', '1.5M'])
      expect(one({ max_memory_restart: text })).to.equal(
        `must be bytes, or 200K, 100M, 1G, not "${text}"`,
      )
    expect(one({ max_memory_restart: ' 5 mb ' })).to.match(/; did you mean 5M\?$/)
    expect(one({ autorestart: 5 })).to.equal('must be true or false, not 5')
    for (const text of ['true', 'false'])
      expect(one({ autorestart: text })).to.equal(
        `must be true or false, not "${text}"; write ${text} without quotes`,
      )
    expect(one({ autorestart: 'truely' })).to.equal('must be true or false, not "truely"')
    expect(one({ cwd: 'true' })).to.equal('true')
    expect(one({ cwd: true })).to.equal('must be text, not true; put it in quotes: "true"')
    expect(one({ cwd: 5 })).to.equal('must be text, not 5; put it in quotes: "5"')
    expect(one({ cwd: [] })).to.equal('must be text, not a list')
    expect(one({ port: 'x' })).to.equal('must be a number, not "x"')
    expect(one({ port: ' ' })).to.equal('must be a number, not " "')
    expect(one({ port: [] })).to.equal('must be a number, not a list')
    expect(one({ min_uptime: '0.05s' })).to.equal(
      'must be milliseconds, or 10s, 5m, 1h, not "0.05s"',
    )
    expect(one({ min_uptime: '0s' })).to.equal('must be 100 or more, not 0')
    for (const [text, near] of [
      ['5Min', ''],
      ['5 k', '; did you mean 5K?'],
      ['5KiB', '; did you mean 5K?'],
      ['5T', ''],
      ['x5k', ''],
      ['5k.', ''],
    ])
      expect(one({ max_memory_restart: text })).to.equal(
        `must be bytes, or 200K, 100M, 1G, not "${text}"${near}`,
      )
    expect(one({ exec_mode: ' fork ' })).to.match(/did you mean fork\?$/)
    expect(one({ exec_mode: 'cluster_modes' })).to.match(/did you mean cluster\?$/)
    expect(one({ exec_mode: 'a fork' })).to.equal('must be cluster or fork, not "a fork"')
    expect(one({ instances: 'Maximum' })).to.equal('must be a whole number or max, not "Maximum"')
    expect(one({ instances: ' ' })).to.equal('must be a whole number or max, not " "')
    expect(one({ exec_mode: 'my_cluster' })).to.equal('must be cluster or fork, not "my_cluster"')
  })
})

describe('a literal', () => {
  /** Of an app's environment, as text. */
  const value = (text: string) => {
    const found = json(`{ script: 'a.js', env: { V: ${text} } }`)
    return (
      found.apps[0]?.env?.['V'] ?? said(found, 'f')[0]?.replace(/^e f:\d+:(\d+): not JSON: /, '$1 ')
    )
  }
  const at = "{ script: 'a.js', env: { V: ".length + 1

  for (const [text, expected] of [
    ['1_000', '1000'],
    ['0x1F', '31'],
    ['0b101', '5'],
    ['0o17', '15'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['-1.5E-1', '-0.15'],
    ['+7', '7'],
    ['- 7', '-7'],
    ['-Infinity', '-Infinity'],
    ['true', 'true'],
    ["'a\\'b'", "a'b"],
    ["'a\\\nb'", 'ab'],
    ["'\\x41\\u0042\\u{43}'", 'ABC'],
    ["'\\t\\q\\0'", '\tq\0'],
    ['`a\r\nb$c`', 'a\nb$c'],
    ['"it\'s `so`"', "it's `so`"],
    ['/* c */ 1 // d\n', '1'],
    ["{ 'a-b': 1, 2: [3, ], }", '{"2":[3],"a-b":1}'],
  ] as const)
    it(`is ${JSON.stringify(text)}`, () => expect(value(text)).to.equal(expected))

  for (const [text, message] of [
    ['yes', `${at} a word that is not in quotes`],
    ['-true', `${at} a value is expected here`],
    ["-'a'", `${at} a value is expected here`],
    ['', `${at + 1} a value is expected here`],
    ["'\\1'", `${at} an escape that JavaScript does not know`],
    ["'\\x4'", `${at} an escape that JavaScript does not know`],
    ["'\\u12'", `${at} an escape that JavaScript does not know`],
    ["'\\08'", `${at} an escape that JavaScript does not know`],
    ['`a${b}`', `${at} a text is not closed`],
    ["'a\nb'", `${at} a text is not closed`],
    ['{ __proto__: 1 }', `${at + 2} __proto__ is not a name for an option`],
    ['{ : 1 }', `${at + 2} a name is expected here`],
    ['{ a 1 }', `${at + 4} a colon is expected here`],
    ['[1 2]', `${at + 3} a comma is missing before this`],
    ['[1}', `${at + 2} a ] is missing`],
    ['1 /* c', `${at + 2} a comment is not closed`],
  ] as const)
    it(`is not ${JSON.stringify(text)}`, () => expect(value(text)).to.equal(message))
})

describe('names of apps', () => {
  const names = (...given: string[]) => {
    const apps = given.map((name) => ({ name, script: 'a.js' }))
    const found = json(JSON.stringify({ apps }))
    return [found.apps.map(({ name }) => name), said(found, 'f').map((text) => text.split(': ')[1])]
  }

  it('are set apart, and told of, if two are the same', () => {
    expect(names('a', 'b')).to.deep.equal([['a', 'b'], []])
    expect(names('a', 'a', 'a')[0]).to.deep.equal(['a', 'a-2', 'a-3'])
    expect(names('a', 'a', 'a-2')[0]).to.deep.equal(['a', 'a-3', 'a-2'])
    expect(names('b', 'a', 'a')[1]).to.deep.equal(['the name a is already that of apps/1'])
    expect(json('{"apps": [{"script": "a.b.js"}, {"script": ".env"}]}').apps).to.deep.equal([
      { name: 'a.b', script: 'a.b.js' },
      { name: '.env', script: '.env' },
    ])
  })

  it('follow what one option says for another', () => {
    const one = (more: object) => json(JSON.stringify({ script: 'a.js', ...more })).apps[0]
    const plain = { name: 'a', script: 'a.js' }
    expect(one({ automation: false })).to.deep.equal({ ...plain, automation: false, pmx: false })
    expect(one({ automation: true })).to.deep.equal({ ...plain, automation: true })
    expect(one({ disable_trace: true })).to.deep.equal({ ...plain, trace: false })
    expect(one({ disable_trace: false })).to.deep.equal(plain)
    expect(one({ execute_command: true })).to.deep.equal({ ...plain, exec_mode: 'fork' })
    expect(one({ execute_command: false })).to.deep.equal(plain)
    expect(one({ time: false })).to.deep.equal({ ...plain, time: false })
    expect(one({ time: true })).to.include({ log_date_format: 'YYYY-MM-DDTHH:mm:ss' })
  })
})

describe('what stands at the top of a file', () => {
  const problems = (top: object) =>
    said(json(JSON.stringify({ apps: [{ script: 'a.js' }], ...top })), 'f')

  it('may be shared by apps, and is told of else', () => {
    const shared = { 'x-common': 1, _private: 1, '.hidden': 1, deploy: {}, static: [] }
    expect(problems(shared)).to.deep.equal([])
    for (const key of ['common', 'ax-common', 'a_', 'a.b'])
      expect(problems({ [key]: 1 }), key).to.have.lengthOf(1)
  })

  it('is one app if it says so in a word, and no list of apps by a slip', () => {
    for (const key of ['script', 'cmd', 'command', 'exec', 'name', 'exec_mode', 'instances'])
      expect(json(JSON.stringify({ [key]: 'fork' })).apps, key).to.have.lengthOf(1)
    expect(json('{"env": {"A": 1}}').apps).to.have.lengthOf(1)
    const slip = json('{"app": [{"script": "a.js"}]}')
    expect([slip.apps, said(slip, 'f')]).to.deep.equal([
      [],
      [
        'e f:1:1: holds no apps; add a list called apps',
        'w f:1:2 app: unknown key; did you mean apps?',
      ],
    ])
    const servers = json('{"static": [{"port": 80}], "apps": []}')
    expect([servers.apps.length, servers.problems]).to.deep.equal([1, []])
    const alone = json('{"static": [{"port": 80}]}')
    expect([alone.apps.length, alone.problems]).to.deep.equal([1, []])
  })
})

describe('problems of an app', () => {
  const app = (...lines: string[]): string =>
    `apps:\n  - script: a.js\n${lines.map((line) => `    ${line}\n`).join('')}`
  const cases: [string, string[]][] = [
    [app('instnces: 2'), ['w e.yml:3:5 apps/0/instnces: unknown option; did you mean instances?']],
    [
      app('max_memory: 100M'),
      ['w e.yml:3:5 apps/0/max_memory: unknown option; did you mean max_memory_restart?'],
    ],
    [
      app('exec-mode: fork'),
      ['w e.yml:3:5 apps/0/exec-mode: unknown option; did you mean exec_mode?'],
    ],
    [app('Script: b.js'), ['w e.yml:3:5 apps/0/Script: unknown option; did you mean script?']],
    [
      app('kill_timout: 10'),
      ['w e.yml:3:5 apps/0/kill_timout: unknown option; did you mean kill_timeout?'],
    ],
    // A word that is cut short is what is shortest of those that begin so, from five letters on.
    [app('merge: 1'), ['w e.yml:3:5 apps/0/merge: unknown option; did you mean mergeLogs?']],
    [app('insta: 1'), ['w e.yml:3:5 apps/0/insta: unknown option; did you mean instances?']],
    [app('INSTA: 1'), ['w e.yml:3:5 apps/0/INSTA: unknown option; did you mean instances?']],
    [app('inst: 1'), ['w e.yml:3:5 apps/0/inst: unknown option']],
    [app('disab: 1'), ['w e.yml:3:5 apps/0/disab: unknown option; did you mean disableLogs?']],
    [app('prt: 1'), ['w e.yml:3:5 apps/0/prt: unknown option; did you mean port?']],
    [app('p: 1'), ['w e.yml:3:5 apps/0/p: unknown option']],
    [app('favourite_colour: red'), ['w e.yml:3:5 apps/0/favourite_colour: unknown option']],
    [
      app('exec_mode: clustre'),
      ['e e.yml:3:16 apps/0/exec_mode: must be cluster or fork, not "clustre"'],
    ],
    [
      app('exec_mode: Cluster'),
      [
        'e e.yml:3:16 apps/0/exec_mode: must be cluster or fork, not "Cluster"; did you mean cluster?',
      ],
    ],
    [app('exec_mode: true'), ['e e.yml:3:16 apps/0/exec_mode: must be cluster or fork, not true']],
    [
      app('instances: tow'),
      ['e e.yml:3:16 apps/0/instances: must be a whole number or max, not "tow"'],
    ],
    [
      app('instances: MAX'),
      [
        'e e.yml:3:16 apps/0/instances: must be a whole number or max, not "MAX"; did you mean max?',
      ],
    ],
    [
      app('instances: 1.5'),
      ['e e.yml:3:16 apps/0/instances: must be a whole number or max, not 1.5'],
    ],
    [
      app('instances: true'),
      ['e e.yml:3:16 apps/0/instances: must be a whole number or max, not true'],
    ],
    [
      app('instances: ""'),
      ['e e.yml:3:16 apps/0/instances: must be a whole number or max, not ""'],
    ],
    [
      app('instances: [2]'),
      ['e e.yml:3:16 apps/0/instances: must be a whole number or max, not a list'],
    ],
    [
      app('max_memory_restart: 100MB'),
      [
        'e e.yml:3:25 apps/0/max_memory_restart: must be bytes, or 200K, 100M, 1G, not "100MB"; did you mean 100M?',
      ],
    ],
    [
      app('max_memory_restart: 100m'),
      [
        'e e.yml:3:25 apps/0/max_memory_restart: must be bytes, or 200K, 100M, 1G, not "100m"; did you mean 100M?',
      ],
    ],
    [
      app('max_memory_restart: 1.5G'),
      ['e e.yml:3:25 apps/0/max_memory_restart: must be bytes, or 200K, 100M, 1G, not "1.5G"'],
    ],
    [
      app('max_memory_restart: -5'),
      ['e e.yml:3:25 apps/0/max_memory_restart: must not be negative: -5'],
    ],
    [
      app('min_uptime: 10S'),
      [
        'e e.yml:3:17 apps/0/min_uptime: must be milliseconds, or 10s, 5m, 1h, not "10S"; did you mean 10s?',
      ],
    ],
    [app('kill_timeout: -1'), ['e e.yml:3:19 apps/0/kill_timeout: must not be negative: -1']],
    [app('max_restarts: -1'), ['e e.yml:3:19 apps/0/max_restarts: must be 0 or more, not -1']],
    [
      app('autorestart: "false"'),
      [
        'e e.yml:3:18 apps/0/autorestart: must be true or false, not "false"; write false without quotes',
      ],
    ],
    [
      app('name: 123'),
      ['e e.yml:3:11 apps/0/name: must be text, not 123; put it in quotes: "123"'],
    ],
    [app('args: {a: 1}'), ['e e.yml:3:11 apps/0/args: must be a list or text, not a map']],
    [
      app('env: PORT=80'),
      ['w e.yml:3:10 apps/0/env: is ignored: it is text, and not a map of names to values'],
    ],
    [
      app('env_prod:', '  - A=1'),
      ['e e.yml:4:7 apps/0/env_prod: must be a map of names to values'],
    ],
    [
      app('env:', '  A:'),
      ["w e.yml:4:7 apps/0/env/A: is empty, which PM2 hands over as the text null; write A: ''"],
    ],
    [
      app('env: {A: {b: 1}}'),
      ['w e.yml:3:14 apps/0/env/A: is a map; the app gets it as JSON text'],
    ],
    [app('exec: b.js'), ['w e.yml:3:5 apps/0/exec: is ignored: script says the same and wins']],
    [
      app('filter_env: true'),
      ['w e.yml:3:17 apps/0/filter_env: true hides nothing in PM2 7.0.4; list the names to hide'],
    ],
    [
      app('exec_mode: cluster', 'interpreter: python'),
      [
        'w e.yml:4:18 apps/0/interpreter: cluster mode runs scripts by Node only, not by python; use exec_mode: fork',
      ],
    ],
    [
      app('exec_mode: cluster', 'interpreter: node@18.0.0'),
      [
        "w e.yml:4:18 apps/0/interpreter: cluster mode runs scripts by Node only, and by PM2's own version of it",
      ],
    ],
    [app('exec_mode: cluster', 'interpreter: /usr/bin/node'), []],
    [app('exec_mode: fork', 'interpreter: python'), []],
    [
      app('exec_mode: cluster', 'interpreter: ./node_modules/.bin/tsx'),
      [
        'w e.yml:4:18 apps/0/interpreter: cluster mode runs scripts by Node only, not by ./node_modules/.bin/tsx; use exec_mode: fork',
      ],
    ],
    [app('execute_command: true', 'exec_mode: cluster', 'interpreter: none'), []],
    [
      'apps:\n  - script: a.py\n    exec_mode: cluster\n',
      [
        'w e.yml:3:16 apps/0/exec_mode: cluster mode runs scripts by Node only, and the script ends in .py; use exec_mode: fork',
      ],
    ],
    ['apps:\n  - name: a\n', ['e e.yml:2:5 apps/0: has no script: nothing says what to start']],
    [
      'apps:\n  - name: a\n    script:\n',
      ['e e.yml:2:5 apps/0: has no script: nothing says what to start'],
    ],
    ['apps:\n  - script: ""\n', ['e e.yml:2:5 apps/0: has no script: nothing says what to start']],
    [
      'apps:\n  - script: a.js\n  - script: lib/a.js\n',
      ['w e.yml:3:5 apps/1/name: the name a is already that of apps/0: this one is called a-2'],
    ],
    [
      'apps:\n  - {script: a.js, name: x}\n  - {script: b.js, name: x}\n',
      ['w e.yml:3:26 apps/1/name: the name x is already that of apps/0: this one is called x-2'],
    ],
    [
      'app:\n  - script: a.js\n',
      [
        'e e.yml:1:1: holds no apps; add a list called apps',
        'w e.yml:1:1 app: unknown key; did you mean apps?',
      ],
    ],
    [
      'apps: [{script: a.js}]\ndeplyo: {}\n',
      ['w e.yml:2:1 deplyo: unknown key; did you mean deploy?'],
    ],
    ['apps: [{script: a.js}]\nstatic: [{path: public}]\n', []],
    [
      'static:\n  - path: public\n    porta: 80\n',
      ['w e.yml:3:5 static/0/porta: unknown key of a static server; did you mean port?'],
    ],
    [
      'apps: []\nstatic: {path: public}\n',
      [
        'e e.yml:1:7 apps: the list of apps is empty',
        'e e.yml:2:9 static: must be a list of servers',
      ],
    ],
    [
      'script: a.js\ninstnces: 2\n',
      ['w e.yml:2:1 apps/0/instnces: unknown option; did you mean instances?'],
    ],
    [
      '- script: a.js\n  instances: x\n',
      ['e e.yml:2:14 apps/0/instances: must be a whole number or max, not "x"'],
    ],
    [
      'apps:\n  script: a.js\n  instances: x\n',
      ['e e.yml:3:14 apps/0/instances: must be a whole number or max, not "x"'],
    ],
    [
      'x-c: &c\n  instances: x\napps:\n  - <<: *c\n    script: a.js\n',
      ['e e.yml:2:14 apps/0/instances: must be a whole number or max, not "x"'],
    ],
  ]
  for (const [text, expected] of cases) {
    it(expected[0]?.slice(2) ?? `has nothing against ${JSON.stringify(text)}`, () => {
      expect(said(yaml(text), 'e.yml')).to.deep.equal(expected)
    })
  }

  const jsons: [string, string[]][] = [
    [
      '{\n  "apps": [\n    { "script": "a.js", "instnces": 2 }\n  ]\n}',
      ['w e.json:3:25 apps/0/instnces: unknown option; did you mean instances?'],
    ],
    [
      '{\r\n  "apps": {\r\n    "script": "a.js", "instances": "x" }}',
      ['e e.json:3:36 apps/0/instances: must be a whole number or max, not "x"'],
    ],
    [
      '[{ "script": "a.js", "env": {"A": null} }]',
      ["w e.json:1:35 apps/0/env/A: is empty, which PM2 hands over as the text null; write A: ''"],
    ],
    [
      '{"apps": [{"script": "a.js"}, {"script": "a.js"}]}',
      ['w e.json:1:31 apps/1/name: the name a is already that of apps/0: this one is called a-2'],
    ],
  ]
  for (const [text, expected] of jsons) {
    it(`in JSON: ${expected[0]!.slice(2)}`, () => {
      expect(said(json(text), 'e.json')).to.deep.equal(expected)
    })
  }

  it('come in the order of the file', () => {
    const found = yaml(app('zzz: 1', 'instances: x', 'aaaa: 2', 'kill_timeout: -1'))
    expect(found.problems.map(({ line }) => line)).to.deep.equal([3, 4, 5, 6])
    const inOne = yaml('apps: [{ zzz: 1, script: a.js, instances: x, aaaa: 2, port: y }]\n')
    expect(inOne.problems.map(({ column }) => column)).to.deep.equal([10, 43, 46, 61])
  })

  it('never repeat what an environment holds', () => {
    const found = yaml(app('env: TOKEN=hunter2', 'env_prod: {A: {b: hunter2}}', 'env_b: [hunter2]'))
    expect(found.problems).to.have.length(3)
    expect(JSON.stringify(found.problems)).not.to.include('hunter2')
  })
})

describe('explain', () => {
  const problem = { severity: 'error', path: 'apps/0/x', message: 'is wrong' } as const
  const lines: [object, string][] = [
    [
      { line: 4, column: 5, suggestion: 'did you mean y?' },
      'f.yml:4:5 apps/0/x: is wrong; did you mean y?',
    ],
    [{}, 'f.yml apps/0/x: is wrong'],
    [{ path: '' }, 'f.yml: is wrong'],
    [{ line: 4 }, 'f.yml:4 apps/0/x: is wrong'],
    [{ path: 'apps/0/\u001B[2J', message: 'a\nb' }, String.raw`f.yml apps/0/\x1b[2J: a b`],
  ]
  for (const [parts, line] of lines)
    it(line, () => expect(explain({ ...problem, ...parts }, 'f.yml')).to.equal(line))
})
