// The CLI in few files: node starts it in a third of the time that it needs to find and read some
// hundred modules. What only some commands need is a file of its own.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build, transform } from 'esbuild'
import { Mapped } from './mapped.mjs'
import { definedVersion } from './package-json.mjs'
import { startUp } from './start-up/patches.mjs'

const TARGET = {
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  // Short names are read and looked up in less time; under DEBUG the maps tell the true ones.
  minifyIdentifiers: true,
  legalComments: 'none',
  logLevel: 'warning',
}

/**
 * Makes dist/cli: shipit.cjs of src/cli.ts with all that every command needs and all that is small,
 * and files of what only some commands need, if it is large. The first line of shipit.cjs names the
 * build and the commands: what the code cache goes by.
 */
export async function buildCli(root) {
  const folder = path.join(root, 'dist/cli')
  const ids = commandIds(path.join(root, 'src/commands'))
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: root,
    entryPoints: {
      shipit: 'src/cli.ts',
      ...Object.fromEntries(
        ids.map((id) => [fileOf(id), `src/commands/${id.replaceAll(':', '/')}.ts`]),
      ),
    },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    write: false,
    metafile: true,
    sourcemap: 'external',
    sourcesContent: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['module', 'import', 'node'],
    // express requires it, and calls what it gets: of an ES module that would be an object.
    alias: { 'is-promise': createRequire(import.meta.url).resolve('is-promise') },
    // undici is large and for proxies alone; the others are oclif's own for development.
    external: ['undici', 'typescript', 'ts-node', 'tsx', 'tsx/*'],
    define: {
      ...definedVersion(root),
      'import.meta.url': 'importMeta.url',
      'import.meta.filename': 'importMeta.filename',
      'import.meta.dirname': 'importMeta.dirname',
    },
    logOverride: { 'require-resolve-not-external': 'silent' },
    // A pattern that nothing uses would be taken apart at each start.
    pure: ['RegExp'],
    plugins: [
      commandsPlugin(root, ids),
      withoutEditor,
      ...(process.env.SHIPIT_PLAIN_BUILD ? [] : startUp),
    ],
  })
  const isCommonJs = (file) => {
    const { entryPoint } = metafile.outputs[path.relative(root, file).split(path.sep).join('/')]
    return entryPoint !== undefined && metafile.inputs[entryPoint].format === 'cjs'
  }
  const mapOf = new Map(
    outputFiles
      .filter(({ path: file }) => file.endsWith('.map'))
      .map(({ path: file, contents }) => [file.slice(0, -'.map'.length), contents]),
  )
  const files = await Promise.all(
    outputFiles
      .filter(({ path: file }) => !file.endsWith('.map'))
      .map(async ({ path: file, text }) => ({
        name: path.basename(file),
        ...(await asFunction(
          inherited(text) + (isCommonJs(file) ? NAMED : ''),
          path.basename(file),
          mapOf.get(file),
        )),
      })),
  )
  if (!outputFiles.some(({ text }) => TO_ESM.test(text)))
    throw new Error('esbuild makes its view of a CommonJS library in another way now')
  const hash = createHash('sha256')
  for (const { name, code } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(`${name}\n${code}\n`)
  const words = [...new Set(ids.map((id) => id.split(':')[0]))]
  const heading = `// ${hash.digest('hex').slice(0, 16)} ${words.join(' ')}\n`
  const always = imported(metafile, path.relative(root, path.join(folder, 'shipit.cjs')))
  const isTogether = ({ name, code }) => code.length < SMALL || always.has(name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const main = new Mapped(`${heading}${AS_MODULE}({`)
  for (const { name, code, map } of files.filter(isTogether))
    main
      .add(`${JSON.stringify(name)}:`)
      .add(code, map)
      .add(',\n')
  main.add('})\n').write(path.join(folder, 'shipit.cjs'))
  for (const { name, code, map } of files.filter((file) => !isTogether(file)))
    new Mapped('(').add(code, map).add(')\n').write(path.join(folder, name))
  await build({
    ...TARGET,
    absWorkingDir: root,
    entryPoints: ['src/build/start-up/code-cache.ts'],
    outfile: path.join(root, 'dist/code-cache.cjs'),
    format: 'cjs',
  })
}

/**
 * Characters: to open a file and to begin a script takes as long as to read some ten thousand of
 * them.
 */
const SMALL = 24 * 1024

/**
 * oclif's tool for the manifest requires shipit.cjs as any module; the CLI itself runs it as a
 * script.
 */
const AS_MODULE = `(parts=>typeof module==='object'?module.exports=require('../code-cache.cjs').load(__filename,'',{NODE_DISABLE_COMPILE_CACHE:'1'}):parts)`

/** The names of the output files that `file` cannot run without, itself among them. */
function imported({ outputs }, file, found = new Set()) {
  if (found.has(path.basename(file))) return found
  found.add(path.basename(file))
  for (const { path: from, kind } of outputs[file].imports)
    if (kind === 'import-statement' && outputs[from]) imported({ outputs }, from, found)
  return found
}

/** Where modules of src believe to be: in dist, as tsc would have them. */
const IMPORT_META = `const importMeta={get url(){return require('node:url').pathToFileURL(this.filename).href},filename:require('node:path').join(__dirname,'../shipit.cjs'),get dirname(){return require('node:path').dirname(this.filename)}};`

/**
 * Of a CommonJS library that is imported when it is needed, esbuild exports the default alone;
 * Node.js has its names too.
 */
const NAMED =
  'for (const name of Object.keys(module.exports.default)) if (!(name in module.exports)) Object.defineProperty(module.exports, name, { enumerable: true, get: () => module.exports.default[name] })\n'

/** esbuild's view of a CommonJS library as an ES module, wherever its names have been shortened. */
const TO_ESM =
  /(?<=\w=)\((\w+),(\w+),(\w+)\)=>\(\3=\1!=null\?\w+\(\w+\(\1\)\):\{\},\w+\(\2\|\|!\1\|\|!\1\.__esModule\?\w+\(\3,"default",\{value:\1,enumerable:!0\}\):\3,\1\)\)/

/** Instead of a copy of each name: the same names by inheritance, as in start-up/code-cache.ts. */
const inherited = (text) =>
  text.replace(
    TO_ESM,
    (_, library, isNodeMode) =>
      `(${library},${isNodeMode})=>!${isNodeMode}&&${library}.__esModule?${library}:Object.create(${library},{default:{value:${library},enumerable:!0}})`,
  )

/**
 * One file of the bundle as the function that Node.js would make of a CommonJS module: to wrap it
 * at each start would copy all of it. It is ASCII, the quickest to read.
 */
async function asFunction(module, name, map) {
  const commonJs = await asCommonJs(withMap(module, map), name)
  const { code, map: composed } = await transform(
    withMap(withoutHelpers(commonJs.code, name), commonJs.map),
    { ...TARGET, format: 'cjs', sourcefile: name, sourcemap: 'external', sourcesContent: false },
  )
  // esbuild has escaped what stands in strings, but not what stands in patterns.
  const ascii = code.replace(/[^\p{ASCII}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
  const head = `function(exports,require,module,__filename,__dirname,${HELPERS.join(',')}){${ascii.includes('importMeta.') ? IMPORT_META : ''}`
  return { code: `${head}${ascii}\n}`, map: { json: JSON.parse(composed), column: head.length } }
}

const withMap = (code, map) =>
  `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`

const asCommonJs = (module, name) =>
  transform(module, {
    platform: 'node',
    target: TARGET.target,
    legalComments: 'none',
    logLevel: 'warning',
    format: 'cjs',
    sourcefile: name,
    sourcemap: 'external',
    sourcesContent: false,
    // Code that comes from the cache has no way to import a module of its own.
    supported: { 'dynamic-import': false },
  })

/** Functions that esbuild writes into each file, and start-up/code-cache.ts has once for all. */
const HELPERS = ['__export', '__toESM', '__toCommonJS']

/** A function or value of esbuild's at the beginning of a file, whole. */
const DECLARED = /^var (__\w+) = (?:.*;\n|[^]*?\n(?:\}|\)\));\n)/

/** A CommonJS file of esbuild's, line by line, without what it begins with. */
function withoutHelpers(code, name) {
  let rest = code
  const names = []
  for (let found; (found = DECLARED.exec(rest)); rest = rest.slice(found[0].length))
    names.push(found[1])
  const missing = names.find(
    (helper) => !HELPERS.includes(helper) && new RegExp(`\\b${helper}\\b`).test(rest),
  )
  if (missing) throw new Error(`${name} calls esbuild's ${missing}, which code-cache.ts has not`)
  return '\n'.repeat(code.split('\n').length - rest.split('\n').length) + rest
}

/** The file of a command in the bundle, without its extension. */
const fileOf = (id) => `command-${id.replaceAll(':', '-')}`

/** `deploy`, `keys:set`: the files of src/commands, as oclif names commands. */
function commandIds(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) =>
      file
        .slice(0, -'.ts'.length)
        .split(path.sep)
        .join(':')
        .replace(/(^|:)index$/, ''),
    )
    .sort()
}

const commandsPlugin = (root, ids) => ({
  name: 'commands',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^shipit:commands$/ }, () => ({ path: 'commands', namespace: 'shipit' }))
    onResolve({ filter: /^\.\/command-/, namespace: 'shipit' }, ({ path }) => ({
      path,
      external: true,
    }))
    onLoad({ filter: /./, namespace: 'shipit' }, () => ({
      resolveDir: path.join(root, 'src'),
      contents: `export const COMMANDS = {\n${ids.map((id) => `  get ${JSON.stringify(id)}() { return require('./${fileOf(id)}.cjs').default },`).join('\n')}\n}\n`,
    }))
  },
})

/** No command asks with an editor, and its tables of encodings would be a fifth of the file. */
const withoutEditor = {
  name: 'without-editor',
  setup({ onLoad }) {
    onLoad({ filter: /@inquirer[\\/]editor[\\/].*\.js$/ }, () => ({
      contents: 'export default undefined',
    }))
  },
}
