import { expect } from 'chai'
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { access, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { evaluate } from '../../src/ecosystem/evaluate.js'
import { explain } from '../../src/ecosystem/index.js'
import { until } from '../support/until.js'
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

  it('gives the file the variables that programs need', async () => {
    const names = [
      ...['PATH', 'HOME', 'NODE_ENV', 'TMPDIR', 'TZ', 'LANG', 'SystemRoot', 'USERPROFILE', 'TEMP'],
    ]
    const before = names.map((name) => [name, process.env[name]] as const)
    for (const name of names) process.env[name] ??= 'given'
    try {
      const at = await file('own.config.js', 'module.exports = { env: { ...process.env } }')
      const source = await evaluate(at)
      const { env } = (source as { data: { env: Record<string, string> } }).data
      expect(env).to.include(Object.fromEntries(names.map((name) => [name, process.env[name]])))
      // The folder that it runs in is not the one from which shipit was started.
      expect(Object.keys(env)).to.not.include('PWD')
    } finally {
      for (const [name, value] of before)
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
    }
  })

  it('ends what the file has started, however it ends itself', async () => {
    const mark = path.join(dir(), 'started.pid')
    const start =
      "const { pid } = require('node:child_process').spawn('sleep', ['300'], { stdio: 'ignore' });" +
      `require('node:fs').writeFileSync(${JSON.stringify(mark)}, String(pid));`
    const isRunning = (pid: number) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    for (const [end, options] of [
      [`module.exports = ${APP}`, {}],
      ['for (;;) {}', { timeout: 1500 }],
    ] as const) {
      await read('starts.config.js', start + end, options)
      const pid = Number(await readFile(mark, 'utf8'))
      await until('the end of what the file started', () => !isRunning(pid))
    }
  })

  it('takes no word of the file for its exports, and no line of its for the place of an error', async () => {
    const first = async (name: string, text: string) =>
      explain((await read(name, text)).problems[0]!, 'f')
    const say = (text: string) => `require('node:fs').writeSync(3, ${JSON.stringify(text)});`
    const garbage = 'f: wrote to file descriptor 3, which shipit reads its exports from'
    expect(await first('garbage.config.js', `${say('x\n')} process.exit(0)`)).to.equal(garbage)
    expect(await first('half.config.js', `${say('{')} process.exit(0)`)).to.equal(
      'f: ended its process with code 0 before it exported anything',
    )
    const lies = `console.error(__filename + ':99:9');\nthrow new Error('no')\n`
    expect(await first('lies.config.js', lies)).to.equal('f:2:7: threw Error: no')
    expect(await first('deep.config.js', "require('@a/b/c')")).to.equal(
      'f:1:1: needs the package @a/b, which is not installed; install the dependencies of the ' +
        'project first',
    )
    expect(await first('sub.config.js', "require('a/b')")).to.match(/needs the package a,/)
    for (const own of ['./gone', '/gone', '../gone', 'node:gone'])
      expect(await first('own.config.js', `require('${own}')`), own).to.match(/: threw /)
    expect(await first('absent.config.mjs', "import 'not-there'")).to.match(
      /needs the package not-there,/,
    )
    const message = 'throw new Error("It says: Cannot find module \'x\'")'
    expect(await first('says.config.js', message)).to.match(/threw Error: It says/)
  })

  it('reads what is written in pieces, in any script', async () => {
    const name = 'é€😀'.repeat(20_000)
    const { apps } = await read(
      'long.config.js',
      `module.exports = { script: 'a.js', name: ${JSON.stringify(name)} }`,
    )
    expect(apps[0]?.name).to.equal(name)
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
