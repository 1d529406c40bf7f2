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

const SORT = 'a.id.localeCompare(b.id)'

/** The first localeCompare of a process loads a language's rules of order: 5 ms, for ids that are plain ASCII. */
const plainOrder = {
  name: 'plain-order',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/]config[\\/]plugin\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!source.includes(SORT)) throw new Error(`${path} no longer sorts by ${SORT}`)
      return { contents: source.replace(SORT, '(a.id < b.id ? -1 : a.id > b.id ? 1 : 0)'), loader: 'js' }
    })
  },
}

export const startUp = [withoutGlob, plainOrder]
