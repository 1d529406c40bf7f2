import { expect } from 'chai'
import { ago, timeAndAge } from '../../src/ui/phrases.js'
import { appUrl, hasDisplay } from '../../src/ui/browser.js'
import { snakeKeys } from '../../src/lib/terminal.js'
import { renderTable } from '../../src/ui/table.js'

describe('tables', () => {
  const rows = [
    ['v12', 'Deploy a description that is rather long', 'me@example.com'],
    ['v9', '\x1b[31mred\x1b[0m\nline', 'x'],
  ]
  it('align their columns, clean their cells and cut nothing off a terminal', () => {
    expect(renderTable(['VERSION', 'DESCRIPTION', 'USER'], rows).split('\n')).to.deep.equal([
      'VERSION  DESCRIPTION                               USER',
      'v12      Deploy a description that is rather long  me@example.com',
      'v9       red line                                  x',
    ])
  })
  it('cut the flexible column on a narrow terminal', () => {
    const lines = renderTable(['VERSION', 'DESCRIPTION', 'USER'], rows, {
      width: 40,
      flexible: 1,
    }).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(40)
    expect(lines[1]).to.match(/^v12 {6}Deploy.*…\s+me@example\.com$/)
  })
})

describe('times', () => {
  const now = Date.parse('2026-11-22T20:02:05Z')
  it("are short and in Heroku's form", () => {
    expect(
      ['20:02:05', '20:01:20', '20:00:00', '17:00:00'].map((time) =>
        ago(`2026-11-22T${time}Z`, now),
      ),
    ).to.deep.equal(['0s ago', '45s ago', '2m ago', '3h ago'])
    expect(ago('2026-11-20T20:00:00Z', now)).to.equal('2d ago')
    expect(timeAndAge('2026-11-22T20:00:00Z', now)).to.match(
      /^2026\/11\/2[123] \d\d:\d\d:00 [+-]\d{4} \(~ 2m ago\)$/,
    )
  })
})

describe("an app's address", () => {
  it('stays within the app, whatever the path looks like', () => {
    const at = (path?: string) => appUrl('a1', 'http://a1.localhost:5000/', path)
    expect([at(), at('/healthz?x=1'), at('a/b')]).to.deep.equal([
      'http://a1.localhost:5000/',
      'http://a1.localhost:5000/healthz?x=1',
      'http://a1.localhost:5000/a/b',
    ])
    for (const path of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
    ])
      expect(new URL(at(path)).host, path).to.equal('a1.localhost:5000')
  })
  it('opens a browser only where there is one', () => {
    expect(hasDisplay({}, 'linux', true)).to.equal(false)
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux', true)).to.equal(true)
    expect(hasDisplay({}, 'darwin', true)).to.equal(true)
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux', false)).to.equal(false)
    expect(hasDisplay({ CI: 'true' }, 'darwin', true)).to.equal(false)
  })
})

describe('what --json reports', () => {
  it('has keys as the Platform API spells them', () => {
    const data = {
      alreadyLive: true,
      release: { id: 'x', slugId: null },
      dynos: [{ isUp: true }],
      PM2_PUBLIC_KEY: null,
      'my-App': 1,
      exit_code: 2,
    }
    expect(snakeKeys(data)).to.deep.equal({
      already_live: true,
      release: { id: 'x', slug_id: null },
      dynos: [{ is_up: true }],
      PM2_PUBLIC_KEY: null,
      'my-App': 1,
      exit_code: 2,
    })
  })
})
