// The CLI in one file: node starts it in a third of the time that it needs to find and read some hundred modules.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'
import { startUp } from './start-up.mjs'

/** Makes dist/shipit.cjs of src/cli.ts. Its first line names the build and the commands: what the code cache goes by. */
export async function buildCli(root) {
  const out = path.join(root, 'dist/shipit.cjs')
  const ids = commandIds(path.join(root, 'src/commands'))
  await build({
    absWorkingDir: root,
    entryPoints: ['src/cli.ts'],
    outfile: out,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    // Classes and functions keep their names: oclif and DEBUG show them.
    keepNames: false,
    mainFields: ['module', 'main'],
    conditions: ['module', 'import', 'node'],
    // undici is large and for proxies alone; the others are oclif's own for development.
    external: ['undici', 'typescript', 'ts-node', 'tsx', 'tsx/*'],
    // Code that comes from the cache has no way to import a module of its own.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl', 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    banner: { js: "const importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'require-resolve-not-external': 'silent' },
    plugins: [commandsPlugin(root, ids), withoutEditor, ...startUp],
  })
  await build({ absWorkingDir: root, entryPoints: ['src/code-cache.ts'], outfile: path.join(root, 'dist/code-cache.cjs'), platform: 'node', target: 'node20.19', format: 'cjs', minifyWhitespace: true })
  // The bundle is read as ASCII, the quickest way: esbuild has escaped what stands in strings, but not what stands in patterns.
  const code = readFileSync(out, 'utf8').replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) // eslint-disable-line no-control-regex -- ASCII is the point
  const words = [...new Set(ids.map((id) => id.split(':')[0]))]
  writeFileSync(out, `// ${createHash('sha256').update(code).digest('hex').slice(0, 16)} ${words.join(' ')}\n${asFunction(code)}`)
}

/** A CommonJS module that is a function in itself: run as a script it is that function, and need not be wrapped, which would copy all of it at each start. */
const asFunction = (code) => {
  const names = 'exports,require,module,__filename,__dirname'
  return `(f=>typeof module==='object'?f(${names}):f)((function(${names}){${code}\n}))\n`
}

/** `deploy`, `keys:set`: the files of src/commands, as oclif names commands. */
function commandIds(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length).split(path.sep).join(':').replace(/(^|:)index$/, ''))
    .sort()
}

const commandsPlugin = (root, ids) => ({
  name: 'commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^shipit:commands$/ }, () => ({ path: 'commands', namespace: 'shipit' }))
    onLoad({ filter: /./, namespace: 'shipit' }, () => ({
      resolveDir: path.join(root, 'src'),
      contents: `export const COMMANDS = {\n${ids.map((id) => `  get ${JSON.stringify(id)}() { return require('./commands/${id.replaceAll(':', '/')}.ts').default },`).join('\n')}\n}\n`,
    }))
  },
})

/** No command asks with an editor, and its tables of encodings would be a fifth of the file. */
const withoutEditor = {
  name: 'without-editor',
  setup({ onLoad }) {
    onLoad({ filter: /@inquirer[\\/]editor[\\/].*\.js$/ }, () => ({ contents: 'export default undefined' }))
  },
}
