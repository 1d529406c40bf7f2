import { expect } from 'chai'
import { parse } from 'yaml'
import {
  editJson,
  editYaml,
  readEcosystemText,
  renderEcosystem,
  type YamlChange,
} from '../../src/ecosystem/index.js'

const AWKWARD = `# The shop's apps.
x-env: &env   # shared
    TZ: 'UTC'
    LOG: "info"

apps:
    # the front
    -   name:   shop     # keep this name
        script: dist/main.js
        instances: 2   # two are enough

        args: [ --a ,  "b" ]
        env: { <<: *env, PORT: 80, }   # flow

    - name: 'jobs'
      script: >-
        jobs.js
      env: *env
      node_args:
      - --harmony   # old
      - --trace

      # the last words
deploy:
    production: {app: shop-prod}
# end`

/** [what, text, changes, the lines that go and come]: every other byte must stay. */
const cases: [string, string, YamlChange[], [string, string][]][] = [
  [
    'a number',
    AWKWARD,
    [{ path: ['apps', 0, 'instances'], value: 4 }],
    [['instances: 2   # two', 'instances: 4   # two']],
  ],
  [
    'a word for a number',
    AWKWARD,
    [{ path: ['apps', 0, 'instances'], value: 'max' }],
    [['instances: 2   # two', 'instances: max   # two']],
  ],
  [
    'text in single quotes',
    AWKWARD,
    [{ path: ['apps', 1, 'name'], value: "job's" }],
    [["- name: 'jobs'", "- name: 'job''s'"]],
  ],
  [
    'text in double quotes',
    'a: "x" # y\n',
    [{ path: ['a'], value: 'say "hi"' }],
    [['"x"', '"say \\"hi\\""']],
  ],
  [
    'a folded text',
    AWKWARD,
    [{ path: ['apps', 1, 'script'], value: 'work.js' }],
    [['script: >-\n        jobs.js\n', 'script: work.js\n']],
  ],
  [
    'an item of a list in brackets',
    AWKWARD,
    [{ path: ['apps', 0, 'args', 1], value: 'c' }],
    [['"b" ]', '"c" ]']],
  ],
  [
    'one more item in brackets',
    AWKWARD,
    [{ path: ['apps', 0, 'args', 2], value: 'c' }],
    [['"b" ]', '"b", c ]']],
  ],
  [
    'one more item of a block list',
    AWKWARD,
    [{ path: ['apps', 1, 'node_args', 2], value: '--new' }],
    [['- --trace\n', '- --trace\n      - "--new"\n']],
  ],
  [
    'a key in braces',
    AWKWARD,
    [{ path: ['apps', 0, 'env', 'PORT'], value: 81 }],
    [['PORT: 80, }', 'PORT: 81, }']],
  ],
  [
    'one more key in braces',
    AWKWARD,
    [{ path: ['apps', 0, 'env', 'A'], value: '1' }],
    [['PORT: 80, }', 'PORT: 80, A: "1", }']],
  ],
  [
    'a key that a merge brings in',
    AWKWARD,
    [{ path: ['apps', 0, 'env', 'TZ'], value: 'CET' }],
    [['PORT: 80, }', 'PORT: 80, TZ: CET, }']],
  ],
  [
    'a key behind an alias',
    AWKWARD,
    [{ path: ['apps', 1, 'env', 'TZ'], value: 'CET' }],
    [['env: *env\n', 'env: { <<: *env, TZ: CET }\n']],
  ],
  [
    'a new key at the end of an app',
    AWKWARD,
    [{ path: ['apps', 1, 'kill_timeout'], value: 9000 }],
    [['- --trace\n', '- --trace\n      kill_timeout: 9000\n']],
  ],
  [
    'a new map',
    AWKWARD,
    [{ path: ['apps', 0, 'env_prod', 'A'], value: 'x' }],
    [['# flow\n', '# flow\n        env_prod:\n          A: x\n']],
  ],
  [
    'a new app',
    AWKWARD,
    [{ path: ['apps', 2], value: { name: 'c', script: 'c.js' } }],
    [['- --trace\n', '- --trace\n    - name: c\n      script: c.js\n']],
  ],
  [
    'a new key at the end of the file',
    AWKWARD,
    [{ path: ['note'], value: 'x' }],
    [['{app: shop-prod}\n', '{app: shop-prod}\nnote: x\n']],
  ],
  [
    'a deploy target',
    AWKWARD,
    [{ path: ['deploy', 'homolog'], value: { app: 'shop-h' } }],
    [['{app: shop-prod}\n', '{app: shop-prod}\n    homolog:\n      app: shop-h\n']],
  ],
  [
    'a key taken out',
    AWKWARD,
    [{ path: ['apps', 0, 'instances'], value: undefined }],
    [['        instances: 2   # two are enough\n', '']],
  ],
  [
    'the first key of an app taken out',
    AWKWARD,
    [{ path: ['apps', 0, 'name'], value: undefined }],
    [['-   name:   shop     # keep this name\n        script', '-   script']],
  ],
  [
    'a block taken out',
    AWKWARD,
    [{ path: ['apps', 1, 'node_args'], value: undefined }],
    [['      node_args:\n      - --harmony   # old\n      - --trace\n', '']],
  ],
  [
    'a list for a text',
    AWKWARD,
    [{ path: ['apps', 1, 'script'], value: ['a', 'b'] }],
    [['script: >-\n        jobs.js\n', 'script: [a, b]\n']],
  ],
  [
    'a value for a block',
    AWKWARD,
    [{ path: ['apps', 1, 'node_args'], value: '--one' }],
    [['node_args:\n      - --harmony   # old\n      - --trace\n', 'node_args: "--one"\n']],
  ],
  [
    'several at once',
    AWKWARD,
    [
      { path: ['apps', 0, 'instances'], value: 3 },
      { path: ['apps', 1, 'instances'], value: 1 },
    ],
    [
      ['instances: 2 ', 'instances: 3 '],
      ['- --trace\n', '- --trace\n      instances: 1\n'],
    ],
  ],
  ['nothing', AWKWARD, [{ path: ['apps', 0, 'instances'], value: 2 }], []],
  ['no key that is not there', AWKWARD, [{ path: ['apps', 0, 'nothing'], value: undefined }], []],
  [
    'an empty value',
    'apps:\n  - script: a.js\n    env:\n    name: x\n',
    [{ path: ['apps', 0, 'env', 'A'], value: '1' }],
    [['env:\n', 'env:\n      A: "1"\n']],
  ],
  [
    'an empty value before a comment',
    'apps:\n  - script: a.js\n    name: # none yet\n',
    [{ path: ['apps', 0, 'name'], value: 'x' }],
    [['name: #', 'name: x #']],
  ],
  [
    'braces that are empty',
    'apps:\n  - script: a.js\n    env: {}\n',
    [{ path: ['apps', 0, 'env', 'A'], value: 1 }],
    [['{}', '{ A: 1 }']],
  ],
  [
    'a single app',
    'apps:\n  script: a.js\n  instances: 1 # x\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['1 # x', '2 # x']],
  ],
  [
    'a single app, by its own path',
    'apps:\n  script: a.js\n  instances: 1\n',
    [{ path: ['apps', 'instances'], value: 2 }],
    [['instances: 1', 'instances: 2']],
  ],
  [
    'a bare app',
    'script: a.js\nname: x\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['name: x\n', 'name: x\ninstances: 2\n']],
  ],
  [
    'a bare list',
    '- script: a.js\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['a.js\n', 'a.js\n  instances: 2\n']],
  ],
  [
    'a list under pm2',
    'pm2:\n- script: a.js\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['a.js\n', 'a.js\n  instances: 2\n']],
  ],
  [
    'no new line at the end',
    'apps:\n  - script: a.js',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['a.js', 'a.js\n    instances: 2']],
  ],
  [
    'a comment and no new line at the end',
    'apps:\n  - script: a.js # x',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['# x', '# x\n    instances: 2']],
  ],
  [
    'a deploy block alone',
    'deploy:\n  p: {app: abc}\n',
    [{ path: ['apps', 0, 'script'], value: 'a.js' }],
    [['abc}\n', 'abc}\napps:\n  - script: a.js\n']],
  ],
  [
    'a multi-line map in braces',
    '{\n  apps: [\n    {\n      script: a.js, # it\n      name: x\n    }\n  ]\n}\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['name: x', 'name: x, instances: 2']],
  ],
  [
    'quotes around a key',
    '"apps":\n  - "script": "a.js"\n    "instances": 1\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['"instances": 1', '"instances": 2']],
  ],
  [
    'a document with its marks',
    '---\napps:\n  - script: a.js\n...\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['a.js\n', 'a.js\n    instances: 2\n']],
  ],
  [
    'an anchored value that nothing else uses',
    'apps:\n  - script: &s a.js\n',
    [{ path: ['apps', 0, 'script'], value: 'b.js' }],
    [['a.js', 'b.js']],
  ],
  [
    'a key after a literal text',
    'apps:\n  - script: a.js\n    args: |\n      --a\n      --b\n\n# end\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['--b\n', '--b\n    instances: 2\n']],
  ],
  [
    'one more item of one, and of three, in brackets',
    'apps:\n  - script: a.js\n    args: [a]\n    ignore_watch: [ x, y,  z ]\n',
    [
      { path: ['apps', 0, 'args', 1], value: 'b' },
      { path: ['apps', 0, 'ignore_watch', 3], value: 'b' },
    ],
    [
      ['[a]', '[a, b]'],
      ['z ]', 'z, b ]'],
    ],
  ],
  [
    'brackets that are empty',
    'apps:\n  - script: a.js\n    args: []\n',
    [{ path: ['apps', 0, 'args', 0], value: 'b' }],
    [['[]', '[b]']],
  ],
  [
    'a list of maps, and one with a text before a map',
    'apps:\n  - script: a.js\n    io: 1\n',
    [{ path: ['apps', 0, 'io'], value: ['x', { a: 1 }] }],
    [['io: 1\n', 'io:\n      - x\n      - a: 1\n']],
  ],
  [
    'a list with nothing in it that is a map',
    'apps:\n  - script: a.js\n    io: 1\n',
    [{ path: ['apps', 0, 'io'], value: ['x', null, 2] }],
    [['io: 1', 'io: [x, null, 2]']],
  ],
  [
    'an empty map',
    'apps:\n  - script: a.js\n    io: 1\n',
    [{ path: ['apps', 0, 'io'], value: {} }],
    [['io: 1', 'io: {}']],
  ],
  [
    'a key after one without a value',
    'apps:\n  - script: a.js\n    env:\n',
    [{ path: ['apps', 0, 'instances'], value: 2 }],
    [['env:\n', 'env:\n    instances: 2\n']],
  ],
  [
    'a key in braces after one without a value, and without a colon',
    'apps:\n  - script: a.js\n    env: { A: 1, B: }\n    io: {c: 1, d}\n',
    [
      { path: ['apps', 0, 'env', 'C'], value: 'x' },
      { path: ['apps', 0, 'io', 'e'], value: 'x' },
    ],
    [
      ['B: }', 'B:, C: x }'],
      ['d}', 'd, e: x}'],
    ],
  ],
  [
    'an empty value in braces',
    'apps:\n  - script: a.js\n    env: {A: , B: 1}\n',
    [{ path: ['apps', 0, 'env', 'A'], value: 'x' }],
    [['A: ,', 'A: x ,']],
  ],
  [
    'the first key in braces taken out',
    'apps:\n  - script: a.js\n    env: {A: 1,  B: 2}\n',
    [{ path: ['apps', 0, 'env', 'A'], value: undefined }],
    [['A: 1,  B', 'B']],
  ],
  [
    'one more item of a list in a list, and of negative numbers',
    'apps:\n  - script: a.js\n    io:\n      - - a\n      - x\n    ip:\n      - -5\n',
    [
      { path: ['apps', 0, 'io', 0, 1], value: 'b' },
      { path: ['apps', 0, 'ip', 1], value: -6 },
    ],
    [
      ['- - a\n', '- - a\n        - b\n'],
      ['- -5\n', '- -5\n      - -6\n'],
    ],
  ],
  [
    'an item below its dash',
    'apps:\n  -\n    script: a.js\n',
    [{ path: ['apps', 1], value: { script: 'b.js' } }],
    [['a.js\n', 'a.js\n  - script: b.js\n']],
  ],
  [
    'the last key taken out, and the first below its dash',
    'apps:\n  -\n    name: a # x\n    script: a.js\n    watch: true',
    [
      { path: ['apps', 0, 'watch'], value: undefined },
      { path: ['apps', 0, 'name'], value: undefined },
    ],
    [
      ['    watch: true', ''],
      ['    name: a # x\n', ''],
    ],
  ],
  [
    'text in single quotes by what they cannot hold',
    "apps:\n  - script: 'a.js'\n",
    [{ path: ['apps', 0, 'script'], value: 'a\nb' }],
    [["'a.js'", '"a\\nb"']],
  ],
  [
    'a map for a number',
    'apps:\n  - script: a.js\n    io: 1 # x\n    watch: true\n',
    [{ path: ['apps', 0, 'io'], value: { a: { b: [1] } } }],
    [['io: 1 # x\n', 'io:\n      a:\n        b:\n          - 1 # x\n']],
  ],
]

/** Stands before a text that can have it: were the document written anew, it would change. */
const ODD = 'x-odd:   [ 1,2 ]   # odd\n'

/** The JavaScript way to the same change, to hold the result against. */
function expectedData(text: string, path: (string | number)[], value: unknown): unknown {
  const data = JSON.parse(JSON.stringify(parse(text, { merge: true }))) as unknown
  let at = data as Record<string | number, unknown>
  for (const [index, key] of path.slice(0, -1).entries()) {
    if (value === undefined && !(key in at)) return data
    at[key] ??= typeof path[index + 1] === 'number' ? [] : {}
    at = at[key] as typeof at
  }
  if (value === undefined) delete at[path.at(-1)!]
  else at[path.at(-1)!] = value
  return data
}

describe('editing YAML in place', () => {
  for (const [what, plain, changes, lines] of cases) {
    const text = /^"?apps/.test(plain) ? ODD + plain : plain
    for (const eol of ['\n', '\r\n']) {
      it(`${what}${eol === '\n' ? '' : ', with the line ends of Windows'}`, () => {
        const wanted = lines.reduce((all, [from, to]) => {
          expect(all.split(from), `${from} is there once`).to.have.length(2)
          return all.replace(from, () => to)
        }, text)
        const result = editYaml(text.replaceAll('\n', eol), changes)
        expect(result).to.equal(wanted.replaceAll('\n', eol))
      })
    }
  }

  it('makes every change come true, whatever the file and the value', () => {
    const texts = [
      AWKWARD.replace('env: *env', 'env: {A: 1}'),
      renderEcosystem({
        name: 'shop',
        script: 'a.js',
        format: 'yml',
        esm: false,
        instances: 2,
        envNames: ['prod'],
      }).text,
      'apps: [{name: a, script: a.js, env: {A: 1}}]',
      'apps:\n- name: a\n  script: a.js',
    ]
    const values: unknown[] = [
      0,
      1.5,
      true,
      null,
      '',
      'max',
      'yes',
      '0x1F',
      '1e3',
      '- a',
      '# x',
      'a: b',
      '*x',
      '&x',
      '!x',
      '@x',
      '%x',
      'é',
      'a\nb\n',
      "it's",
      '"',
      '\\',
      '2020-01-01',
      [],
      {},
      ['a', { b: [1, { c: null }] }],
      { 'odd key: #': { deep: ['x'] } },
      undefined,
    ]
    const paths: (string | number)[][] = [
      ['apps', 0, 'name'],
      ['apps', 0, 'fresh'],
      ['apps', 0, 'env', 'A'],
      ['apps', 0, 'env', 'NEW KEY'],
      ['apps', 0, 'env'],
      ['apps', 0, 'a', 'b', 'c'],
      ['fresh'],
      ['apps', 0, 'list', 0],
    ]
    for (const text of texts) {
      for (const path of paths) {
        for (const value of values) {
          if (value === undefined && (path.includes('a') || path.includes('list'))) continue
          const result = editYaml(text, [{ path, value }])
          const note = `${path.join('/')} = ${JSON.stringify(value)} in\n${result}`
          expect(parse(result, { merge: true }), note).to.deep.equal(
            expectedData(text, path, value),
          )
          for (const comment of text.match(/# the (front|last words)|# end|# What PM2.*/g) ?? [])
            expect(result, note).to.include(comment)
        }
      }
    }
  })

  it('takes items out of lists', () => {
    const { apps } = parse(
      editYaml(AWKWARD, [{ path: ['apps', 1, 'node_args', 0], value: undefined }]),
      { merge: true },
    ) as { apps: { node_args: string[] }[] }
    expect(apps[1]!.node_args).to.deep.equal(['--trace'])
    expect(editYaml(AWKWARD, [{ path: ['apps', 1], value: undefined }]))
      .to.include('# the front')
      .and.not.include('jobs')
  })

  it('undoes itself byte for byte', () => {
    const there = editYaml(AWKWARD, [
      { path: ['apps', 0, 'instances'], value: 8 },
      { path: ['apps', 0, 'kill_timeout'], value: 1 },
    ])
    expect(
      editYaml(there, [
        { path: ['apps', 0, 'kill_timeout'], value: undefined },
        { path: ['apps', 0, 'instances'], value: 2 },
      ]),
    ).to.equal(AWKWARD)
  })

  it('fixes what a problem points at', () => {
    const text = 'apps: # mine\n  script: a.js\n  instances: tow # two\n'
    const [problem] = readEcosystemText(text, 'e.yml').problems
    const path = problem!.path.split('/').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    const fixed = editYaml(text, [{ path, value: 2 }])
    expect(fixed).to.equal(text.replace('tow', '2'))
    expect(readEcosystemText(fixed, 'e.yml').problems).to.deep.equal([])
  })

  it('will not change two places where one is meant', () => {
    const shared = 'apps:\n  - script: a.js\n    env: &e {A: 1}\n  - script: b.js\n    env: *e\n'
    expect(() => editYaml(shared, [{ path: ['apps', 0, 'env', 'A'], value: 2 }])).to.throw(
      RangeError,
      'apps/0/env/A cannot be set by itself: an anchor shares it',
    )
    expect(
      parse(editYaml(shared, [{ path: ['apps', 1, 'env', 'A'], value: 2 }]), { merge: true }),
    ).to.have.nested.property('apps[0].env.A', 1)
  })

  it('says what it cannot read and where it cannot reach', () => {
    expect(() => editYaml('a: [', [{ path: ['a'], value: 1 }])).to.throw(
      SyntaxError,
      /^not YAML at 1:5/,
    )
    expect(() =>
      editYaml('apps: [{script: a}]\n', [{ path: ['apps', 5, 'name'], value: 1 }]),
    ).to.throw(RangeError, 'the list has no place 5')
    expect(() =>
      editYaml('apps: [{script: a}]\n', [{ path: ['apps', 0, 'args', 3], value: 1 }]),
    ).to.throw(RangeError)
    for (const place of [-1, 1.5, 2])
      expect(() =>
        editYaml('apps: [{script: a}]\n', [{ path: ['apps', place], value: 1 }]),
      ).to.throw(RangeError, `the list has no place ${place}`)
    const aliased = 'x: &x [a]\ny: &y {A: 1}\napps:\n  - args: *x\n    env: *y\n'
    for (const [path, value] of [
      [['apps', 0, 'args', 1], 'b'],
      [['apps', 0, 'args', 0], undefined],
      [['apps', 0, 'env', 'A'], undefined],
    ] as const)
      expect(() => editYaml(aliased, [{ path: [...path], value }])).to.throw(
        RangeError,
        `${path.join('/')} cannot be set by itself: an anchor shares it`,
      )
  })

  it('puts another app in the place of one, and one key in the place of all', () => {
    const text = `${ODD}apps:\n  - script: a.js # it\n    name: a\n`
    const written = (path: (string | number)[], value: unknown) => editYaml(text, [{ path, value }])
    const read = (...given: Parameters<typeof written>) => parse(written(...given)) as object
    // In no other place than that of the whole document, which is written anew.
    expect(written(['apps', 0], { script: 'b.js' })).to.equal(
      'x-odd: [ 1, 2 ] # odd\napps:\n  - script: b.js\n',
    )
    expect(read(['apps'], [1])).to.have.deep.property('apps', [1])
    expect(read(['apps', 0, 'name', 'x'], 1)).to.have.nested.property('apps[0].name.x', 1)
  })

  it('takes nothing out that is not there, and the only key of a map', () => {
    const text = `${ODD}apps:\n  - script: a.js\n    env:\n      A: 1\n`
    for (const path of [
      ['apps', 0, 'env', 'B'],
      ['apps', 0, 'io', 'b'],
      ['apps', 0, 'script', 'b'],
      ['deploy', 'p', 'app'],
    ])
      expect(editYaml(text, [{ path, value: undefined }]), path.join('/')).to.equal(text)
    const only = 'apps:\n  - name: a\n'
    expect(parse(editYaml(only, [{ path: ['apps', 0, 'name'], value: undefined }]))).to.deep.equal({
      apps: [{}],
    })
    const emptied = editYaml(text, [{ path: ['apps', 0, 'env', 'A'], value: undefined }])
    expect(parse(emptied)).to.have.nested.property('apps[0].env').that.deep.equals({})
    expect(emptied).to.contain('# odd')
  })

  it('keeps the line ends of Windows where it has to write the file anew', () => {
    const text = 'apps:\r\n  - script: a.js\r\n  - script: b.js # b\r\n'
    expect(editYaml(text, [{ path: ['apps', 0], value: undefined }])).to.equal(
      'apps:\r\n  - script: b.js # b\r\n',
    )
    const long = `apps:\n  - script: a.js\n  - script: ${'b '.repeat(90)}b\n`
    expect(editYaml(long, [{ path: ['apps', 0], value: undefined }])).to.equal(
      long.replace('  - script: a.js\n', ''),
    )
  })

  it('writes a file that is not there yet', () => {
    expect(parse(editYaml('', [{ path: ['apps', 0, 'script'], value: 'a.js' }]))).to.deep.equal({
      apps: [{ script: 'a.js' }],
    })
    expect(editYaml('# nothing yet\n', [{ path: ['a'], value: 1 }])).to.match(
      /^# nothing yet\n+a: 1\n$/,
    )
  })
})

describe('editing JSON in place', () => {
  const set = (text: string, path: (string | number)[], value: unknown) =>
    editJson(text, [{ path, value }])

  it('keeps its indentation and its line ends', () => {
    const tabs = '{\n\t"script": "a.js"\n}\n'
    expect(set(tabs, ['apps', 0, 'name'], 'a')).to.equal(
      '{\n\t"script": "a.js",\n\t"name": "a"\n}\n',
    )
    const windows = '{\r\n    "script": "a.js"\r\n}\r\n'
    expect(set(windows, ['apps', 0, 'name'], 'a')).to.equal(
      '{\r\n    "script": "a.js",\r\n    "name": "a"\r\n}\r\n',
    )
    expect(set('{"script": "a.js"}', ['apps', 0, 'name'], 'a')).to.match(/\n {2}"name": "a"/)
    expect(set('{"script": "a.js",}', ['apps', 0, 'name'], 'a')).to.contain('"name": "a"')
  })

  it('finds the apps where they are, and other blocks as well', () => {
    expect(JSON.parse(set('[{"script": "a.js"}]', ['apps', 0, 'name'], 'a'))).to.deep.equal([
      { script: 'a.js', name: 'a' },
    ])
    const block = set('{"deploy": {"p": {"app": "abc"}}}', ['deploy', 'p', 'env'], 'prod')
    expect(JSON.parse(block)).to.deep.equal({ deploy: { p: { app: 'abc', env: 'prod' } } })
    const fresh = set('{"deploy": {}}', ['apps', 0, 'script'], 'a.js')
    expect(JSON.parse(fresh)).to.deep.equal({ deploy: {}, apps: [{ script: 'a.js' }] })
    const bare = set('{"script": "a.js", "watch": true}', ['apps', 0, 'watch'], undefined)
    expect(JSON.parse(bare)).to.deep.equal({ script: 'a.js' })
  })
})

describe('editing JSON that is written as a JavaScript object', () => {
  const text =
    "{\n  // mine\n  apps: [{\n    name: 'a', script: \"a.js\", // main\n    watch: true,\n    env: { PORT: 80, A: 'x' },\n  }]\n}\n"

  it('takes out an entry, and leaves the rest as it was', () => {
    expect(editJson(text, [{ path: ['apps', 0, 'watch'], value: undefined }])).to.equal(
      text.replace('    watch: true,\n', ''),
    )
    expect(editJson(text, [{ path: ['apps', 0, 'env', 'PORT'], value: undefined }])).to.equal(
      text.replace('PORT: 80, ', ''),
    )
  })

  it('takes out the line of an entry, or what is its own of it', () => {
    const out = (before: string, ...path: (string | number)[]) =>
      editJson(before, [{ path, value: undefined }])
    expect(out("{\r\n  script: 'a',\r\n  watch: true  ,  \r\n}", 'apps', 0, 'watch')).to.equal(
      "{\r\n  script: 'a',\r\n}",
    )
    expect(out("{\n  script: 'a', watch: true,\n}", 'apps', 0, 'watch')).to.equal(
      "{\n  script: 'a', \n}",
    )
    expect(out("{\n  watch: true, \t script: 'a',\n}", 'apps', 0, 'watch')).to.equal(
      "{\n  script: 'a',\n}",
    )
    expect(out("{ script: 'a', watch: true }", 'apps', 0, 'watch')).to.equal("{ script: 'a', }")
    expect(out("{watch: true, script: 'a'}", 'apps', 0, 'watch')).to.equal("{script: 'a'}")
    expect(out("[{script: 'a', watch: 1, watch: 2}]", 'apps', 0, 'watch')).to.equal(
      "[{script: 'a', watch: 1, }]",
    )
    expect(out("{deploy: {p: {app: 'abc', 1: 2}}}", 'deploy', 'p', 1)).to.equal(
      "{deploy: {p: {app: 'abc', }}}",
    )
  })

  it('refuses another change, and an entry that is not there', () => {
    const refusing = (before: string, path: (string | number)[], value?: unknown) =>
      expect(() => editJson(before, [{ path, value }])).to.throw(
        RangeError,
        `${path.join('/')} cannot be set in a file that is written as a JavaScript object`,
      )
    refusing(text, ['apps', 0, 'name'], 'b')
    refusing(text, ['apps', 0, 'nothing'])
    refusing(text, ['apps', 3, 'name'])
    refusing(text, ['apps', 0])
    refusing(text, ['deploy', 'p', 'app'])
    refusing('', ['apps', 0, 'name'], 'b')
  })
})
