/** What holds for every input of the parsers, not only for the examples of their own tests. */
import { expect } from 'chai'
import fc from 'fast-check'
import { parseDotenv } from '../../src/config/dotenv.js'
import { healthHeaders } from '../../src/deploy/health/health-check.js'
import { parseDuration } from '../../src/lib/duration.js'
import { DYNO_SIZES } from '../../src/lib/dyno-sizes.js'
import { formatFormation, parseDynoCount, parseFormation } from '../../src/lib/dyno-count.js'
import { isHeader, readStatuses } from '../../src/ecosystem/health.js'
import { ShipitError } from '../../src/errors.js'
import { parseScale } from '../../src/operate/expression.js'
import { retryAfter } from '../../src/heroku/limits.js'
import { cutBlocks, cutLines } from '../../src/runtime/lines.js'

const type = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/)
const size = fc.constantFrom(...DYNO_SIZES.map(({ name }) => name))
/** Anything that a user may type, among it much that is nearly right. */
const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w=+:.,;\-\s]{0,24}$/))

/** Refusals are for people: any other error is a bug. */
function refusesAtMost(parse: (text: string) => unknown): (text: string) => void {
  return (text) => {
    try {
      parse(text)
    } catch (error) {
      expect(error).to.be.instanceOf(ShipitError)
    }
  }
}

describe('for every input', () => {
  it('a duration is read as it is written, and nothing else is one', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.constantFrom('s', 'm', 'h', ''), (amount, unit) => {
        const factor = { s: 1000, m: 60_000, h: 3_600_000, '': 1000 }[unit]!
        expect(parseDuration(`${amount}${unit}`)).to.equal(amount * factor)
      }),
    )
    fc.assert(
      fc.property(typed, (text) => {
        const ms = parseDuration(text)
        expect(ms !== undefined).to.equal(/^\d+(\.\d+)?[smh]?$/.test(text.trim()))
        if (ms !== undefined) expect(ms).to.be.at.least(0)
      }),
    )
  })

  it('a .env file gives back the values that were written into it', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/)
    const value = fc.stringMatching(/^[\w ./:#=$!-]{0,30}$/)
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (vars) => {
        const text = Object.entries(vars)
          .map(([key, each]) => `${key}='${each}'`)
          .join('\n')
        expect(parseDotenv(text, '.env')).to.deep.equal(vars)
        expect(parseDotenv(`\uFEFF${text.replaceAll('\n', '\r\n')}`, '.env')).to.deep.equal(vars)
      }),
    )
    fc.assert(
      fc.property(
        typed,
        refusesAtMost((text) => parseDotenv(text, '.env')),
      ),
    )
  })

  it('a scale expression is read as it is written', () => {
    const change = fc.record({
      type,
      operator: fc.constantFrom('=', '+', '-'),
      amount: fc.nat(9999),
      size: fc.option(size, { nil: undefined }),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(change, { selector: (one) => one.type, minLength: 1, maxLength: 5 }),
        (changes) => {
          const args = changes.map(
            (one) =>
              `${one.type}${one.operator}${one.amount}${one.size === undefined ? '' : `:${one.size.toLowerCase()}`}`,
          )
          expect(parseScale(args)).to.deep.equal(
            changes.map(({ type: name, operator, amount, size: of }) => ({
              type: name,
              quantity: { operator, amount },
              ...(of === undefined ? {} : { size: of }),
            })),
          )
        },
      ),
    )
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 3 }), (args) =>
        refusesAtMost(() => parseScale(args))(''),
      ),
    )
  })

  it('what a stop remembers is what a start reads', () => {
    const counts = fc.array(fc.record({ type, quantity: fc.nat(100), size }), { maxLength: 5 })
    fc.assert(
      fc.property(counts, (given) => {
        expect(parseFormation(formatFormation(given, ','))).to.deep.equal(given)
      }),
    )
    fc.assert(fc.property(typed, (text) => void parseFormation(text)))
  })

  it('a count of dynos has digits and, after a colon, a size', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.option(size, { nil: undefined }), (quantity, of) => {
        expect(
          parseDynoCount(of === undefined ? `${quantity}` : `${quantity}:${of}`),
        ).to.deep.equal({ quantity, size: of ?? null })
      }),
    )
    fc.assert(
      fc.property(typed, (text) => {
        expect(parseDynoCount(text) !== undefined).to.equal(/^\d+(:[a-z0-9.-]+)?$/i.test(text))
      }),
    )
  })

  it('a list of statuses holds what lies in one of its ranges', () => {
    const range = fc
      .tuple(fc.integer({ min: 100, max: 599 }), fc.nat(50))
      .map(([from, more]): [number, number] => [from, Math.min(599, from + more)])
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), (ranges) => {
        const text = ranges
          .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
          .join(', ')
        expect(readStatuses(text)).to.deep.equal(ranges)
      }),
    )
    fc.assert(
      fc.property(typed, (text) => {
        for (const [from, to] of readStatuses(text) ?? [])
          expect(from).to.be.within(100, to).and.at.most(599)
      }),
    )
  })

  it('a header that is sent holds no line break, and takes a secret from the environment alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        if (isHeader(name, value)) expect(`${name}${value}`).to.match(/^[^\r\n\0]*$/)
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,20}$/), (secret) => {
        expect(
          healthHeaders({ headers: ['X-Token:$TOKEN'] }, undefined, { TOKEN: secret }),
        ).to.deep.equal({ 'x-token': secret })
      }),
    )
    fc.assert(
      fc.property(
        typed,
        refusesAtMost((text) => healthHeaders({ headers: [text] }, undefined, {})),
      ),
    )
  })

  it('a wait that an answer asks for is never negative, and is in seconds or until a date', () => {
    const now = Date.UTC(2026, 0, 1)
    fc.assert(
      fc.property(fc.nat(86_400), (seconds) => {
        expect(retryAfter({ 'retry-after': `${seconds}` }, now)).to.equal(seconds * 1000)
        expect(
          retryAfter({ 'retry-after': new Date(now + seconds * 1000).toUTCString() }, now),
        ).to.equal(seconds * 1000)
        expect(retryAfter({ 'ratelimit-reset': `${now / 1000 + seconds}` }, now)).to.equal(
          seconds * 1000,
        )
      }),
    )
    fc.assert(
      fc.property(typed, typed, (after, reset) => {
        expect(
          retryAfter({ 'retry-after': after, 'ratelimit-reset': reset }, now) ?? 0,
        ).to.be.at.least(0)
      }),
    )
  })

  it('output that is cut into lines loses no byte, and no line is longer than it may be', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '\n', ' ') }),
        fc.integer({ min: 8, max: 40 }),
        (text, longest) => {
          const bytes = Buffer.from(text)
          const { complete, rest } = cutLines(bytes, longest)
          for (const line of complete) {
            expect(line.length).to.be.at.most(longest)
            expect(line.toString()).to.not.include('�')
          }
          expect(
            Buffer.concat([...complete, rest])
              .toString()
              .replaceAll('\n', ''),
          ).to.equal(text.replaceAll('\n', ''))
          const blocks = cutBlocks(bytes, longest)
          const whole = Buffer.concat([...blocks.complete, blocks.rest]).toString()
          expect(whole.replaceAll('\n', '')).to.equal(text.replaceAll('\n', ''))
          for (const line of whole.split('\n'))
            expect(Buffer.byteLength(line)).to.be.at.most(longest)
        },
      ),
    )
  })
})
