import { expect } from 'chai'
import { explain, readEcosystemText, type Ecosystem } from '../../src/ecosystem/index.js'

const head = 'apps:\n  - script: a.js\n    env_prod: {A: 1}\n    env_homolog: {A: 2}\ndeploy:\n'
const read = (...lines: string[]): Ecosystem =>
  readEcosystemText(head + lines.map((line) => `  ${line}\n`).join(''), 'e.yml')
const said = ({ problems }: Ecosystem): string[] =>
  problems.map((problem) => `${problem.severity[0]} ${explain(problem, 'e.yml')}`)

describe('the deploy block', () => {
  it('is read whole', () => {
    const found = read(
      'production: { app: my-app, ref: main, env: prod, health: /healthz, formation: { web: "2:standard-1x", worker: 1 }, config: [DATABASE_URL] }',
      'homolog: { app: my-app-homolog, ref: develop, env: homolog, subdirectory: packages/api }',
    )
    expect(said(found)).to.deep.equal([])
    expect(found.deploy).to.deep.equal({
      production: {
        app: 'my-app',
        ref: 'main',
        env: 'prod',
        health: '/healthz',
        formation: { web: '2:standard-1x', worker: '1' },
        config: ['DATABASE_URL'],
      },
      homolog: {
        app: 'my-app-homolog',
        ref: 'develop',
        env: 'homolog',
        subdirectory: 'packages/api',
      },
    })
    expect(found.sshTargets).to.deep.equal([])
  })

  it('takes the stage of a pipeline, and says where one is none', () => {
    const found = read('s: { app: shop-staging, stage: staging }', 'p: { app: shop, stage: prod }')
    expect(found.deploy['s']).to.deep.equal({ app: 'shop-staging', stage: 'staging' })
    expect(said(found)).to.deep.equal([
      'e e.yml:7:26 deploy/p/stage: must be a stage of a pipeline: review, development, staging ' +
        'or production, not "prod"',
    ])
  })

  it('takes health as a map, and as none', () => {
    const found = read(
      'p: { health: { path: /ready, status: 204, header: { Authorization: $HEALTH }, timeout: 90 } }',
      'q: { health: none }',
    )
    expect(said(found)).to.deep.equal([])
    expect(found.deploy).to.deep.equal({
      p: {
        health: {
          path: '/ready',
          status: '204',
          header: { Authorization: '$HEALTH' },
          timeout: '90',
        },
      },
      q: { health: 'none' },
    })
  })

  it("leaves PM2's own targets alone and names them", () => {
    const found = read(
      'old: { user: node, host: [a.example, b.example], ref: origin/main, repo: git@x:y.git, path: /srv, post-deploy: npm i, env: { NODE_ENV: production } }',
      'new: { app: my-app }',
      'options: { ssh_options: StrictHostKeyChecking=no, forward-agent: yes, pre-deploy-local: "", nonsense: 1 }',
    )
    expect(said(found)).to.deep.equal([])
    expect(found.sshTargets).to.deep.equal(['old', 'options'])
    expect(Object.keys(found.deploy)).to.deep.equal(['new'])
  })

  it('reads a target that holds both as ours', () => {
    const found = read(
      'both: { app: my-app, host: a.example, ref: main, env: { NODE_ENV: production } }',
    )
    expect(said(found)).to.deep.equal([])
    expect(found.deploy).to.deep.equal({
      both: { app: 'my-app', ref: 'main', ssh: ['host', 'env'] },
    })
    expect(found.sshTargets).to.deep.equal([])
  })

  it('that holds both keeps a name of an environment', () => {
    const found = read('both: { app: my-app, host: a.example, env: prod }')
    expect(found.deploy).to.deep.equal({ both: { app: 'my-app', env: 'prod', ssh: ['host'] } })
    expect(read('ours: { app: my-app, env: prod }').deploy['ours']).to.not.have.property('ssh')
  })

  it("is PM2's own by any of its words, unless it has one of ours", () => {
    const isTheirs = (target: object) => {
      const text = JSON.stringify({ apps: [{ script: 'a.js' }], deploy: { p: target } })
      return readEcosystemText(text, 'e.json').sshTargets.length === 1
    }
    const theirs =
      'user host port key repo path fetch ssh_options forward-agent needs_tty pre-setup ' +
      'post-setup pre-deploy pre-deploy-local post-deploy'
    for (const word of theirs.split(' ')) {
      expect(isTheirs({ [word]: 'x' }), word).to.equal(true)
      expect(isTheirs({ [word]: 'x', ref: 'main', env: { A: 1 } }), word).to.equal(true)
    }
    for (const word of 'app stage health formation config subdirectory'.split(' '))
      expect(isTheirs({ host: 'x', [word]: 'x' }), word).to.equal(false)
    for (const target of [{}, { ref: 'main' }, { env: 'prod' }, { unknown: 1 }])
      expect(isTheirs(target), JSON.stringify(target)).to.equal(false)
  })

  it('has variables for apps that are started with its name', () => {
    const found = read('prod: { host: a, env: { A: 5, B: true } }', 'q: { app: my-app, env: prod }')
    expect(found.deployEnv).to.deep.equal({ prod: { A: '5', B: 'true' } })
    expect(read('q: { app: my-app }')).to.not.have.property('deployEnv')
  })

  it('takes what can be a name, and nothing that only has one in it', () => {
    const refuses = (key: string, value: unknown) => {
      const text = JSON.stringify({
        apps: [{ script: 'a.js', env_prod: {} }],
        deploy: { p: { [key]: value } },
      })
      return readEcosystemText(text, 'e.json').problems.some(({ severity }) => severity === 'error')
    }
    const good: [string, unknown[]][] = [
      ['app', ['abc', 'a-1', `a${'b'.repeat(29)}`]],
      ['stage', ['review', 'development', 'staging', 'production']],
      ['ref', ['main', 'v1.2', 'feature/a-b', '@']],
      ['env', ['prod']],
      ['subdirectory', ['a', 'a/b', '..a', './a', 'a/..b']],
      ['formation', [{ web: 1 }, { 'my-worker_2': '2:eco' }, {}]],
      ['config', [['A', '_b', 'C1'], []]],
    ]
    const bad: [string, unknown[]][] = [
      ['app', ['1ab', 'abc-', 'Abc', 'abc\n', 'a b', 'ab_c', `a${'b'.repeat(30)}`]],
      ['stage', ['xreview', 'reviews', 'my staging', '']],
      ['ref', ['-x', 'a..b', 'a b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[', 'a\\b', '', 7]],
      ['env', ['env_prod', 'a b', '', 7]],
      ['subdirectory', ['/a', '~a', '\\a', '..', '../a', 'a/../b', 'a/..', '', 7]],
      ['formation', [{ 'a b': 1 }, { 'a!': 1 }, { web: 'x1' }, { web: null }, { web: true }, [1]]],
      ['config', [['1A'], ['A-B'], ['A='], [7], 'A', ['A', '']]],
    ]
    for (const [key, values] of good)
      for (const value of values)
        expect(refuses(key, value), `${key}: ${JSON.stringify(value)}`).to.equal(false)
    for (const [key, values] of bad)
      for (const value of values)
        expect(refuses(key, value), `${key}: ${JSON.stringify(value)}`).to.equal(true)
  })

  const cases: [string, string[]][] = [
    [
      'p: { ap: my-app }',
      ['w e.yml:6:8 deploy/p/ap: unknown key of a deploy target; did you mean app?'],
    ],
    [
      'p: { app: my-app, helth: /x }',
      ['w e.yml:6:21 deploy/p/helth: unknown key of a deploy target; did you mean health?'],
    ],
    ...['apps', 'stag', 'reff', 'envv', 'formatoin', 'confg', 'subdirectry'].map(
      (slip, at): [string, string[]] => {
        const meant = ['app', 'stage', 'ref', 'env', 'formation', 'config', 'subdirectory'][at]
        return [
          `p: { ${slip}: x }`,
          [`w e.yml:6:8 deploy/p/${slip}: unknown key of a deploy target; did you mean ${meant}?`],
        ]
      },
    ),
    ['p: { env: staging }', ['w e.yml:6:13 deploy/p/env: no app has env_staging']],
    ['p: { env: pro }', ['w e.yml:6:13 deploy/p/env: no app has env_pro; did you mean prod?']],
    ['p: { env: od }', ['w e.yml:6:13 deploy/p/env: no app has env_od']],
    [
      'p: { env: production }',
      ['w e.yml:6:13 deploy/p/env: no app has env_production; did you mean prod?'],
    ],
    [
      'p: { env: env_prod }',
      ['e e.yml:6:13 deploy/p/env: must be the NAME of an env_NAME block, not "env_prod"'],
    ],
    [
      'p: { env: {A: 1} }',
      ['e e.yml:6:13 deploy/p/env: must be the NAME of an env_NAME block, not a map'],
    ],
    [
      'p: { app: My_App }',
      [
        'e e.yml:6:13 deploy/p/app: must be an app\'s name: 3 to 30 of a-z, 0-9 and -, a letter first, not "My_App"',
      ],
    ],
    [
      'p: { app: 12 }',
      [
        "e e.yml:6:13 deploy/p/app: must be an app's name: 3 to 30 of a-z, 0-9 and -, a letter first, not 12",
      ],
    ],
    [
      `p: { app: a${'b'.repeat(30)} }`,
      [
        `e e.yml:6:13 deploy/p/app: must be an app's name: 3 to 30 of a-z, 0-9 and -, a letter first, not "a${'b'.repeat(30)}"`,
      ],
    ],
    [
      'p: { app: ab }',
      [
        'e e.yml:6:13 deploy/p/app: must be an app\'s name: 3 to 30 of a-z, 0-9 and -, a letter first, not "ab"',
      ],
    ],
    [
      'p: { ref: --upload-pack=x }',
      ['e e.yml:6:13 deploy/p/ref: must be a branch, a tag or a commit, not "--upload-pack=x"'],
    ],
    [
      'p: { ref: "a..b" }',
      ['e e.yml:6:13 deploy/p/ref: must be a branch, a tag or a commit, not "a..b"'],
    ],
    [
      'p: { health: healthz }',
      [
        'e e.yml:6:16 deploy/p/health: must be a path that begins with /, none, or a map of path, status, header and timeout, not "healthz"',
      ],
    ],
    [
      'p: { health: { pth: /x } }',
      [
        'e e.yml:6:16 deploy/p/health: has an unknown key "pth"; it takes path, status, header, timeout',
      ],
    ],
    [
      'p: { health: { status: 200-700 } }',
      ['e e.yml:6:16 deploy/p/health: status must be such as 200-399,401, not "200-700"'],
    ],
    [
      'p: { health: { timeout: soon } }',
      ['e e.yml:6:16 deploy/p/health: timeout must be a time such as 90s, not "soon"'],
    ],
    [
      'p: { health: { header: { "X Y": secret } } }',
      ['e e.yml:6:16 deploy/p/health: header "X Y" cannot be sent'],
    ],
    [
      'p: { subdirectory: ../x }',
      ['e e.yml:6:22 deploy/p/subdirectory: must be a folder inside the repository, not "../x"'],
    ],
    [
      'p: { subdirectory: a/.. }',
      ['e e.yml:6:22 deploy/p/subdirectory: must be a folder inside the repository, not "a/.."'],
    ],
    ['p: { subdirectory: a..b/c }', []],
    [
      'p: { subdirectory: /etc }',
      ['e e.yml:6:22 deploy/p/subdirectory: must be a folder inside the repository, not "/etc"'],
    ],
    [
      'p: { formation: 2 }',
      [
        'e e.yml:6:19 deploy/p/formation: must map process types to a count and a size, such as web: "2:standard-1x"',
      ],
    ],
    [
      'p: { formation: {web: "two"} }',
      [
        'e e.yml:6:19 deploy/p/formation: must map process types to a count and a size, such as web: "2:standard-1x"; web is "two"',
      ],
    ],
    [
      'p: { formation: {web: -1} }',
      [
        'e e.yml:6:19 deploy/p/formation: must map process types to a count and a size, such as web: "2:standard-1x"; web is "-1"',
      ],
    ],
    [
      'p: { config: {TOKEN: hunter2} }',
      ['e e.yml:6:16 deploy/p/config: must be a list of config vars, by name only'],
    ],
    [
      'p: { config: [TOKEN=hunter2] }',
      ['e e.yml:6:16 deploy/p/config: must be a list of config vars, by name only'],
    ],
    ['p: my-app', ['e e.yml:6:6 deploy/p: must be a map']],
    ['p:', ['e e.yml:6:3 deploy/p: must be a map']],
    ['- app: my-app', ['e e.yml:6:3 deploy: must be a map of names to targets']],
    ['p: { app: , ref: main }', []],
  ]
  for (const [line, expected] of cases)
    it(expected[0]?.slice(2) ?? `has nothing against ${line}`, () =>
      expect(said(read(line))).to.deep.equal(expected),
    )

  it('never repeats what might be a secret', () => {
    expect(
      JSON.stringify(
        read('p: { config: [TOKEN=hunter2], formation: {web: {hunter2: 1}} }').problems,
      ),
    ).not.to.include('hunter2')
  })
})
