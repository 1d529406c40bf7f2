import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  checkKeys,
  maskSecret,
  namesFrom,
  parseKeyLines,
  planUnset,
  readKeys,
  shown,
  type KeyName,
} from '../../../src/config/keys/index.js'
import { failureOf, refusal } from '../../support/failures.js'

const KEY = 'abc123def456ghi'
const OTHER = 'xyz123def456ghi'

describe('names of keys', () => {
  it('are taken once each', () =>
    expect(namesFrom(['PM2_SECRET_KEY', 'PM2_MACHINE_NAME', 'PM2_SECRET_KEY'])).to.deep.equal([
      'PM2_SECRET_KEY',
      'PM2_MACHINE_NAME',
    ]))
  it('are three, and come without a value', () => {
    expect(refusal(() => namesFrom(['s3cret']))).to.include({
      code: 'usage',
      message: 'An argument is not the name of a key. Nothing was changed.',
      next: 'The names are PM2_PUBLIC_KEY, PM2_SECRET_KEY, PM2_MACHINE_NAME.',
    })
    expect(refusal(() => namesFrom(['PM2_SECRET_KEY', 'PM2_PUBLIC_KEY=s3cret']))).to.include({
      code: 'usage',
      message: 'Keys are not taken from the command line. Nothing was changed.',
    })
  })
  it('are of secrets, but for the machine’s', () => {
    expect(shown('PM2_MACHINE_NAME', 'shop')).to.equal('shop')
    expect(shown('PM2_PUBLIC_KEY', KEY)).to.equal('****6ghi')
    expect(shown('PM2_SECRET_KEY', KEY)).to.equal('****6ghi')
    expect(maskSecret('123456789012')).to.equal('****9012')
  })
  it('that the app has are removed, an empty one too', () =>
    expect(planUnset({ PM2_SECRET_KEY: '' }, ['PM2_SECRET_KEY', 'PM2_PUBLIC_KEY'])).to.deep.equal({
      PM2_SECRET_KEY: null,
    }))
})

describe('lines of keys', () => {
  for (const [of, text, keys] of [
    [
      'CR alone',
      'PM2_PUBLIC_KEY=a\rPM2_SECRET_KEY=b',
      { PM2_PUBLIC_KEY: 'a', PM2_SECRET_KEY: 'b' },
    ],
    ['a comment behind quotes', `PM2_SECRET_KEY='a' # b`, { PM2_SECRET_KEY: 'a' }],
    ['quotes of the other kind', `PM2_SECRET_KEY="a'b"`, { PM2_SECRET_KEY: "a'b" }],
    ['a comment alone for a value', 'PM2_SECRET_KEY=# b', { PM2_SECRET_KEY: '' }],
    ['spaces and tabs', 'export\tPM2_SECRET_KEY\t=  a  ', { PM2_SECRET_KEY: 'a' }],
    ['quotes inside a value', `PM2_SECRET_KEY=a"b"`, { PM2_SECRET_KEY: 'a"b"' }],
    ['= in a value', 'PM2_SECRET_KEY=a=b', { PM2_SECRET_KEY: 'a=b' }],
  ] as const)
    it(of, () => expect(parseKeyLines(text)).to.deep.equal(keys))

  for (const [text, words] of [
    ['\n\nhello', 'Line 3 of the input cannot be used: it is not KEY=value.'],
    ['PM2_KEY=1', 'Line 1 of the input cannot be used: its key is none that PM2 knows.'],
    ['see PM2_SECRET_KEY=1', 'Line 1 of the input cannot be used: it is not KEY=value.'],
    ['1=1', 'Line 1 of the input cannot be used: it is not KEY=value.'],
    [
      '# x\nPM2_SECRET_KEY="a',
      'Line 2 of the input cannot be used: the quotes around PM2_SECRET_KEY do not close.',
    ],
    [
      `PM2_SECRET_KEY="a' b`,
      'Line 1 of the input cannot be used: the quotes around PM2_SECRET_KEY do not close.',
    ],
    [
      `PM2_SECRET_KEY='a' b`,
      'Line 1 of the input cannot be used: the quotes around PM2_SECRET_KEY do not close.',
    ],
    [
      'PM2_SECRET_KEY=\nPM2_SECRET_KEY=a',
      'Line 2 of the input cannot be used: PM2_SECRET_KEY is given a second time.',
    ],
  ] as const)
    it(`${JSON.stringify(text)} is refused`, () =>
      expect(refusal(() => parseKeyLines(text)).message).to.equal(words))
})

describe('what is no key', () => {
  for (const [name, value, words] of [
    ['PM2_SECRET_KEY', '', 'is empty'],
    ['PM2_MACHINE_NAME', '', 'is empty'],
    ['PM2_SECRET_KEY', 'abc 123 def', 'has a space or a line break in it'],
    ['PM2_MACHINE_NAME', 'a b', 'has a space or a line break in it'],
    ['PM2_PUBLIC_KEY', `X=${KEY}`, 'has a name and `=` in front of the key'],
    ['PM2_PUBLIC_KEY', `-X=${KEY}`, 'is not what PM2 issues: letters and digits, at least 8'],
    ['PM2_PUBLIC_KEY', 'abc1234', 'is not what PM2 issues: letters and digits, at least 8'],
    ['PM2_PUBLIC_KEY', 'a'.repeat(129), 'is not what PM2 issues: letters and digits, at least 8'],
    ['PM2_PUBLIC_KEY', `${KEY}-`, 'is not what PM2 issues: letters and digits, at least 8'],
    ['PM2_PUBLIC_KEY', `-${KEY}`, 'is not what PM2 issues: letters and digits, at least 8'],
    ['PM2_MACHINE_NAME', '.web', 'may hold letters, digits, `_`, `.`, `:` and `-`, 64 at most'],
    ['PM2_MACHINE_NAME', 'a/b', 'may hold letters, digits, `_`, `.`, `:` and `-`, 64 at most'],
    [
      'PM2_MACHINE_NAME',
      'a'.repeat(65),
      'may hold letters, digits, `_`, `.`, `:` and `-`, 64 at most',
    ],
  ] as const)
    it(`${name} that ${words} (${value.length})`, () =>
      expect(refusal(() => checkKeys({ [name]: value }))).to.include({
        code: 'usage',
        message: `${name} ${words}. Nothing was changed.`,
        next: 'Copy it again from the bucket’s settings at https://app.pm2.io.',
      }))

  it('the longest and shortest that are', () => {
    checkKeys({ PM2_PUBLIC_KEY: 'abcd1234', PM2_SECRET_KEY: 'a'.repeat(128) })
    checkKeys({ PM2_MACHINE_NAME: `a${'_.:-'.repeat(15)}bcd` })
    checkKeys({ PM2_MACHINE_NAME: 'a'.repeat(64) })
    checkKeys({})
  })

  it('two that are the same, or each other’s', () => {
    expect(refusal(() => checkKeys({ PM2_PUBLIC_KEY: KEY, PM2_SECRET_KEY: KEY }))).to.include({
      message: 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are the same. Nothing was changed.',
      why: undefined,
    })
    for (const [given, current] of [
      [{ PM2_PUBLIC_KEY: KEY }, { PM2_SECRET_KEY: KEY }],
      [{ PM2_SECRET_KEY: KEY }, { PM2_PUBLIC_KEY: KEY }],
      [{ PM2_PUBLIC_KEY: OTHER, PM2_SECRET_KEY: KEY }, { PM2_PUBLIC_KEY: KEY }],
    ])
      expect(refusal(() => checkKeys(given!, current as Record<string, string>))).to.include({
        message: 'PM2_PUBLIC_KEY and PM2_SECRET_KEY are swapped. Nothing was changed.',
        why: 'What was given for the one is what the app has for the other.',
      })
    checkKeys({ PM2_PUBLIC_KEY: KEY }, { PM2_PUBLIC_KEY: KEY })
    checkKeys({ PM2_SECRET_KEY: KEY }, { PM2_SECRET_KEY: KEY, PM2_PUBLIC_KEY: OTHER })
  })
})

describe('where keys are read', () => {
  const asked: string[] = []
  beforeEach(() => void asked.splice(0))
  const typing = (answers: Partial<Record<KeyName, string>>) => ({
    stdin: Object.assign(Readable.from([]), { isTTY: true }),
    env: { PM2_PUBLIC_KEY: 'of-the-environment' },
    ask: async (name: KeyName, { isHidden }: { isHidden: boolean }) => {
      asked.push(`${name} ${isHidden}`)
      return answers[name] ?? ''
    },
  })
  const piped = (text: string, env: Record<string, string> = {}) => ({
    ...typing({}),
    stdin: Readable.from(text === '' ? [] : [text]),
    env,
  })

  it('on a terminal all are asked for, and what stays empty is left as it is', async () => {
    expect(await readKeys(typing({ PM2_SECRET_KEY: ` ${KEY} ` }))).to.deep.equal({
      PM2_SECRET_KEY: KEY,
    })
    expect(asked).to.deep.equal([
      'PM2_PUBLIC_KEY true',
      'PM2_SECRET_KEY true',
      'PM2_MACHINE_NAME false',
    ])
  })
  it('on a terminal those that were named, and an empty answer is one', async () => {
    expect(await readKeys(typing({}), ['PM2_MACHINE_NAME'])).to.deep.equal({ PM2_MACHINE_NAME: '' })
    expect(asked).to.deep.equal(['PM2_MACHINE_NAME false'])
  })
  it('in a pipe, else in the environment, and there those that are wanted', async () => {
    const env = { PM2_PUBLIC_KEY: KEY, PM2_SECRET_KEY: OTHER, HOME: '/' }
    expect(await readKeys(piped('PM2_SECRET_KEY=x', env))).to.deep.equal({ PM2_SECRET_KEY: 'x' })
    expect(await readKeys(piped('', env))).to.deep.equal({
      PM2_PUBLIC_KEY: KEY,
      PM2_SECRET_KEY: OTHER,
    })
    expect(await readKeys(piped('# none', env), ['PM2_SECRET_KEY'])).to.deep.equal({
      PM2_SECRET_KEY: OTHER,
    })
    expect(await readKeys(piped(''))).to.deep.equal({})
    expect(asked).to.deep.equal([])
  })
  it('and not what was not named', async () => {
    const lines = 'PM2_PUBLIC_KEY=a\nPM2_SECRET_KEY=b\nPM2_MACHINE_NAME=c'
    const error = await failureOf(readKeys(piped(lines), ['PM2_SECRET_KEY']))
    expect(error).to.include({
      code: 'usage',
      message:
        'The input holds PM2_PUBLIC_KEY, PM2_MACHINE_NAME, which you did not name. Nothing was changed.',
    })
    expect(await readKeys(piped('PM2_SECRET_KEY=b'), ['PM2_SECRET_KEY'])).to.deep.equal({
      PM2_SECRET_KEY: 'b',
    })
  })
})
