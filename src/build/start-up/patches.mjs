// What oclif does at each start that this CLI has no use for, left out of the bundle. Each change
// names the text that it replaces: the build stops where oclif has moved.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Only commands that lie in folders are looked for with it; ours are a table (`strategy:
 * explicit`). Its own require of picomatch reads six files.
 */
const withoutGlob = {
  name: 'without-glob',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tinyglobby[\\/]dist[\\/]index\.[cm]?js$/ }, () => ({
      contents:
        'export const glob = () => { throw new Error("commands are listed by the build, not looked for in folders") }\nexport const globSync = glob\n',
    }))
  },
}

const { version } = JSON.parse(
  await readFile(
    path.join(import.meta.dirname, '../../../node_modules/@oclif/core/package.json'),
    'utf8',
  ),
)

/** By file of @oclif/core/lib: what to replace, and with what; in turn, if it is more than one. */
const CHANGES = {
  // All of its package.json, for its version.
  'cache.js': ["require('@oclif/core/package.json').version", JSON.stringify(version)],
  // The first localeCompare of a process loads a language's rules of order: 5 ms, for ids that are
  // plain ASCII.
  'config/plugin.js': [
    'a.id.localeCompare(b.id)',
    '(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)',
    // Of a hundred kilobytes that tell each command's flags, which few calls need.
    "${dotfile ? '.' : ''}oclif.manifest.json",
    "${dotfile ? '.' : ''}oclif.commands.json",
    'this.commands = Object.entries(this.manifest.commands)',
    `const completed = require(${JSON.stringify(path.join(import.meta.dirname, 'late-manifest.ts'))}).completeLater(this.root, this.manifest)
        this.commands = Object.entries(this.manifest.commands)`,
    '.map(([id, c]) => ({',
    '.map(([id, c]) => completed(id, {',
  ],
  // A copy would ask for all of it.
  'config/config.js': [
    `{
                        ...prioritizedCommand,
                        id: aliasWithDefaultTopicSeparator,
                    }`,
    'Object.assign(Object.create(prioritizedCommand), { id: aliasWithDefaultTopicSeparator })',
    '{ ...command, hidden, id: aliasWithDefaultTopicSeparator }',
    'Object.assign(Object.create(command), { hidden, id: aliasWithDefaultTopicSeparator })',
    // Words of a command in any order, which this CLI does not take.
    'for (const id of (0, util_3.collectUsableIds)([permutation])) {',
    'for (const id of []) {',
  ],
  // Asked for the same list by each that looks at the command line.
  'config/util.js': [
    'const collectUsableIds = (commandIds) => new Set(',
    'const usable = new WeakMap();\nconst collectUsableIds = (commandIds) => usable.get(commandIds) ?? usable.set(commandIds, new Set(',
    "a.slice(0, i + 1).join(':'))));",
    "a.slice(0, i + 1).join(':'))))).get(commandIds);",
  ],
  // Which of its names was typed matters where some are deprecated.
  'command.js': [
    'const [id] = (0, util_1.normalizeArgv)(this.config);',
    'const [id] = this.ctor.deprecateAliases ? (0, util_1.normalizeArgv)(this.config) : [];',
  ],
  // A template engine for texts of which few have anything to fill in.
  'help/util.js': [
    'return ejs_1.default.render(t, context)',
    "return t.includes('<%') ? ejs_1.default.render(t, context) : t",
  ],
  // Of oclif's own engines, with semver; bin/shipit.js knows ours, which are narrower.
  'index.js': ['\ncheckNodeVersion();\n', '\n'],
  // Most help is plain: it need not be taken apart character by character.
  'help/formatter.js': [
    'return (0, wrap_ansi_1.default)(this.render(body), this.opts.maxWidth - spacing, {',
    `const text = this.render(body), width = this.opts.maxWidth - spacing
        return require(${JSON.stringify(path.join(import.meta.dirname, 'plain-wrap.ts'))}).wrapPlain(text, width) ?? (0, wrap_ansi_1.default)(text, width, {`,
  ],
  'util/fs.js': [
    // Two small files, read before anything else can go on: a pool of threads takes longer to start
    // than they do to read.
    "await (0, promises_1.readFile)(path, 'utf8')",
    "(0, node_fs_1.readFileSync)(path, 'utf8')",
    // Of a theme and the user's own plugins, which few have: a promise that is rejected costs more.
    'async function safeReadJson(path, useCache = true) {',
    'async function safeReadJson(path, useCache = true) {\n    if (!(0, node_fs_1.existsSync)(path)) return',
  ],
  // Whether it is Windows' Linux matters to installers alone, and takes eight modules to tell.
  'util/os.js': [
    "(await import('wsl-utils')).isWsl ? 'wsl' : (0, node_os_1.platform)()",
    '(0, node_os_1.platform)()',
  ],
}

/**
 * Modules of Node.js that are loaded by then, or are as good as nothing: the others wait for their
 * first use, as oclif's own and its libraries' do.
 */
const LOADED = new Set(['node:fs', 'node:path', 'node:os', 'node:url', 'node:util'])

/**
 * A CommonJS file as TypeScript emits it, whose requires are made where what they bring is used.
 */
function late(source) {
  const names = new Map()
  const rest = source
    .replace(
      /^(?:const|var) (\w+_\d+|Errors|Parser) = ((?:__import(?:Default|Star)\()?require\("([^"]+)"\)\)?);$/gm,
      (line, name, required, from) => {
        if (LOADED.has(from)) return line
        names.set(name, `(${required})`)
        return ''
      },
    )
    .replace(
      /^exports\.(\w+) = (__importStar\(require\("[^"]+"\)\));$/gm,
      'Object.defineProperty(exports, "$1", { enumerable: true, get() { return $2 } });',
    )
  return names.size === 0
    ? rest
    : rest.replace(new RegExp(`(?<![.\\w])(?:${[...names.keys()].join('|')})\\b`, 'g'), (name) =>
        names.get(name),
      )
}

/** @param changes a text and what takes its place, in turn */
function replaced(file, source, changes) {
  let result = source
  for (let at = 0; at < changes.length; at += 2) {
    if (!result.includes(changes[at]))
      throw new Error(`${file} no longer has the text ${changes[at]}`)
    result = result.replace(changes[at], () => changes[at + 1])
  }
  return result
}

const oclif = {
  name: 'oclif',
  setup({ onLoad, onEnd }) {
    const changed = new Set()
    onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path: file }) => {
      const name = file
        .slice(file.lastIndexOf('core' + path.sep + 'lib') + 'core/lib/'.length)
        .split(path.sep)
        .join('/')
      const source = await readFile(file, 'utf8')
      changed.add(name)
      return { contents: late(replaced(file, source, CHANGES[name] ?? [])), loader: 'js' }
    })
    onEnd(() => {
      const missing = Object.keys(CHANGES).filter((name) => !changed.has(name))
      if (missing.length > 0) throw new Error(`@oclif/core no longer has ${missing.join(', ')}`)
    })
  },
}

/**
 * Classes that few calls make an object of, by the import that names them: the module behind is not
 * run before.
 */
const SELDOM = /^(cli-table3|\.\/ui\/help\.js)$/

const lateClasses = {
  name: 'late-classes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: SELDOM }, ({ namespace, path: name, resolveDir }) =>
      namespace === 'file'
        ? { path: name, namespace: 'late-class', pluginData: resolveDir }
        : undefined,
    )
    onLoad({ filter: /./, namespace: 'late-class' }, ({ path: name, pluginData: resolveDir }) => ({
      resolveDir,
      contents: `const late = () => { const module = require(${JSON.stringify(name)}); return module.default ?? module }\nexport default function (...args) { return Reflect.construct(late(), args) }\n`,
    }))
  },
}

/** By file of heroku-client/lib: what to replace, and with what, as above. */
const HEROKU_CLIENT = {
  // For each request all certificates that SSL_CERT_FILE and SSL_CERT_DIR name, some hundred files
  // where a system names its own: src/heroku/trust.ts reads them once.
  'request.js': ['this.certs = getCerts(this.debug)', 'this.certs = []'],
  // Node.js's older parser of addresses, which nothing else calls: code that is compiled for one.
  'url.js': [
    'url.parse(u)',
    'new URL(u)',
    'host: uu.hostname',
    "host: uu.hostname.replace(/^\\[|\\]$/g, '')",
  ],
}

const herokuClient = {
  name: 'heroku-client',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]heroku-client[\\/]lib[\\/]\w+\.js$/ }, async ({ path: file }) => ({
      contents: replaced(
        file,
        await readFile(file, 'utf8'),
        HEROKU_CLIENT[path.basename(file)] ?? [],
      ),
      loader: 'js',
    }))
  },
}

export const startUp = [withoutGlob, oclif, lateClasses, herokuClient]
