import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  changesBetween,
  changesTo,
  hideSecrets,
  looksSecret,
  parseAssignments,
  parseDotenv,
  readVars,
  renderDotenv,
  shownVars,
} from '../../src/config/index.js'
import { rejection } from '../support/platform.js'
import { HARD } from './hard-values.js'

describe('.env files', () => {
  const cases: [string, string, object][] = [
    [
      'bare, quoted, exported, commented',
      '# x\n\nA=1\nexport B="two words" # mine\nC=\'#3\'\nD=',
      { A: '1', B: 'two words', C: '#3', D: '' },
    ],
    ['CRLF and a byte order mark', '\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    [
      'a value of several lines',
      'KEY="-----BEGIN X-----\nabc=\nnot NAME value\n-----END X-----"\nB=2\n',
      { KEY: '-----BEGIN X-----\nabc=\nnot NAME value\n-----END X-----', B: '2' },
    ],
    ['nothing', '', {}],
  ]
  for (const [name, text, vars] of cases)
    it(name, () => expect(parseDotenv(text, '.env')).to.deep.equal(vars))

  for (const [name, text, line] of [
    ['no name', 'A=1\nhello s3cret', 2],
    ['a name with a dot', 'a.b=s3cret', 1],
    ['a name twice', 'A=s3cret\nA=s3cret', 2],
    ['an open quote', 'B=1\nA="s3cret\nmore s3cret', 3],
  ] as const) {
    it(`${name} is an error that names the line and not its content`, () => {
      expect(() => parseDotenv(text, '.env'))
        .to.throw(`Line ${line} of .env cannot be used`)
        .and.satisfy((error: Error) => !JSON.stringify(error).includes('s3cret'))
    })
  }

  it('hold every value that they can, and read it back as it was', () => {
    const vars = Object.fromEntries(HARD.map((value, index) => [`V${index}`, value]))
    expect(parseDotenv(renderDotenv(vars), '.env')).to.deep.equal(vars)
  })
  it('say which value they cannot hold', () => {
    expect(() => renderDotenv({ A: '\'"`#\n' })).to.throw('A cannot be kept in a .env file.')
  })
})

describe('what looks like a secret', () => {
  for (const [name, value] of [
    ['STRIPE_KEY', 'x'],
    ['API_TOKEN', ''],
    ['db_password', ''],
    ['PM2_SECRET_KEY', ''],
    ['DATABASE_URL', 'postgres://u:p@h/db'],
    ['REDIS', 'rediss://token@h:6379'],
    ['CONFIG', '-----BEGIN RSA PRIVATE KEY-----\n'],
    ['SENTRY_DSN', 'x'],
  ] as const) {
    it(`${name}=${value.slice(0, 12)} does`, () => expect(looksSecret(name, value)).to.equal(true))
  }
  for (const [name, value] of [
    ['LOG_LEVEL', 'debug'],
    ['NODE_ENV', 'production'],
    ['BASE_URL', 'https://example.com/a@b'],
    ['KEYBOARD', 'qwerty'],
    ['MONKEY', 'x'],
    ['PASSENGER', '1'],
    ['TZ', 'UTC'],
  ] as const) {
    it(`${name}=${value} does not`, () => expect(looksSecret(name, value)).to.equal(false))
  }
  for (const [line, shown] of [
    ['TOKEN=abc node a.js --api-key=def', 'TOKEN=… node a.js --api-key=…'],
    [
      'pm2 serve . --basic-auth-password hunter2 --spa',
      'pm2 serve . --basic-auth-password … --spa',
    ],
    ['`app --secret abc` is kept', '`app --secret …` is kept'],
    ['--secret cannot be carried over', '--secret cannot be carried over'],
    ['node a.js --token --verbose x', 'node a.js --token --verbose x'],
    ['node a.js --port 3000', 'node a.js --port 3000'],
  ] as const) {
    it(`is left out of \`${shown}\``, () => expect(hideSecrets(line)).to.equal(shown))
  }
  it('is shown by its end at most', async () => {
    expect(
      await shownVars({ B: 'plain', A_KEY: 'abcdefghijklmnop', C_KEY: 'short' }),
    ).to.deep.equal({
      shown: { A_KEY: '****mnop', B: 'plain', C_KEY: '********' },
      hidden: ['A_KEY', 'C_KEY'],
    })
  })
})

describe('what is typed after config set', () => {
  it('is values and names', async () =>
    expect(await parseAssignments(['A=1', 'B=x=y\nz', 'STRIPE_KEY', 'D='])).to.deep.equal({
      values: { A: '1', B: 'x=y\nz', D: '' },
      names: ['STRIPE_KEY'],
    }))
  for (const args of [
    ['STRIPE_KEY=s3cret'],
    ['URL=https://u:s3cret@h'],
    ['s3cret-value'],
    ['--x=s3cret'],
    ['A=1', 'A=s3cret'],
    ['=s3cret'],
  ]) {
    it(`refuses ${args.join(' ').replaceAll('s3cret', '…')} without repeating it`, async () => {
      const error = await rejection(parseAssignments(args))
      expect(error.code).to.equal('usage')
      expect(JSON.stringify(error)).to.not.include('s3cret')
    })
  }
  it('refuses what is the dyno’s own', async () =>
    expect((await rejection(parseAssignments(['PORT=3000']))).message).to.include(
      'PORT cannot be a config var',
    ))
})

describe('where values come from', () => {
  const ask = async (name: string) => `typed ${name}`
  const piped = (text: string) => ({ stdin: Readable.from(text === '' ? [] : [text]), ask })
  const terminal = { stdin: Object.assign(Readable.from([]), { isTTY: true }), ask }

  it('the command line alone does not wait for stdin', async () =>
    expect(
      await readVars(
        { values: { A: '1' }, names: [] },
        { stdin: new Readable({ read() {} }), ask },
      ),
    ).to.deep.equal({ A: '1' }))
  it('a terminal is asked for each name', async () =>
    expect(await readVars({ values: { A: '1' }, names: ['B', 'C'] }, terminal)).to.deep.equal({
      A: '1',
      B: 'typed B',
      C: 'typed C',
    }))
  it('one name takes stdin as its value, less one line break', async () => {
    expect(await readVars({ values: {}, names: ['K'] }, piped('a=b\nc\n\n'))).to.deep.equal({
      K: 'a=b\nc\n',
    })
  })
  it('several names, or none, take lines', async () => {
    expect(await readVars({ values: {}, names: [] }, piped('A=1\nB="2"\n'))).to.deep.equal({
      A: '1',
      B: '2',
    })
    expect(await readVars({ values: {}, names: ['A', 'B'] }, piped('A=1\nB="2"\n'))).to.deep.equal({
      A: '1',
      B: '2',
    })
  })
  for (const [name, names, text] of [
    ['nothing at all', [], ''],
    ['an empty stdin for a name', ['K'], ''],
    ['a name that is missing', ['A', 'B'], 'A=1'],
    ['one that was not named', ['A', 'B'], 'A=1\nB=2\nC=3'],
    ['the dyno’s own', [], 'PORT=1'],
  ] as const) {
    it(`${name} is an error`, async () =>
      expect(
        await rejection(readVars({ values: {}, names: [...names] }, piped(text))),
      ).to.have.property('code', 'usage'))
  }
})

describe('what is sent', () => {
  const current = { A: '1', B: '2', C: '3' }
  it('only what differs', () =>
    expect(changesTo(current, { A: '1', B: 'x', D: '4' })).to.deep.equal({
      added: ['D'],
      changed: ['B'],
      removed: [],
      patch: { B: 'x', D: '4' },
    }))
  it('takes an empty value for a value: it is sent, kept, and removed as any other', () => {
    const empty = { A: '', B: '2' }
    expect(changesBetween(empty, { A: '', B: '2' }).patch).to.deep.equal({})
    expect(changesBetween(empty, { B: '2' })).to.deep.include({
      removed: ['A'],
      patch: { A: null },
    })
    expect(changesBetween(empty, { A: '', B: '' })).to.deep.equal({
      added: [],
      changed: ['B'],
      removed: [],
      patch: { B: '' },
    })
    expect(changesTo({}, { C: '' })).to.deep.equal({
      added: ['C'],
      changed: [],
      removed: [],
      patch: { C: '' },
    })
  })
  it('and what is to go', () =>
    expect(changesBetween(current, { B: '2', D: '4' })).to.deep.equal({
      added: ['D'],
      changed: [],
      removed: ['A', 'C'],
      patch: { D: '4', A: null, C: null },
    }))
})
