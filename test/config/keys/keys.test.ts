import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  checkKeys,
  maskSecret,
  parseKeyLines,
  planSet,
  planUnset,
  readKeys,
  type KeyName,
} from '../../../src/config/keys/index.js'
import { rejection } from '../../support/platform.js'

const usage = (act: () => unknown) => expect(act).to.throw().with.property('code', 'usage')
const KEY = 'abc123def456ghi'

describe('KEY=value lines', () => {
  const cases: [string, string, object][] = [
    ['bare', 'PM2_PUBLIC_KEY=abc', { PM2_PUBLIC_KEY: 'abc' }],
    [
      'quoted',
      'PM2_PUBLIC_KEY="a b # c"\nPM2_SECRET_KEY=\'d\'',
      { PM2_PUBLIC_KEY: 'a b # c', PM2_SECRET_KEY: 'd' },
    ],
    [
      'export, blanks, comments',
      '\n  # x\nexport PM2_PUBLIC_KEY = abc # mine\n\n',
      { PM2_PUBLIC_KEY: 'abc' },
    ],
    [
      'CRLF and a byte order mark',
      '\uFEFFPM2_PUBLIC_KEY=abc\r\nPM2_SECRET_KEY=def\r\n',
      { PM2_PUBLIC_KEY: 'abc', PM2_SECRET_KEY: 'def' },
    ],
    ['# inside a value', 'PM2_PUBLIC_KEY=a#b', { PM2_PUBLIC_KEY: 'a#b' }],
    ['an empty value', 'PM2_PUBLIC_KEY=', { PM2_PUBLIC_KEY: '' }],
    ['nothing', '', {}],
  ]
  for (const [name, text, keys] of cases)
    it(name, () => expect(parseKeyLines(text)).to.deep.equal(keys))

  for (const [name, text] of [
    ['no =', 'hello s3cret'],
    ['an unknown key', 's3cret=1'],
    ['an open quote', 'PM2_SECRET_KEY="s3cret'],
    ['a key twice', 'PM2_SECRET_KEY=s3cret\nPM2_SECRET_KEY=s3cret'],
  ] as const) {
    it(`${name} is an error that names the line and not its content`, () => {
      expect(() => parseKeyLines(text))
        .to.throw(/^Line [12] /)
        .and.satisfy((error: Error) => !JSON.stringify(error).includes('s3cret'))
    })
  }
})

describe('the shape of keys', () => {
  it('lets pass what PM2 issues', () => {
    const issued = {
      PM2_PUBLIC_KEY: KEY,
      PM2_SECRET_KEY: `${KEY}x`,
      PM2_MACHINE_NAME: 'my-app.web.1',
    }
    expect(() => checkKeys(issued)).to.not.throw()
  })
  for (const value of ['', 'a b', 'abc', 'abc-123-def-456', `PM2_SECRET_KEY=${KEY}`, `${KEY}\n`]) {
    it(`refuses ${JSON.stringify(value)} without repeating it`, () => {
      usage(() => checkKeys({ PM2_SECRET_KEY: value }))
      if (value)
        expect(() => checkKeys({ PM2_SECRET_KEY: value }))
          .to.throw()
          .and.satisfy((error: Error) => !error.message.includes(value))
    })
  }
  it('refuses one key for both, swapped keys, and a machine name with a space', () => {
    usage(() => checkKeys({ PM2_PUBLIC_KEY: KEY, PM2_SECRET_KEY: KEY }))
    usage(() => checkKeys({ PM2_PUBLIC_KEY: KEY }, { PM2_SECRET_KEY: KEY }))
    usage(() => checkKeys({ PM2_MACHINE_NAME: 'my app' }))
  })
})

describe('what is sent and shown', () => {
  it('only what differs', () => {
    expect(
      planSet({ PM2_PUBLIC_KEY: 'a' }, { PM2_PUBLIC_KEY: 'a', PM2_SECRET_KEY: 'b' }),
    ).to.deep.equal({ PM2_SECRET_KEY: 'b' })
    expect(
      planUnset({ PM2_PUBLIC_KEY: 'a', X: '1' }, ['PM2_PUBLIC_KEY', 'PM2_SECRET_KEY']),
    ).to.deep.equal({ PM2_PUBLIC_KEY: null })
  })
  it('never the length of a secret, nor much of a short one', () => {
    expect(maskSecret('12345678901')).to.equal('********')
    expect(maskSecret(KEY)).to.equal('****6ghi')
    expect(maskSecret(KEY + KEY)).to.equal('****6ghi')
  })
})

describe('where keys come from', () => {
  const ask = async (name: KeyName, { isHidden }: { isHidden: boolean }) =>
    name === 'PM2_MACHINE_NAME' ? '' : `${name}:${isHidden}`
  const terminal = Object.assign(Readable.from([]), { isTTY: true })
  it('a terminal is asked, secrets hidden, an empty machine name left out', async () => {
    expect(await readKeys({ stdin: terminal, env: { PM2_PUBLIC_KEY: 'x' }, ask })).to.deep.equal({
      PM2_PUBLIC_KEY: 'PM2_PUBLIC_KEY:true',
      PM2_SECRET_KEY: 'PM2_SECRET_KEY:true',
    })
  })
  it('stdin wins over the environment', async () => {
    expect(
      await readKeys({
        stdin: Readable.from(['PM2_PUBLIC_KEY=a']),
        env: { PM2_SECRET_KEY: 'b' },
        ask,
      }),
    ).to.deep.equal({ PM2_PUBLIC_KEY: 'a' })
  })
  it('a key in the input that was not named is an error', async () => {
    expect(
      await rejection(
        readKeys({ stdin: Readable.from(['PM2_PUBLIC_KEY=a']), env: {}, ask }, ['PM2_SECRET_KEY']),
      ),
    ).to.include({ code: 'usage' })
  })
})
