import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { packageRoot } from '../../src/paths.js'

describe('the help', () => {
  const help = async (...words: string[]) => (await promisify(execFile)(process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...words, '--help'], { env: { ...process.env, COLUMNS: '200' } })).stdout
  const listed = (text: string, heading: string) => [...(new RegExp(`^${heading}\\n((?: {2}.*\\n)+)`, 'm').exec(text)?.[1] ?? '').matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name)

  it('lists each command once, by its own name, and the topics that have commands', async () => {
    const root = await help()
    expect(listed(root, 'TOPICS')).to.deep.equal(['apps', 'config', 'keys', 'local'])
    expect(listed(root, 'COMMANDS')).to.include.members(['ps', 'show', 'destroy']).and.not.include.members(['ls'])
    expect(listed(root, 'COMMANDS').filter((name) => ['list', 'ls', 'status', 'describe', 'delete'].includes(name!))).to.deep.equal([])
  })

  it('answers to PM2\'s words for the same commands', async () => {
    const [ps, list] = await Promise.all([help('ps'), help('list')])
    expect(list).to.include('$ shipit list [TYPE]')
    expect(ps).to.include('ALIASES').and.to.include('$ shipit ls').and.to.include('$ shipit status')
  })
})
