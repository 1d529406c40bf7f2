import { spawnSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { parseEnv } from 'node:util'
import { expect } from 'chai'
import {
  changesBetween,
  checkNames,
  countOfVars,
  hideSecrets,
  parseAssignments,
  parseDotenv,
  readVars,
  refuseOwnNames,
  renderDotenv,
  shownVars,
  unreadByShells,
} from '../../src/config/index.js'
import { failureOf, refusal } from '../support/failures.js'
import { HARD } from './hard-values.js'

describe('names of config vars', () => {
  it('are taken once each', () => expect(checkNames(['B', '_a1', 'B'])).to.deep.equal(['B', '_a1']))
  for (const name of ['1A', 'A-B', 'A.B', '', ' A', 'A ', 'A\n', 'Ä'])
    it(`are not ${JSON.stringify(name)}, which is not repeated`, async () => {
      const expected = {
        code: 'usage',
        message: 'An argument is not the name of a config var. Nothing was changed.',
      }
      expect(refusal(() => checkNames([name]))).to.include(expected)
      expect(await failureOf(parseAssignments([`${name}=x`]))).to.include(expected)
    })
  it('are not those of the dyno', () => {
    for (const name of ['PORT', 'DYNO'])
      expect(refusal(() => refuseOwnNames(['A', name]))).to.deep.include({
        code: 'usage',
        message: `${name} cannot be a config var. Nothing was changed.`,
        next: `Leave it out: the app reads process.env.${name}.`,
      })
    expect(refusal(() => refuseOwnNames(['DYNO', 'PORT'])).message).to.match(/^DYNO /)
    refuseOwnNames(['PORTS', 'MY_DYNO', 'port'])
  })
  it('are refused without a value too', async () =>
    expect((await failureOf(parseAssignments(['DYNO']))).message).to.match(/^DYNO cannot be/))

  for (const args of [
    ['A=1', 'A'],
    ['A', 'A=1'],
    ['A', 'A'],
    ['A=', 'A='],
  ])
    it(`are not given twice: ${args.join(' ')}`, async () =>
      expect((await failureOf(parseAssignments(args))).message).to.equal(
        'A is given twice. Nothing was changed.',
      ))

  it('may be any, `constructor` too', async () =>
    expect(await parseAssignments(['constructor=1', 'toString'])).to.deep.equal({
      values: { constructor: '1' },
      names: ['toString'],
    }))

  it('are told of a secret on the command line, with the ways that keep it', async () => {
    const error = await failureOf(parseAssignments(['STRIPE_KEY=s3cret']))
    expect(error.message).to.match(/^The value of STRIPE_KEY looks like a secret/)
    expect(error.next).to.include('shipit config set STRIPE_KEY < file')
  })
})

describe('lines of a .env file', () => {
  for (const [of, text, vars] of [
    ['CR alone', 'A=1\rB=2', { A: '1', B: '2' }],
    ['export and tabs', '\texport A = 1\n', { A: '1' }],
    [
      'a comment behind closing quotes of several lines',
      'A="x\ny" # z\nB=1',
      { A: 'x\ny', B: '1' },
    ],
    [
      'lines of a value that look like others',
      'A="x\nB=1\n# y"\nC=2',
      { A: 'x\nB=1\n# y', C: '2' },
    ],
    ['a colon, as dotenv has it', 'A: 1', { A: '1' }],
    [
      'names that every object has',
      'constructor=1\ntoString=2',
      { constructor: '1', toString: '2' },
    ],
    ['a comment that is indented', '  # A=1', {}],
    ['lines of a value that are indented', 'A="x\n  y\n  z"', { A: 'x\n  y\n  z' }],
    ['quotes of the other kind in a value', `A='x\n"y"\nz'`, { A: 'x\n"y"\nz' }],
  ] as const)
    it(of, () => expect({ ...parseDotenv(text, '.env') }).to.deep.equal(vars))

  for (const [text, words] of [
    ['A=1\n__proto__=x', 'Line 2 of f cannot be used: no variable can be called __proto__'],
    ['A-B=1', 'Line 1 of f cannot be used: its name may hold letters, digits and _ only'],
    ['1A=1', 'Line 1 of f cannot be used: its name may hold letters, digits and _ only'],
    ['A=1\n\nB=2\nA=3', 'Line 4 of f cannot be used: A is given a second time'],
    ['A=1\nhello A=2', 'Line 2 of f cannot be used: it is not NAME=value'],
    ['undefined=1\nhello', 'Line 2 of f cannot be used: it is not NAME=value'],
    ['B=1\nA:1', 'Line 2 of f cannot be used: it is not NAME=value'],
    ['A="x\ny"\nx', 'Line 3 of f cannot be used: it is not NAME=value'],
    ['=1', 'Line 1 of f cannot be used: it is not NAME=value'],
    ['A', 'Line 1 of f cannot be used: it is not NAME=value'],
  ] as const)
    it(`${JSON.stringify(text)} is refused`, () => {
      const error = refusal(() => parseDotenv(text, 'f'))
      expect(error.message).to.equal(`${words}. Nothing was changed.`)
      expect(error.next).to.match(/^Give one NAME=value a line/)
    })

  it('are written by name, in the plainest form that reads back', () => {
    const lines = {
      A: ['x/y:1@+,-.%w', 'A=x/y:1@+,-.%w'],
      B: ["it's", `B="it's"`],
      C: ['a b', "C='a b'"],
      D: [`'"`, 'D=`\'"`'],
      E: ['', 'E='],
      F: ['a\n"b"', `F='a\n"b"'`],
      G: ["a\n'b'", `G="a\n'b'"`],
      H: ["'`\n", 'H="\'`\\n"'],
      I: ['~/x', "I='~/x'"],
      J: [`'"\``, 'J=`\'"``'],
    }
    const vars = Object.entries(lines).map(([name, [value]]) => [name, value!] as const)
    expect(renderDotenv(Object.fromEntries(vars.toReversed()))).to.equal(
      Object.values(lines)
        .map(([, line]) => `${line}\n`)
        .join(''),
    )
    expect(unreadByShells(Object.fromEntries(vars.toReversed()))).to.deep.equal(['D', 'H', 'J'])
    expect(renderDotenv({})).to.equal('')
    expect(refusal(() => renderDotenv({ A: 'a\rb' })).next).to.equal(
      'Read it by itself: shipit config get A',
    )
  })
})

describe('a .env file that others read', () => {
  const vars = Object.fromEntries(HARD.map((value, at) => [`V${at}`, value]))

  it('is the same to Node.js itself', () =>
    expect({ ...parseEnv(renderDotenv(vars)) }).to.deep.equal(vars))

  it('is the same to a shell, but for the variables that are named', () => {
    const unread = unreadByShells(vars)
    expect(unread.map((name) => vars[name]).sort()).to.deep.equal(
      ['{"a":"b\'c"}', "it's $x", 'x\'"y', '"\n\''].sort(),
    )
    const rest = Object.fromEntries(Object.entries(vars).filter(([name]) => !unread.includes(name)))
    const script = `set -a; eval "$1"; "$2" -p 'JSON.stringify(process.env)'`
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', renderDotenv(rest), process.execPath], {
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).to.deep.include(rest)
  })
})

describe('where values come from, and what is said of them', () => {
  const sources = (text: string | null) => ({
    stdin: Object.assign(Readable.from(text ? [text] : []), { isTTY: text === null }),
    ask: async (name: string) => `typed ${name}`,
  })
  const read = (values: Record<string, string>, names: string[], text: string | null) =>
    readVars({ values, names }, sources(text))

  it('a value of stdin loses one line break of either kind', async () => {
    for (const [text, value] of [
      ['x\r\n', 'x'],
      ['x\n\r\n', 'x\n'],
      ['x', 'x'],
      ['\n', ''],
      ['x\r', 'x\r'],
    ])
      expect(await read({ A: '1' }, ['K'], text!)).to.deep.equal({ A: '1', K: value })
  })
  it('values of the command line join those of lines', async () =>
    expect(await read({ A: '1' }, ['B', 'C'], 'B=2\nC=\n')).to.deep.equal({
      A: '1',
      B: '2',
      C: '',
    }))
  for (const [names, text, message, next] of [
    [[], null, 'No config vars were given. Nothing was changed.', /config set < \.env/],
    [[], '# nothing', 'No config vars were given. Nothing was changed.', /config set < \.env/],
    [['K'], '', 'K got no value: stdin is empty. Nothing was changed.', /config unset K$/],
    [['A', 'B', 'C'], 'B=1', 'The input lacks A, C. Nothing was changed.', undefined],
    [
      ['A', 'B'],
      'A=1\nB=2\nD=4\nC=3',
      'The input holds D, C, which you did not name. Nothing was changed.',
      undefined,
    ],
    [[], 'A=1\nDYNO=x', 'DYNO cannot be a config var. Nothing was changed.', /process\.env\.DYNO/],
    [['A', 'B'], 'oops', /^Line 1 of the input /, /^Give one/],
  ] as const)
    it(`${names.join(' ') || 'nothing'} with ${JSON.stringify(text)} is refused`, async () => {
      const error = await failureOf(read({}, [...names], text))
      expect(error.code).to.equal('usage')
      if (typeof message === 'string') expect(error.message).to.equal(message)
      else expect(error.message).to.match(message)
      if (next) expect(error.next).to.match(next)
    })
})

describe('what is shown of config vars', () => {
  it('is their number', () =>
    expect([{}, { A: '' }, { A: '', B: '' }].map(countOfVars)).to.deep.equal([
      '0 config vars',
      '1 config var',
      '2 config vars',
    ]))
  it('is sorted by name', async () => {
    const { shown, hidden } = await shownVars({ C_KEY: 'x', B: '1', A_KEY: 'y', D: '2' })
    expect(Object.keys(shown)).to.deep.equal(['A_KEY', 'B', 'C_KEY', 'D'])
    expect(hidden).to.deep.equal(['A_KEY', 'C_KEY'])
  })
  it('and so are changes', () =>
    expect(
      changesBetween({ X2: '1', X1: '1', Z: '', Y: '' }, { X2: '2', X1: '2', B: '', A: '' }),
    ).to.deep.include({ added: ['A', 'B'], changed: ['X1', 'X2'], removed: ['Y', 'Z'] }))
  it('sends a variable whose value is none of the app', () =>
    expect(changesBetween({ A: '1' }, { A: '1', B: '' }).patch).to.deep.equal({ B: '' }))
  it('takes no name of every object for one of the app', () =>
    expect(changesBetween({}, { constructor: '1' })).to.deep.equal({
      added: ['constructor'],
      changed: [],
      removed: [],
      patch: { constructor: '1' },
    }))

  for (const [line, shown] of [
    ["A_TOKEN='a b' node x", 'A_TOKEN=… node x'],
    ['A_TOKEN="a b" node x', 'A_TOKEN=… node x'],
    ['DB=postgres://u:p@h/d node x', 'DB=… node x'],
    ['DB="postgres://u:p@h/d" node x', 'DB=… node x'],
    ['--db-password=x --name=y', '--db-password=… --name=y'],
    ['--secret=abc', '--secret=…'],
    [`A_KEY='"' node x`, 'A_KEY=… node x'],
    [`DB=postgres://h/"x"@y node x`, 'DB=postgres://h/"x"@y node x'],
    ['the flag --secret abc', 'the flag --secret abc'],
    ['`a` and `b --secret abc`', '`a` and `b --secret …`'],
    ['a --password  hunter2', 'a --password  …'],
    ['password hunter2', 'password hunter2'],
  ] as const)
    it(`is \`${shown}\` of a command`, () => expect(hideSecrets(line)).to.equal(shown))
})
