// What oclif does at each start that this CLI has no use for, left out of the bundle. Each change names the text that it replaces: the build stops where oclif has moved.
import { readFile } from 'node:fs/promises'

/** Only commands that lie in folders are looked for with it; ours are a table (`strategy: explicit`). Its own require of picomatch reads six files. */
const withoutGlob = {
  name: 'without-glob',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tinyglobby[\\/]dist[\\/]index\.[cm]?js$/ }, () => ({
      contents: 'export const glob = () => { throw new Error("commands are listed by the build, not looked for in folders") }\nexport const globSync = glob\n',
    }))
  },
}

/** A file of @oclif/core with one text of it replaced. */
const oclifWith = (name, file, text, replacement) => ({
  name,
  setup({ onLoad }) {
    onLoad({ filter: new RegExp(`@oclif[\\\\/]core[\\\\/]lib[\\\\/]${file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.')}$`) }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!source.includes(text)) throw new Error(`${path} no longer has the text ${text}`)
      return { contents: source.replace(text, replacement), loader: 'js' }
    })
  },
})

const EJS = 'const ejs_1 = __importDefault(require("ejs"));'
const LATE_EJS = 'const ejs_1 = { get default() { return __importDefault(require("ejs")).default } };'

export const startUp = [
  withoutGlob,
  // The first localeCompare of a process loads a language's rules of order: 5 ms, for ids that are plain ASCII.
  oclifWith('plain-order', 'config/plugin.js', 'a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)'),
  // Templates are for help texts.
  oclifWith('late-templates', 'config/config.js', EJS, LATE_EJS),
  oclifWith('late-templates-of-help', 'help/util.js', EJS, LATE_EJS),
  // Of oclif's own engines, with semver; bin/shipit.js knows ours, which are narrower.
  oclifWith('without-version-check', 'index.js', '\ncheckNodeVersion();\n', '\n'),
]
