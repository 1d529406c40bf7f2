import { expect } from 'chai'
import { printable } from '../../src/ui/printable.js'

const cases: [what: string, text: string, cleaned: string][] = [
  ['plain text', 'GET / 200', 'GET / 200'],
  ['tabs and line feeds', 'a\tb\nc', 'a\tb\nc'],
  ['text of any language', 'grüße 日本 🚀', 'grüße 日本 🚀'],
  ['colours', '\x1b[31mred\x1b[0m', 'red'],
  ['colours with sub-parameters', '\x1b[38:2::1:2:3mx', 'x'],
  ['a cleared screen', '\x1b[2J\x1b[Hgone', 'gone'],
  ['a window title, ended by BEL', '\x1b]0;owned\x07text', 'text'],
  ['a window title, ended by ST', '\x1b]0;owned\x1b\\text', 'text'],
  ['a title that never ends', 'a\x1b]0;owned', 'a'],
  ['a hyperlink', '\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['a device control string', '\x1bPq#0\x1b\\x', 'x'],
  ['a reset', '\x1bcx', 'x'],
  ['a lone escape at the end', 'x\x1b', 'x'],
  ['C1 controls', 'a\x9b31mb', 'a31mb'],
  ['carriage returns and backspaces', 'safe\rDANGER\b\b', 'safeDANGER'],
  ['a bell', 'ding\x07', 'ding'],
]

describe('text from elsewhere', () => {
  for (const [what, text, cleaned] of cases) {
    it(`keeps no control of the terminal: ${what}`, () => expect(printable(text)).to.equal(cleaned))
  }
})
