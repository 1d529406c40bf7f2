import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { cliFolder, packageRoot } from '../../src/paths.js'

describe('the help', () => {
  const help = async (...words: string[]) =>
    (
      await promisify(execFile)(
        process.execPath,
        [path.join(packageRoot, 'bin/shipit.js'), ...words, '--help'],
        { env: { ...process.env, COLUMNS: '200' } },
      )
    ).stdout
  const listed = (text: string, heading: string) =>
    [
      ...(new RegExp(`^${heading}\\n((?: {2}.*\\n)+)`, 'm').exec(text)?.[1] ?? '').matchAll(
        /^ {2}(\S+)/gm,
      ),
    ].map(([, name]) => name)

  it('lists each command once, by its own name, and the topics that have commands', async () => {
    const root = await help()
    expect(listed(root, 'TOPICS')).to.deep.equal([
      'addons',
      'apps',
      'autocomplete',
      'config',
      'domains',
      'features',
      'keys',
      'local',
      'pipelines',
      'releases',
      'review',
    ])
    expect(listed(root, 'COMMANDS'))
      .to.include.members(['ps', 'show', 'destroy'])
      .and.not.include.members(['ls'])
    expect(
      listed(root, 'COMMANDS').filter((name) =>
        ['list', 'ls', 'status', 'describe'].includes(name!),
      ),
    ).to.deep.equal([])
  })

  it('says of a topic what it is about, never what one of its commands does', async () => {
    const { commands } = JSON.parse(
      await readFile(path.join(cliFolder, 'oclif.manifest.json'), 'utf8'),
    ) as { commands: Record<string, { summary?: string }> }
    const ids = Object.keys(commands)
    const root = await help()
    const topics = listed(root, 'TOPICS').filter((topic) => !ids.includes(topic!))
    expect(topics).to.include.members(['keys', 'local', 'review'])
    for (const topic of topics) {
      const [, line = ''] = new RegExp(`^ {2}${topic} +(.*)$`, 'm').exec(root) ?? []
      const own = ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => commands[id]!.summary)
      expect(line, topic).to.not.equal('')
      expect(own, topic).to.not.include(line)
    }
  })

  it('tells every command in one line of a terminal', async () => {
    const { commands } = JSON.parse(
      await readFile(path.join(cliFolder, 'oclif.manifest.json'), 'utf8'),
    ) as { commands: Record<string, { summary?: string; description?: string }> }
    const told = Object.entries(commands).map(([id, { summary, description = '' }]) => ({
      id,
      line: summary ?? description.split('\n')[0]!,
    }))
    expect(told.length).to.be.greaterThan(30)
    expect(told.filter(({ line }) => line === '' || line.length > 80)).to.deep.equal([])
    expect((await help()).split('\n')[0]!.length).to.be.within(1, 80)
  })

  it('says what a command is for once, above all', async () => {
    const said = await help('local', 'env')
    expect(said.split('\n')[0]).to.equal("print the variables that point Heroku's own CLI here")
    expect(said.split("print the variables that point Heroku's own CLI here")).to.have.length(2)
    expect(said).to.match(/^DESCRIPTION\n {2}For Heroku's own CLI/m)
  })

  it("answers to PM2's words for the same commands", async () => {
    const [ps, list] = await Promise.all([help('ps'), help('list')])
    expect(list).to.include('$ shipit list [TYPE|DYNO]')
    expect(ps).to.include('ALIASES').and.to.include('$ shipit ls').and.to.include('$ shipit status')
  })
})
