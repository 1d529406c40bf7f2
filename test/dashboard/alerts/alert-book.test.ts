import { expect } from 'chai'
import { AlertBook } from '../../../src/dashboard/alerts/alert-book.js'
import type { Judgement, Rule } from '../../../src/dashboard/alerts/rule.js'
import { facts, NOW, SECOND } from './facts.js'

/** What the rule of the test says, by place. */
let says: Record<string, Judgement['is']> = {}
const RULE: Rule = {
  id: 'quota',
  title: 'too much',
  raiseAfter: 20 * SECOND,
  clearAfter: 40 * SECOND,
  judge: () =>
    Object.entries(says).map(([place, is]) => ({ place, is, text: `${place} is ${is}` })),
}
const OF_PLATFORM: Rule = {
  id: 'unreachable',
  title: 'not seen',
  raiseAfter: 20 * SECOND,
  clearAfter: 0,
  isOfPlatform: true,
  judge: ({ problem }) => [
    { place: null, is: problem === null ? 'fine' : 'bad', text: problem ?? 'seen again' },
  ],
}

describe('the book of alerts', () => {
  let book: AlertBook
  let now: number
  let problem: string | null
  beforeEach(() => {
    book = new AlertBook([OF_PLATFORM, RULE])
    now = NOW
    problem = null
    says = {}
  })

  /** Looks every 5 s. Returns what was told, and after how many seconds. */
  const pass = (seconds: number) => {
    const told: [number, string, string][] = []
    for (let passed = 5; passed <= seconds; passed += 5) {
      now += 5 * SECOND
      for (const { state, text } of book.look(facts({ now, problem })))
        told.push([passed, state, text])
    }
    return told
  }
  /** As after some minutes in which all is well. */
  const settled = () => {
    says = { 'web.1': 'fine' }
    expect(pass(120)).to.deep.equal([])
  }

  it('tells of what is bad for as long as the rule says, and of no more', () => {
    settled()
    says = { 'web.1': 'bad' }
    expect(pass(20)).to.deep.equal([])
    expect(pass(600)).to.deep.equal([[5, 'raised', 'web.1 is bad']])
    expect(book.raised).to.deep.equal([
      {
        id: `shop quota web.1 ${NOW + 145 * SECOND}`,
        app: 'shop',
        rule: 'quota',
        title: 'too much',
        place: 'web.1',
        state: 'raised',
        at: '2026-03-01T12:02:25.000Z',
        raised_at: '2026-03-01T12:02:25.000Z',
        text: 'web.1 is bad',
      },
    ])
  })

  it('tells that it is over, once, by the same id', () => {
    settled()
    says = { 'web.1': 'bad' }
    pass(60)
    const [raised] = book.raised
    says = { 'web.1': 'fine' }
    expect(pass(40)).to.deep.equal([])
    now += 5 * SECOND
    expect(book.look(facts({ now }))).to.deep.equal([
      { ...raised, state: 'resolved', at: new Date(now).toISOString(), text: 'web.1 is fine' },
    ])
    expect(book.raised).to.deep.equal([])
    expect(pass(600)).to.deep.equal([])
  })

  it('is not moved by what lies between', () => {
    settled()
    for (let turn = 0; turn < 20; turn += 1) {
      says = { 'web.1': 'bad' }
      expect(pass(15)).to.deep.equal([])
      says = { 'web.1': 'between' }
      expect(pass(15)).to.deep.equal([])
    }
    says = { 'web.1': 'bad' }
    expect(pass(30)).to.have.length(1)
    for (let turn = 0; turn < 20; turn += 1) {
      says = { 'web.1': 'fine' }
      expect(pass(35)).to.deep.equal([])
      says = { 'web.1': 'between' }
      expect(pass(35)).to.deep.equal([])
    }
    expect(book.raised).to.have.length(1)
  })

  it('tells of what is so from the start once, when figures have come', () => {
    says = { 'web.1': 'bad' }
    // 25 s, and then as long as the rule says.
    expect(pass(300)).to.deep.equal([[50, 'raised', 'web.1 is bad']])
  })

  it('judges nothing by a platform that does not tell, nor at once when it does again', () => {
    settled()
    says = { 'web.1': 'bad' }
    problem = 'Heroku could not be reached.'
    expect(pass(300)).to.deep.equal([[25, 'raised', 'Heroku could not be reached.']])
    problem = null
    expect(pass(300)).to.deep.equal([
      [5, 'resolved', 'seen again'],
      [50, 'raised', 'web.1 is bad'],
    ])
    problem = 'Heroku could not be reached.'
    says = { 'web.1': 'fine' }
    expect(pass(10)).to.deep.equal([])
    problem = null
    // 25 s, and then as long as the rule says.
    expect(pass(300)).to.deep.equal([[70, 'resolved', 'web.1 is fine']])
  })

  it('begins anew when this machine has slept', () => {
    settled()
    says = { 'web.1': 'bad' }
    pass(15)
    now += 3_600 * SECOND
    expect(pass(300)).to.deep.equal([[45, 'raised', 'web.1 is bad']])
  })

  it('tells of each place, and of one that is gone', () => {
    says = { 'web.1': 'fine', 'web.2': 'fine' }
    pass(120)
    says = { 'web.1': 'bad', 'web.2': 'bad' }
    expect(pass(60).map(([, state, text]) => [state, text])).to.deep.equal([
      ['raised', 'web.1 is bad'],
      ['raised', 'web.2 is bad'],
    ])
    says = { 'web.1': 'bad' }
    expect(pass(60)).to.deep.equal([[45, 'resolved', 'web.2 runs no more.']])
    says = {}
    expect(pass(60)).to.deep.equal([[45, 'resolved', 'web.1 runs no more.']])
  })

  it('tells of many places in one alert, that is over when all of them are', () => {
    settled()
    const names = Array.from({ length: 100 }, (_, at) => `web.${at + 1}`)
    const all = (is: Judgement['is']) => Object.fromEntries(names.map((name) => [name, is]))
    says = all('bad')
    expect(pass(300)).to.deep.equal([
      [25, 'raised', 'web.1 is bad So it is with web.2, web.3 and 97 more.'],
    ])
    expect(book.raised[0]!.place).to.equal(null)
    // One more is no news.
    says = { ...says, 'web.101': 'bad' }
    expect(pass(300).map(([, , text]) => text)).to.deep.equal(['web.101 is bad'])
    says = { ...all('fine'), 'web.7': 'bad', 'web.101': 'bad' }
    expect(pass(300)).to.deep.equal([])
    says = all('fine')
    expect(pass(300).map(([, state, text]) => [state, text])).to.deep.equal([
      ['resolved', 'web.7 is fine'],
      ['resolved', 'web.101 runs no more.'],
    ])
  })

  it('tells of six that come one after the other in six alerts at most', () => {
    says = {}
    pass(120)
    let told = 0
    for (let at = 1; at <= 20; at += 1) {
      says = { ...says, [`web.${at}`]: 'bad' }
      told += pass(40).length
    }
    expect(told).to.equal(6)
  })

  it('tells a line, whatever names are in it', () => {
    settled()
    says = { 'web.1 \u001b[31ma\n<!channel>\u202e:0': 'bad' }
    pass(60)
    expect(book.raised[0]).to.include({
      place: 'web.1 a <!channel>:0',
      text: 'web.1 a <!channel>:0 is bad',
    })
    says = { [`web.1 ${'x'.repeat(1000)}`]: 'bad' }
    pass(60)
    expect(book.raised.at(-1)!.text).to.have.length(500)
  })
})
