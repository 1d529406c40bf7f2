import { expect } from 'chai'
import { widthOf } from '../../../src/ui/fit.js'
import { screen } from '../../../src/ui/monit/screen.js'
import { styleOf } from '../../../src/ui/monit/frame.js'
import { firstView } from '../../../src/ui/monit/view.js'
import { rowsOf } from '../../../src/ui/monit/rows.js'
import { ASCII, dyno, instance, NOW, PLAIN, shown } from './shown.js'

const SIZES = [
  [80, 24],
  [200, 60],
  [120, 30],
  [69, 20],
  [40, 12],
  [30, 6],
] as const

describe('the screen of monit', () => {
  for (const [columns, rows] of SIZES) {
    it(`fills ${columns}×${rows} and no more, with wide characters too`, () => {
      for (const view of [
        firstView(),
        { ...firstView(), isHelp: true },
        { ...firstView(), cursor: 'web.2' },
      ]) {
        const lines = screen(shown({}, view), view, { columns, rows }, PLAIN)
        expect(lines).to.have.length(rows)
        for (const line of lines) expect(widthOf(line), line).to.be.at.most(columns)
        for (const line of lines.slice(1, -1)) expect(widthOf(line), line).to.equal(columns)
      }
    })
  }

  it('has dynos, instances, events, log and charts at 80×24', () => {
    const text = screen(shown(), firstView(), { columns: 80, rows: 24 }, PLAIN).join('\n')
    expect(text).to.match(/^ shop {2}2\/3 dynos up · 480 req\/min · 2 failed · 2 down/)
    expect(text)
      .to.match(/▸✖ shop/)
      .and.match(/● web\.1 +up +92% 122\/512M/)
      .and.match(/api:1 +online +80% +90\/230M/)
      .and.match(/✖ web\.2 +crashed/)
      .and.match(/worker\.1 +up +- +-/)
    expect(text)
      .to.match(/web\.2 api:0 exited with code/)
      .and.match(/web\.2 R14/)
      .and.match(/router H12 x14/)
    expect(text)
      .to.contain('order 12 paid')
      .and.match(/503 H12 GET \/slow/)
    expect(text)
      .to.match(/CPU 95%.*Memory 120M.*Loop 3ms.*Req 240\/m.*Errors 2\/m/)
      .and.contain('█')
    expect(text).to.not.match(/[\x00-\x09\x0b-\x1f]/) // eslint-disable-line no-control-regex -- what must not be there
  })

  it("has the app's own metrics of what the cursor is about, above the events", () => {
    const metrics = [
      { name: 'Realtime \x1b[2Juser', value: 23, unit: 'users' },
      ...Array.from({ length: 20 }, (_, at) => ({ name: `m${at}`, value: at, unit: null })),
    ]
    const dynos = [dyno('web.1', [instance('api', 0, { metrics }), instance('api', 1)])]
    const view = { ...firstView(), cursor: 'web.1 api:0' }
    const draw = (cursor: string, rows: number) =>
      screen(
        shown({ rows: rowsOf('shop', dynos, { ...view, now: NOW }) }),
        { ...view, cursor },
        { columns: 80, rows },
        PLAIN,
      )
    for (const rows of [24, 40, 60]) {
      const text = draw('web.1 api:0', rows).join('\n')
      expect(draw('web.1 api:0', rows)).to.have.length(rows)
      expect(text)
        .to.match(rows === 60 ? /Metrics ─+[╮]/ : /Metrics.* of 21/)
        .and.match(/│Realtime user 23 users +│/)
        .and.contain('router H12 x14')
    }
    expect(draw('', 40).join('\n')).to.contain('web.1 api:0 Realtime user 23')
    expect(draw('web.1 api:1', 40).join('\n')).to.not.contain('Metrics')
  })

  it('has more columns and the most of each chart where there is room', () => {
    const text = screen(shown(), firstView(), { columns: 200, rows: 60 }, PLAIN).join('\n')
    expect(text)
      .to.match(/NAME +STATUS +CPU +MEMORY +LOOP +REQ\/M +RST +UP/)
      .and.contain('max 95%')
      .and.match(/503 H12 GET \/slow 30000ms web\.1/)
  })

  it('draws with ASCII alone where the locale has no more, and in colours only where they are wanted', () => {
    const plain = shown({ lines: [] })
    expect(screen(plain, firstView(), { columns: 80, rows: 24 }, ASCII).join('')).to.match(
      /^[\x20-\x7e]*$/,
    )
    const colourful = styleOf({ isTTY: true }, { LANG: 'C.UTF-8' })
    const lines = screen(
      plain,
      firstView(),
      { columns: 80, rows: 24 },
      { ...colourful, colours: { ...colourful.colours, inverse: (text) => `<<${text}>>` } },
    )
    expect(lines.filter((line) => line.includes('<<') && line.includes('shop'))).to.have.length(2)
  })

  it('asks, tells and helps', () => {
    const view = {
      ...firstView(),
      question: {
        title: 'Scale',
        text: 'Scale web of shop: from 2 to 3 dynos?',
        action: { kind: 'scale', type: 'web', by: 1 } as const,
      },
    }
    const asked = screen(shown(), view, { columns: 80, rows: 24 }, PLAIN)
    expect(asked.at(-1)).to.equal('Scale web of shop: from 2 to 3 dynos? [y/N]')
    expect(asked.join('\n')).to.contain('(y) yes   (n) no')
    expect(
      screen(
        shown(),
        { ...firstView(), notice: { text: 'Scaled\x1b[2J web', isBad: false } },
        { columns: 80, rows: 24 },
        PLAIN,
      ).at(-1),
    ).to.equal('Scaled web')
    expect(
      screen(
        shown(),
        { ...firstView(), isTyping: true, filter: 'mail' },
        { columns: 80, rows: 24 },
        PLAIN,
      ).at(-1),
    ).to.equal('/mail_')
    expect(
      screen(shown(), { ...firstView(), isHelp: true }, { columns: 80, rows: 24 }, PLAIN).join(
        '\n',
      ),
    ).to.contain('reload the process type')
    expect(
      screen(
        shown({ missing: 'No instances of worker.1' }),
        firstView(),
        { columns: 80, rows: 24 },
        PLAIN,
      ).at(-1),
    ).to.equal('No instances of worker.1')
    expect(screen(shown(), firstView(), { columns: 20, rows: 4 }, PLAIN)[0]).to.contain(
      '20x4 is too smal',
    )
  })
})
