/** The tables in start-tables/: lines of start scripts, and folders, with what init makes of each. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { told, type Files } from './told.js'

interface Lines {
  of: string
  /** What package.json has besides its name and the start script. */
  manifest?: { scripts?: Record<string, string> }
  files: Files
  lines: Record<string, string>
}
interface Folders {
  /** Files that each of the folders has. */
  all: Files
  folders: { of: string; files: Files; options?: Parameters<typeof told>[1]; told: string }[]
}

const FOLDER = path.join(import.meta.dirname, 'start-tables')
const tables = readdirSync(FOLDER)
const read = (name: string): unknown => parse(readFileSync(path.join(FOLDER, name), 'utf8'))

describe('init: tables of start scripts', () => {
  for (const name of tables.filter((each) => !each.startsWith('folder-')))
    for (const { of, manifest, files, lines } of read(name) as Lines[])
      it(of, () => {
        const outcomes = Object.keys(lines).map((start) => {
          const own = { name: 'shop', ...manifest, scripts: { ...manifest?.scripts, start } }
          return [start, told({ ...files, 'package.json': own })]
        })
        expect(Object.fromEntries(outcomes)).to.deep.equal(lines)
      })

  for (const name of tables.filter((each) => each.startsWith('folder-')))
    it(path.basename(name, '.yml'), () => {
      const { all, folders } = read(name) as Folders
      expect(
        folders.map(({ of, files, options }) => ({
          of,
          told: told({ ...all, ...files }, options),
        })),
      ).to.deep.equal(folders.map(({ of, told: outcome }) => ({ of, told: outcome })))
    })
})
