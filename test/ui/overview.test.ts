import { expect } from 'chai'
import { parse } from 'shell-quote'
import type { App, Dyno, Release } from '../../src/heroku/index.js'
import { appLines, nextCommands, type FolderState } from '../../src/ui/overview.js'
import { parsed } from '../support/command-line.js'
import { dyno, release } from '../support/records.js'

const folder = (more: Partial<FolderState> = {}): FolderState => ({
  name: 'school',
  hasEcosystemFile: true,
  isRepository: true,
  commit: 'main at 3f2a1b9 Start',
  uncommitted: 0,
  ...more,
})
const commandsOf = (lines: string[]) =>
  lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim().split(/ {3,}/)[0]!)

describe('shipit alone', () => {
  it('says init, rehearse and deploy in a folder with nothing set up', () => {
    expect(
      commandsOf(nextCommands('shipit', folder({ hasEcosystemFile: false, isRepository: false }))),
    ).to.deep.equal([
      'shipit init',
      'shipit deploy --local --app school',
      'shipit deploy --app school --create',
    ])
  })

  it('says to commit what init has made, and not what is committed', () => {
    expect(commandsOf(nextCommands('shipit', folder({ uncommitted: 3 })))[1]).to.equal(
      'git add --all && git commit -m "Run under PM2"',
    )
    expect(
      commandsOf(nextCommands('shipit', folder({ commit: undefined, isRepository: false })))[1],
    ).to.match(/^git init && /)
    expect(commandsOf(nextCommands('shipit', folder()))).to.have.length(3)
  })

  it('says commands that oclif takes', async () => {
    const lines = [
      ...nextCommands('shipit', folder({ hasEcosystemFile: false })),
      ...nextCommands('shipit', folder()),
      ...appLines('shipit', { app: 'a1', from: 'HEROKU_APP', local: ' --local' }, folder()),
    ]
    for (const line of commandsOf(lines).filter((text) => text.startsWith('shipit ')))
      await parsed(parse(line).slice(1).map(String))
  })

  it("tells an app's release, dynos, URL and last deploy", () => {
    const now = Date.parse('2026-11-26T12:00:00Z')
    const at = (minutes: number) => new Date(now - 60_000 * minutes).toISOString()
    const lines = appLines(
      'shipit',
      {
        app: 'a1',
        from: 'by its git remote',
        local: '',
        found: { web_url: 'https://a1.example/', maintenance: true } as App,
        releases: [
          release(8, { current: true, description: 'Set A config vars', created_at: at(2) }),
          release(7, { description: 'Deploy 3f2a1b9', created_at: at(90) }),
        ] as Release[],
        dynos: [dyno('web.1'), dyno('web.2', 'crashed'), dyno('worker.1')] as Dyno[],
      },
      folder({ commit: 'main at 4c5d6e7 Fix the cart, 1 file not committed' }),
      now,
    ).join('\n')
    expect(lines).to.match(/^=== a1 \(by its git remote\) in maintenance mode\n/)
    expect(lines).to.match(/^URL +https:\/\/a1\.example\/$/m)
    expect(lines).to.match(/^Release +v8, Set A config vars, by \S+, 2m ago$/m)
    expect(lines).to.match(/^Dynos +web: 1 up, 1 crashed; worker: 1 up$/m)
    expect(lines).to.match(/^Last deploy +v7, Deploy 3f2a1b9, by \S+, 1h ago$/m)
    expect(lines).to.match(/^Here +main at 4c5d6e7 Fix the cart, 1 file not committed$/m)
  })

  it('tells what is known here, and why the rest is not', () => {
    const lines = appLines(
      'shipit',
      { app: 'a1', from: 'HEROKU_APP', local: '', problem: 'Nobody answers.' },
      folder(),
    ).join('\n')
    expect(
      appLines('shipit', { app: 'a1', from: '', local: '', releases: [] }, folder()).join('\n'),
    ).to.match(/^Dynos +not known$/m)
    expect(lines).to.not.contain('Dynos')
    expect(lines).to.match(/^Here +main at 3f2a1b9 Start$/m)
    expect(lines).to.contain('Nobody answers.')
  })
})
