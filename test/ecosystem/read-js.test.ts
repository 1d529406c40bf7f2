import { expect } from 'chai'
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { access, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { explain } from '../../src/ecosystem/index.js'
import { useFolder } from './folder.js'

const APP = `{ name: 'a', script: 'a.js' }`

describe('reading an ecosystem file in JavaScript', () => {
  const { file, read, dir } = useFolder()
  const good: [string, string][] = [
    ['cjs.config.cjs', `module.exports = { apps: [${APP}] }`],
    ['cjs.config.js', `exports.apps = [${APP}]`],
    ['list.config.js', `module.exports = [${APP}]`],
    ['single.config.js', `module.exports = ${APP}`],
    ['esm.config.mjs', `export default { apps: [${APP}] }`],
    ['named.config.mjs', `export const apps = [${APP}]`],
    ['await.config.mjs', `const apps = await Promise.resolve([${APP}]); export default { apps }`],
    [
      'chatty.config.js',
      `console.log('{"data": {}}'); process.stdout.write('x'.repeat(1e6)); module.exports = { apps: [${APP}] }`,
    ],
    ['timer.config.js', `setInterval(() => {}, 1000); module.exports = { apps: [${APP}] }`],
    [
      'require.config.js',
      `const path = require('node:path'); module.exports = { apps: [{ name: path.basename('/x/a'), script: 'a.js' }] }`,
    ],
    [
      'unicode.config.js',
      `module.exports = { apps: [{ name: 'a', script: 'a.js', namespace: undefined }] } // ${'é'.repeat(10)}`,
    ],
    [
      'loud exit.config.js',
      `process.on('exit', () => { for (;;) {} }); module.exports = { apps: [${APP}] }`,
    ],
  ]
  for (const [name, text] of good) {
    it(`reads ${name}`, async function () {
      this.timeout(60_000)
      const found = await read(name, text, name.startsWith('loud') ? { timeout: 3000 } : {})
      expect(found.problems).to.deep.equal([])
      expect(found.apps).to.deep.equal([{ name: 'a', script: 'a.js' }])
      expect(found.format).to.equal('js')
    })
  }

  it('reads a .js file of a package of ES modules', async function () {
    this.timeout(60_000)
    const manifest = await file('package.json', '{"type": "module"}')
    const found = await read('esm.config.js', `export default { apps: [${APP}] }`)
    await writeFile(manifest, '{}')
    expect(found.problems).to.deep.equal([])
    expect(found.apps).to.have.length(1)
  })

  it('says how to call a file that is not what package.json says', async function () {
    this.timeout(60_000)
    const manifest = await file('package.json', '{"type": "module"}')
    const found = await read('wrong.config.js', `module.exports = { apps: [${APP}] }`)
    await writeFile(manifest, '{}')
    expect(found.problems.map((problem) => explain(problem, 'f'))).to.deep.equal([
      'f:1:1: module is not defined in ES module scope; call it wrong.config.cjs',
    ])
  })

  const bad: [string, string, RegExp][] = [
    [
      'syntax.config.cjs',
      'module.exports = {\n  apps: [\n    { script: }\n  ]\n}\n',
      /^f:3:15: not JavaScript: Unexpected token '}'$/,
    ],
    [
      'syntax.config.mjs',
      'export default {\n  apps: [\n    { script: }\n  ]\n}\n',
      /^f:3:15: not JavaScript: Unexpected token '}'$/,
    ],
    ['throws.config.js', "const a = 1\nthrow new Error('no\\nway')\n", /^f:2:7: threw Error: no$/],
    [
      'borrows.config.js',
      'module.exports = { apps: [{ script: os.hostname() }] }\n',
      /^f:1:37: threw ReferenceError: os is not defined$/,
    ],
    ['throws text.config.js', "throw 'words'\n", /^f: threw Thrown: words$/],
    [
      'missing.config.js',
      "\nrequire('not-there')\n",
      /^f:2:1: needs the package not-there, which is not installed; install the dependencies of the project first$/,
    ],
    [
      'exits.config.js',
      'process.exit(0)\n',
      /^f: ended its process with code 0 before it exported anything$/,
    ],
    ['exits3.config.js', 'process.exit(3)\n', /^f: ended its process with code 3 before/],
    [
      'killed.config.js',
      "process.kill(process.pid, 'SIGKILL')\nfor (;;) {}\n",
      /^f: was ended by SIGKILL before/,
    ],
    [
      'number.config.js',
      'module.exports = 42\n',
      /^f: exports a number, and not an object with apps$/,
    ],
    ['null.config.js', 'module.exports = null\n', /^f: exports null, and not/],
    [
      'function.config.js',
      'module.exports = () => ({ apps: [] })\n',
      /^f: exports a function, and not/,
    ],
    ['nothing.config.js', 'const apps = []\n', /^f: holds no apps; add a list called apps$/],
    ['empty.config.js', ' \n', /^f: the file is empty$/],
    [
      'huge.config.js',
      "module.exports = { apps: [{ script: 'x'.repeat(3e6) }] }\n",
      /^f: exports more than 1 MB$/,
    ],
    [
      'memory.config.js',
      'const all = []\nfor (;;) all.push(new Array(1e5).fill({}))\n',
      /^f: used more than 256 MB of memory$/,
    ],
  ]
  for (const [name, text, expected] of bad) {
    it(`says what is wrong with ${name}`, async function () {
      this.timeout(60_000)
      const found = await read(name, text, { timeout: 30_000 })
      expect(found.problems.map((problem) => explain(problem, 'f'))[0]).to.match(expected)
      expect(found.problems[0]!.severity).to.equal('error')
      expect(found.apps).to.deep.equal([])
    })
  }

  it('gives up on a file that never ends', async () => {
    const found = await read('loop.config.js', 'for (;;) {}\n', { timeout: 300 })
    expect(explain(found.problems[0]!, 'f')).to.equal(
      'f: did not finish in 0.3 s; the file must export its apps without waiting for anything',
    )
  })

  it('does not wait for a program that the file left behind', async function () {
    this.timeout(60_000)
    const mark = path.join(dir(), 'left.pid')
    const text = `const child = require('node:child_process').spawn('sleep', ['30'], { stdio: 'inherit' })\nrequire('node:fs').writeFileSync(${JSON.stringify(mark)}, String(child.pid))\nprocess.exit(1)\n`
    const started = Date.now()
    const found = await read('leaves.config.js', text)
    const { readFile } = await import('node:fs/promises')
    process.kill(Number(await readFile(mark, 'utf8')))
    expect(explain(found.problems[0]!, 'f')).to.match(/ended its process with code 1/)
    expect(Date.now() - started).to.be.lessThan(25_000)
  })

  it('says what is no data, and leaves it out', async () => {
    const found = await read(
      'odd.config.js',
      `const app = { script: 'a.js', args: () => 1, kill_timeout: NaN }; app.io = { app }; module.exports = app`,
    )
    expect(found.problems.map((problem) => explain(problem, 'f'))).to.deep.equal([
      'f apps/0/args: is a function, which is no data, and is left out',
      'f apps/0/kill_timeout: is NaN, which is no data, and is left out',
      'f apps/0/io/app: is a reference to something around it, which is no data, and is left out',
    ])
    expect(found.apps).to.deep.equal([{ name: 'a', script: 'a.js', io: {} }])
  })

  it("keeps the user's secrets from the file", async () => {
    const text = `module.exports = { apps: [{ script: 'a.js', env: { NAMES: Object.keys(process.env).join(' '), HOME: String(process.env.HOME) } }] }`
    process.env['HEROKU_API_KEY_OF_TEST'] = 'hunter2'
    try {
      const { apps } = await read('env.config.js', text)
      expect(apps[0]!.env!['NAMES']).not.to.include('HEROKU_API_KEY_OF_TEST')
      expect(apps[0]!.env!['HOME']).to.equal(process.env['HOME'])
      const given = await read('env.config.js', text, { env: { HEROKU_API_KEY_OF_TEST: 'x' } })
      expect(given.apps[0]!.env!['NAMES']).to.include('HEROKU_API_KEY_OF_TEST')
    } finally {
      delete process.env['HEROKU_API_KEY_OF_TEST']
    }
  })

  it('works from a CommonJS bundle', async function () {
    this.timeout(60_000)
    const outfile = path.join(dir(), 'bundle.cjs')
    const entry = new URL('../../src/ecosystem/index.ts', import.meta.url).pathname
    const { warnings } = await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      outfile,
      mainFields: ['module', 'main'],
      logLevel: 'silent',
    })
    expect(warnings).to.deep.equal([])
    await file('bundled.config.mjs', `export default { apps: [${APP}] }`)
    await access(outfile)
    const script = `require(${JSON.stringify(outfile)}).readEcosystem('bundled.config.mjs').then((found) => console.log(JSON.stringify(found)))`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd: dir() })
    expect(JSON.parse(stdout)).to.deep.include({
      problems: [],
      apps: [{ name: 'a', script: 'a.js' }],
    })
  })
})
