import { expect } from 'chai'
import { chart } from '../../../src/ui/monit/charts.js'
import { choiceOf, LogTail } from '../../../src/ui/monit/recent.js'
import { rowsOf } from '../../../src/ui/monit/rows.js'
import { isUnicode } from '../../../src/ui/monit/frame.js'
import { firstView, press, type Key, type View } from '../../../src/ui/monit/view.js'
import { readLine } from '../../../src/monitor/index.js'
import { cut, fit } from '../../../src/ui/fit.js'
import { dyno, DYNOS, instance, NOW, PLAIN } from './shown.js'

const rows = rowsOf('shop', DYNOS, { sort: undefined, filter: '', now: NOW })
const key = (text: string): Key =>
  text.length === 1 ? { sequence: text, name: text } : { name: text }
/** The view after some keys, and what the last of them asks for. */
const after = (keys: string[], view: View = firstView()) =>
  keys.reduce<ReturnType<typeof press>>((last, one) => press(last.view, key(one), rows, 3), {
    view,
  })

describe('the keys of monit', () => {
  it('choose a row, by arrows and as in vi, and stop at the ends', () => {
    expect(after(['down', 'j']).view.cursor).to.equal('web.1 api:0')
    expect(after(['down', 'k', 'up']).view.cursor).to.equal('')
    expect(after(['G']).view.cursor).to.equal('worker.1')
    expect(after(['pagedown']).view.cursor).to.equal('web.1 api:1')
    expect(after(['end', 'home']).view.cursor).to.equal('')
  })

  it('type a filter: letters are no commands then', () => {
    const typed = after(['/', 'q', 'r', 'x', 'backspace'])
    expect(typed).to.deep.equal({ view: { ...firstView(), isTyping: true, filter: 'qr' } })
    expect(after(['return'], typed.view).view).to.include({ isTyping: false, filter: 'qr' })
    expect(after(['return', 'escape'], typed.view).view.filter).to.equal('')
    expect(press(typed.view, { name: 'up', sequence: '\x1b[A' }, rows, 3).view.filter).to.equal(
      'qr',
    )
  })

  it('ask before anything is changed, and do it after a yes alone', () => {
    expect(after(['j', 'r']).intent).to.deep.equal({
      kind: 'ask',
      action: { kind: 'restart', dyno: 'web.1' },
    })
    expect(after(['r']).intent).to.deep.equal({ kind: 'ask', action: { kind: 'restart' } })
    expect(after(['j', 'j', 'R']).intent).to.deep.equal({
      kind: 'ask',
      action: { kind: 'reload', type: 'web', instance: 'api:0' },
    })
    expect(after(['j', '-']).intent).to.deep.equal({
      kind: 'ask',
      action: { kind: 'scale', type: 'web', by: -1 },
    })
    expect(after(['+']))
      .to.have.nested.property('view.notice.text')
      .that.contains('Choose a dyno first')
    const question = {
      title: 'Scale',
      text: '?',
      action: { kind: 'scale', type: 'web', by: 1 } as const,
    }
    expect(after(['y'], { ...firstView(), question })).to.deep.equal({
      view: firstView(),
      intent: { kind: 'do', action: question.action },
    })
    for (const no of ['n', 'return', 'q', 'escape']) {
      const answered = after([no], { ...firstView(), question })
      expect(answered.intent).to.equal(undefined)
      expect(answered.view.notice?.text).to.equal('Nothing was changed.')
    }
  })

  it('leave by q, Ctrl-C and Ctrl-Z, from anywhere', () => {
    expect(after(['w']).intent).to.deep.equal({ kind: 'web' })
    expect(after(['q']).intent).to.deep.equal({ kind: 'quit' })
    for (const view of [
      firstView(),
      { ...firstView(), isTyping: true },
      { ...firstView(), isHelp: true },
    ]) {
      expect(press(view, { name: 'c', ctrl: true }, rows, 3).intent).to.deep.equal({
        kind: 'interrupt',
      })
      expect(press(view, { name: 'z', ctrl: true }, rows, 3).intent).to.deep.equal({
        kind: 'suspend',
      })
    }
  })

  it('sort by one figure after the other, and turn the order', () => {
    expect(after(['s', 's']).view.sort).to.deep.equal({ field: 'memory', isDescending: true })
    expect(after(['s', 'S']).view.sort).to.deep.equal({ field: 'cpu', isDescending: false })
    expect(after(['s', 's', 's', 's', 's', 's']).view.sort).to.equal(undefined)
  })
})

describe('the list of monit', () => {
  const names = (options: { filter?: string; cursor?: string; by?: 'cpu' }) =>
    rowsOf('shop', DYNOS, {
      sort: options.by && { field: options.by, isDescending: true },
      filter: options.filter ?? '',
      cursor: options.cursor ?? '',
      now: NOW,
    }).map(({ key: own }) => own)

  it('sorts instances of all dynos', () =>
    expect(names({ by: 'cpu' })).to.deep.equal(['', 'web.1 api:1', 'web.1 api:0', 'web.2 api:0']))
  it('filters by name and state, and keeps the dyno and the row of the cursor', () => {
    expect(names({ filter: 'ERRored' })).to.deep.equal(['', 'web.2', 'web.2 api:0'])
    expect(names({ filter: 'worker', cursor: 'web.1 api:0' })).to.deep.equal([
      '',
      'web.1 api:0',
      'worker.1',
    ])
    expect(names({ filter: 'a text of the log' })).to.have.length(rows.length)
  })
})

describe('the end of the log in monit', () => {
  const line = (place: string, message: string, source = 'app') => ({
    timestamp: '2026-11-22T12:00:00Z',
    source,
    dyno: place,
    message,
  })
  const lines = [
    line('web.1', '[api:0] one'),
    line('web.1', '[mail:0] two'),
    line('web.2', '[api:0] Three'),
    line(
      'router',
      'at=info method=GET path="/" host=h request_id=1 fwd="1" dyno=web.2 connect=0ms service=1ms status=200 bytes=1',
      'heroku',
    ),
    line(
      'web.1',
      'shipit source=web.1 app=api instance=0 pid=23 status=online restarts=0 uptime=1s sample#memory_rss=61.20MB sample#cpu=1.3%',
    ),
  ]
  const tail = new LogTail()
  for (const one of lines) tail.add(one, readLine(one))
  const seen = (dynoName?: string, id?: string, text = '') => {
    tail.choose({ dyno: dynoName, instance: id, text })
    return tail.latest(10).map(({ message }) => message.slice(0, 10))
  }

  it('is of all, of a dyno and its requests, of an instance, or of what has a text; never of figures', () => {
    expect(seen()).to.deep.equal(['[api:0] on', '[mail:0] t', '[api:0] Th', 'at=info me'])
    expect(seen('web.2')).to.deep.equal(['[api:0] Th', 'at=info me'])
    expect(seen('web.1', 'mail:0')).to.deep.equal(['[mail:0] t'])
    expect(seen(undefined, undefined, 'THREE')).to.deep.equal(['[api:0] Th'])
    tail.add(line('web.1', 'number three'), { kind: 'foreign' })
    expect(tail.latest(1)[0]!.message).to.equal('number three')
  })

  it('is of the whole dyno where one app runs in it: the lines do not say which instance', () => {
    expect(
      choiceOf(
        rows.find(({ key: own }) => own === 'web.1 api:1'),
        rows,
        '',
      ),
    ).to.deep.equal({ dyno: 'web.1', instance: undefined, text: '' })
    const two = rowsOf('shop', [dyno('web.1', [instance('api', 0), instance('mail', 0)])], {
      sort: undefined,
      filter: '',
      now: NOW,
    })
    expect(choiceOf(two[2], two, 'x')).to.deep.equal({
      dyno: 'web.1',
      instance: 'api:0',
      text: 'x',
    })
  })
})

describe('what monit draws with', () => {
  it('a chart: the last value at the right, what is not known empty, and more than nothing seen', () => {
    expect(
      chart([1, 50, NaN, 100], { width: 5, height: 2, most: 100 }, PLAIN.glyphs),
    ).to.deep.equal(['    █', ' ▁█ █'])
    expect(chart([5, 5, 100], { width: 2, height: 1, most: 100 }, PLAIN.glyphs)).to.deep.equal([
      '▁█',
    ])
  })

  it('text by the columns that it takes', () => {
    expect(fit('漢字', 3)).to.equal('漢…')
    expect(fit('漢字', 4)).to.equal('漢字')
    expect(fit('漢字', 6, { end: true })).to.equal('  漢字')
    expect(cut('a\tb\u202ec', 10)).to.equal('a bc')
    expect(cut('abc', 0)).to.equal('')
  })

  it('characters that the locale has', () => {
    expect(isUnicode({ LANG: 'en_US.UTF-8' }, 'linux')).to.equal(true)
    expect(isUnicode({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux')).to.equal(false)
    expect(isUnicode({ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'linux')).to.equal(false)
    expect(isUnicode({}, 'linux')).to.equal(false)
  })
})
