import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { plainYaml } from '../../src/runtime/plain-yaml.js'

const { load, CORE_SCHEMA } = createRequire(
  createRequire(import.meta.url).resolve('pm2/package.json'),
)('js-yaml') as {
  load(text: string, options: { schema: unknown }): unknown
  CORE_SCHEMA: unknown
}

const FILE = `# apps
apps:
  - name: api
    script: ./dist/server.js
    args: --port 3000 --name "x"
    instances: max
    max_memory_restart: 150M   # a limit
    env:
      NODE_ENV: production
      URL: http://localhost:3000/a?b=c
      EMPTY:
      QUOTED: 'a: b # c'
    watch: [src, "lib", 'test']
  - { name: jobs, script: jobs.js, instances: 2, env: { A: 1, B: [x, y] }, autorestart: false }
deploy:
  production:
    user: node
    host:
    - one
    - two
`

/**
 * What takes the place of a piece of the file, to make texts that no one would write and some that
 * one would.
 */
const PIECES = [
  '',
  ' ',
  '  ',
  '\n',
  '\n  ',
  '\n    ',
  '-',
  '- ',
  ':',
  ': ',
  '#',
  ' #',
  ',',
  '[',
  ']',
  '{',
  '}',
  "'",
  '"',
  '|',
  '>',
  '~',
  'null',
  'yes',
  'on',
  'True',
  '0777',
  '0x1F',
  '1e3',
  '.5',
  '1.',
  '-0',
  '+7',
  '.inf',
  '.NaN',
  '12:30:45',
  '2020-01-01',
  '1_000',
  '10s',
  'a b',
  'a: b',
  'a:b',
  'a#b',
  '@x',
  '`',
  '%',
  '?',
  '? ',
  '&a',
  '*a',
  '!!str',
  '<<: 1',
  '---',
  '...',
  '\\',
  '__proto__: 1',
  'name: again',
  '...\n',
  'é',
  '\t',
  '\r\n',
  '=',
  '$HOME',
  '^1',
  '(x)',
  '/a/b',
  '-x',
  '--',
  '- - a',
  '[a',
  'a]',
  '{a: 1',
  '[a,]',
  '{a}',
  '{a: {b: c}}',
  "''",
  '""',
  "'it''s'",
  '"a\\tb"',
  'a,b',
  'a, b',
]

/** The same numbers each time (Park and Miller). */
function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below
}

function byPm2(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA })
  } catch (error) {
    return error
  }
}

describe('the reader of plain YAML', () => {
  it("reads what people write, as PM2's reader does", () => {
    expect(plainYaml(FILE))
      .to.deep.equal(load(FILE, { schema: CORE_SCHEMA }))
      .and.not.equal(undefined)
  })

  it("reads templates as PM2's reader does", () => {
    const files = readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.ya?ml$/.test(file),
    )
    for (const file of files) {
      const text = readFileSync(path.join('templates', file), 'utf8')
      const plain = plainYaml(text)
      if (plain !== undefined) expect(plain).to.deep.equal(load(text, { schema: CORE_SCHEMA }))
    }
  })

  it("reads nothing in another way than PM2's reader, whatever stands in the file", () => {
    const next = sequence(20_260_101)
    let read = 0
    for (let round = 0; round < 8000; round += 1) {
      let text = FILE
      for (let change = 0; change <= next(3); change += 1) {
        const at = next(text.length)
        text =
          text.slice(0, at) + (PIECES[next(PIECES.length)] as string) + text.slice(at + next(12))
      }
      const plain = plainYaml(text)
      if (plain === undefined) continue
      read += 1
      expect(plain, text).to.deep.equal(byPm2(text))
    }
    expect(read).to.be.above(300)
  }).timeout(60_000)
})
