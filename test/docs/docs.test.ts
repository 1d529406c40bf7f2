import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { HELP } from '../../src/runtime/help.js'
import { commandsDoc, type Manifest } from './commands-doc.js'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFile(path.join(root, file), 'utf8')
const manifest = async () => JSON.parse(await read('dist/cli/oclif.manifest.json')) as Manifest

async function documents(): Promise<string[]> {
  const found = await readdir(path.join(root, '.github'), { recursive: true })
  return [
    'README.md',
    ...found.filter((name) => name.endsWith('.md')).map((name) => `.github/${name}`),
  ]
}

/** Headings as GitHub makes anchors of them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

describe('the documents', () => {
  it('have a README of one screen', async () => {
    expect((await read('README.md')).split('\n').length).to.be.at.most(250)
  })

  it('link to files and headings that are there', async () => {
    const broken: string[] = []
    for (const file of await documents()) {
      const text = await read(file)
      for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link!)) continue
        const [to, anchor] = link!.split('#')
        const target = to === '' ? file : path.join(path.dirname(file), to!)
        if (!existsSync(path.join(root, target))) broken.push(`${file}: ${link}`)
        else if (anchor && !anchorsOf(await read(target)).includes(anchor))
          broken.push(`${file}: ${link}`)
      }
    }
    expect(broken).to.deep.equal([])
  })

  it('have a map of every room and of no file that there is not', async () => {
    const text = await read('.github/ARCHITECTURE.md')
    const tree = /^```\n(bin\/.*?)^```/ms.exec(text)![1]!
    const mapped = [...tree.matchAll(/^ {2}([\w.-]+)\/? /gm)].map(([, name]) => name!)
    expect(mapped).to.have.members(await readdir(path.join(root, 'src')))

    const roots = ['', 'src', 'src/embedded', '.github'].map((folder) => path.join(root, folder))
    const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*(?:\/|\.(?:ts|mjs|cjs|md)))`/g)]
      .map(([, name]) => name!)
      .filter((name) => name.includes('/'))
    expect(named).to.include('deploy/make-plan.ts')
    const gone = named.filter(
      (name) => !roots.some((folder) => existsSync(path.join(folder, name))),
    )
    expect(gone).to.deep.equal([])
  })

  it('have the reference of commands that --help has', async () => {
    expect(
      await read('.github/docs/commands.md'),
      'run npm run build, then npm run docs:commands',
    ).to.equal(commandsDoc(await manifest()))
  })

  it("have every variable that the runtime's help has", async () => {
    const text = await read('.github/docs/runtime.md')
    const variables = [...HELP.matchAll(/\bSHIPIT_[A-Z_]+/g)].map(([name]) => name)
    expect(variables).to.include('SHIPIT_DRAIN')
    expect(variables.filter((name) => !text.includes(name))).to.deep.equal([])
  })

  it('name no command and no flag that there is not', async () => {
    const { commands } = await manifest()
    const words = new Set(
      Object.entries(commands).flatMap(([id, { aliases }]) =>
        [id, ...aliases].map((one) => one.split(':')[0]!),
      ),
    )
    const flags = new Set(
      Object.values(commands).flatMap((command) =>
        Object.values(command.flags).flatMap(({ name, allowNo }) =>
          allowNo ? [name, `no-${name}`] : [name],
        ),
      ),
    )
    const wrong: string[] = []
    const told = (await documents()).filter((name) => !/official|buildpack|assumptions/.test(name))
    for (const file of told) {
      for (const [line, word, rest] of (await read(file)).matchAll(
        /(?:^\$ |`)shipit ([a-z][\w-]*)(?![\w=-])([^`\n#]*)/gm,
      )) {
        if (!words.has(word!)) wrong.push(`${file}: ${line}`)
        // What follows -- is another program's, and so are flags after a file of shipit dev's.
        if (word === 'dev') continue
        for (const [, flag] of rest!.split(' -- ')[0]!.matchAll(/ --([a-z][\w-]*)/g))
          if (!flags.has(flag!) && flag !== 'help' && flag !== 'json')
            wrong.push(`${file}: ${line}: --${flag}`)
      }
    }
    expect(wrong).to.deep.equal([])
  })
})
