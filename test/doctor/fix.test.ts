import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readEcosystem } from '../../src/ecosystem/index.js'
import { applyFixes, planFixes } from '../../src/doctor/fix.js'
import {
  gatherFolder,
  preflightFindings,
  type Finding,
  type ProjectFacts,
} from '../../src/doctor/index.js'
import { realFolder, removeFolders } from '../init/real-folder.js'
import { SOUND, ecosystem } from './facts.js'

async function examined(
  dir: string,
  file: string,
): Promise<{ project: ProjectFacts; findings: Finding[] }> {
  const project = await gatherFolder({
    root: dir,
    folder: '',
    commit: null,
    isRepository: false,
    uncommitted: [],
    ecosystem: await readEcosystem(path.join(dir, file)),
  })
  return { project, findings: preflightFindings({ project }) }
}

async function fixed(
  dir: string,
  file: string,
): Promise<{ before: string[]; after: string[]; text: string }> {
  const { project, findings } = await examined(dir, file)
  await applyFixes(
    await planFixes(
      findings.filter(({ fix }) => fix?.by === 'edit'),
      project,
      dir,
    ),
  )
  return {
    before: findings.map(({ check }) => check),
    after: (await examined(dir, file)).findings.map(({ check }) => check),
    text: readFileSync(path.join(dir, file), 'utf8'),
  }
}

const LINES: [string, string[]][] = [
  ['port-in-env', ['env: { PORT: 3000, A: 1 }']],
  ['port-in-env', ['env_prod:', '  B: 2', '  PORT: 3000']],
  ['port-in-env', ['port: 3000']],
  ['watch', ['watch: true']],
  ['log-files', ['out_file: out.log # here', 'error_file: err.log']],
]

describe('what --fix fixes in an ecosystem file', () => {
  after(removeFolders)

  for (const [check, lines] of LINES) {
    it(`${check}: ${lines[0]}`, async () => {
      const dir = realFolder({
        ...SOUND,
        'ecosystem.config.yml': `# mine\n${ecosystem('script: server.js # it', 'instances: 2', ...lines)}`,
      })
      const { before, after, text } = await fixed(dir, 'ecosystem.config.yml')
      expect(before).to.include(check)
      expect(after).to.deep.equal([])
      expect(text)
        .to.include('# mine')
        .and.include('instances: 2')
        .and.include('script: server.js # it')
    })
  }

  it('does the same in JSON, where the app may stand alone, and keeps its comments', async () => {
    const start = {
      ...(SOUND['package.json'] as object),
      scripts: { start: 'shipit-runtime start process.json' },
    }
    const dir = realFolder({
      ...SOUND,
      'package.json': start,
      'process.json':
        '{\n\t// mine\n\t"script": "server.js",\n\t"watch": true,\n\t"env": { "PORT": 1, "A": "b" }\n}\n',
    })
    const { before, after, text } = await fixed(dir, 'process.json')
    expect(before).to.include.members(['port-in-env', 'watch'])
    expect(after).to.deep.equal([])
    expect(text).to.include('\t// mine').and.include('"A": "b"')
  })

  it('leaves a file of code alone', async () => {
    const dir = realFolder({
      ...SOUND,
      'ecosystem.config.yml': '',
      'ecosystem.config.cjs':
        'module.exports = { apps: [{ name: "a", script: "server.js", watch: true }] }\n',
    })
    const { findings } = await examined(dir, 'ecosystem.config.cjs')
    expect(findings.find(({ check }) => check === 'watch')).to.not.have.property('fix')
  })

  it('changes nothing where the file has changed since it was read', async () => {
    const dir = realFolder({
      ...SOUND,
      'ecosystem.config.yml': ecosystem('script: server.js', 'watch: true'),
    })
    const { project, findings } = await examined(dir, 'ecosystem.config.yml')
    const fixes = await planFixes(findings, project, dir)
    const now = ecosystem('script: server.js', 'watch: true', 'instances: 3')
    writeFileSync(path.join(dir, 'ecosystem.config.yml'), now)
    let failure: unknown
    await applyFixes(fixes).catch((error: unknown) => {
      failure = error
    })
    expect(failure).to.have.property('message').that.includes('has changed meanwhile')
    expect(readFileSync(path.join(dir, 'ecosystem.config.yml'), 'utf8')).to.equal(now)
  })
})
