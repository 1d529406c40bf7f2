import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { discoverProcessTypes } from '../../../src/embedded/build/detect.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { writeTree, type Tree } from './build-app.js'

/** heroku-buildpack-nodejs, bin/release and the end of bin/compile. */
describe('the process types of an app', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-test-'))
  })
  after(() => rm(folder, { recursive: true }))

  const cases: [what: string, tree: Tree, types: Record<string, string>, isWarned: boolean][] = [
    [
      'are those of the Procfile',
      { Procfile: 'web: node a.js\nworker: node b.js' },
      { web: 'node a.js', worker: 'node b.js' },
      false,
    ],
    [
      'have npm start for web if the Procfile has no web',
      { Procfile: 'worker: node w.js' },
      { worker: 'node w.js', web: 'npm start' },
      false,
    ],
    [
      'have no web with an mcp type',
      { Procfile: 'mcp-tools: node m.js' },
      { 'mcp-tools': 'node m.js' },
      false,
    ],
    [
      'are web alone without a Procfile',
      { 'package.json': { scripts: { start: 'node .' } } },
      { web: 'npm start' },
      false,
    ],
    ['are web alone for a server.js', { 'server.js': '' }, { web: 'npm start' }, false],
    ['are web with a warning if nothing can be started', {}, { web: 'npm start' }, true],
  ]
  for (const [what, tree, types, isWarned] of cases) {
    it(what, async () => {
      const dir = await mkdtemp(path.join(folder, 'app-'))
      await writeTree(dir, { 'package.json': {}, ...tree })
      let text = ''
      const output = new BuildOutput(path.join(dir, 'output'), (chunk) => {
        text += chunk.toString()
      })
      const context = {
        places: { dir, home: dir, temp: dir, programs: [], caches: dir, nodes: dir },
        cache: dir,
        env: {},
        hostEnv: {},
        configVars: {},
        output,
        signal: new AbortController().signal,
        onProcessGroup: () => undefined,
      }
      expect(await discoverProcessTypes(context)).to.deep.equal(types)
      output.end()
      expect(text.includes('may not specify any way to start a node process')).to.equal(isWarned)
    })
  }
})
