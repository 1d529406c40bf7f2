/**
 * Reads a JavaScript literal without running anything: JSON, JSON5, and what else PM2's own files
 * are written in (PM2 evaluates .json as JavaScript). Names without quotes, single quotes, template
 * strings, comments, trailing commas, hexadecimal numbers.
 */

/** A value and its place; `end` is the offset behind it. */
export interface LiteralNode {
  offset: number
  end: number
  value: unknown
  items?: LiteralNode[]
  entries?: LiteralEntry[]
}

export interface LiteralEntry {
  key: string
  offset: number
  node: LiteralNode
}

/** The text is no literal, or code. `offset`: where that shows. */
export class NotLiteral extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message)
  }
}

const DEEPEST = 200
const SPACE = /(?:[\s\uFEFF]+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200C\u200D]*/uy
const NUMBER = new RegExp(
  String.raw`0[xX][\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO][0-7]+|0[bB][01]+|` +
    String.raw`(?:0|[1-9]\d*(?:_\d+)*)(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?`,
  'y',
)
const CONSTANTS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  undefined: undefined,
  NaN: NaN,
  Infinity: Infinity,
}
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  0: '\0',
  '\n': '',
  '\r': '',
  '\r\n': '',
  '\u2028': '',
  '\u2029': '',
}
const ESCAPE = /\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[^ux]))/gu

/** @returns undefined for a text that holds nothing @throws NotLiteral */
export function parseLiteral(text: string): LiteralNode | undefined {
  const reader = new Reader(text)
  reader.skip()
  if (reader.at === text.length) return undefined
  const node = reader.value(0)
  reader.skip()
  if (reader.at < text.length) throw new NotLiteral('the file goes on after its end', reader.at)
  return node
}

class Reader {
  at = 0

  constructor(private readonly text: string) {}

  skip(): void {
    this.take(SPACE)
    if (this.text.startsWith('/*', this.at)) this.fail('a comment is not closed')
  }

  value(depth: number): LiteralNode {
    if (depth > DEEPEST) this.fail('values are nested too deeply')
    const offset = this.at
    const char = this.text[offset] ?? ''
    if (char === '{') return this.map(depth)
    if (char === '[') return this.list(depth)
    const value = '"\'`'.includes(char) && char !== '' ? this.string(char) : this.scalar()
    return { offset, end: this.at, value }
  }

  private map(depth: number): LiteralNode {
    const offset = this.at
    const entries: LiteralEntry[] = []
    this.each('}', () => {
      const place = this.at
      const key = this.key()
      this.skip()
      if (this.text[this.at] !== ':') this.fail('a colon is expected here')
      this.at += 1
      this.skip()
      entries.push({ key, offset: place, node: this.value(depth + 1) })
    })
    return {
      offset,
      end: this.at,
      value: Object.fromEntries(entries.map(({ key, node }) => [key, node.value])),
      entries,
    }
  }

  private list(depth: number): LiteralNode {
    const offset = this.at
    const items: LiteralNode[] = []
    this.each(']', () => items.push(this.value(depth + 1)))
    return { offset, end: this.at, value: items.map(({ value }) => value), items }
  }

  /** What stands between two brackets, with commas between and perhaps behind. */
  private each(close: '}' | ']', one: () => unknown): void {
    this.at += 1
    this.skip()
    while (this.text[this.at] !== close) {
      if (this.at === this.text.length) this.fail(`a ${close} is missing`)
      one()
      this.skip()
      const char = this.text[this.at] ?? ''
      if (char === ',') this.at += 1
      else if (char !== close)
        this.fail(
          /[\]}]|^$/.test(char) ? `a ${close} is missing` : 'a comma is missing before this',
        )
      this.skip()
    }
    this.at += 1
  }

  private key(): string {
    const place = this.at
    const char = this.text[place] ?? ''
    const key =
      char === '"' || char === "'"
        ? this.string(char)
        : (this.take(WORD) ?? number(this.take(NUMBER))?.toString())
    if (key === undefined) return this.fail('a name is expected here')
    // An object literal takes it for the prototype.
    if (key === '__proto__') return this.fail('__proto__ is not a name for an option', place)
    return key
  }

  private scalar(): unknown {
    const place = this.at
    const sign = /[+-]/.test(this.text[place] ?? '') ? this.text[this.at++] : ''
    if (sign !== '') this.skip()
    const word = this.take(WORD)
    const found = word === undefined ? number(this.take(NUMBER)) : CONSTANTS[word]
    if (word !== undefined && !Object.hasOwn(CONSTANTS, word))
      return this.fail('a word that is not in quotes', place)
    if (word === undefined && found === undefined)
      return this.fail('a value is expected here', place)
    if (sign !== '' && typeof found !== 'number')
      return this.fail('a value is expected here', place)
    return sign === '-' ? -(found as number) : found
  }

  private string(quote: string): string {
    const place = this.at
    const closing = new RegExp(
      quote === '`'
        ? /(?:[^`\\$]|\\[^]|\$(?!\{))*`/y
        : `(?:[^${quote}\\\\\\n\\r]|\\\\(?:\\r\\n|[^]))*${quote}`,
      'y',
    )
    this.at += 1
    const body = this.take(closing)?.slice(0, -1)
    if (body === undefined) return this.fail('a text is not closed', place)
    const isOdd = /\\(?:[1-9]|0\d|u(?!\{[\da-fA-F]{1,6}\}|[\da-fA-F]{4})|x(?![\da-fA-F]{2}))/.test(
      body.replaceAll('\\\\', ''),
    )
    if (isOdd) return this.fail('an escape that JavaScript does not know', place)
    const unescaped = body.replaceAll(
      ESCAPE,
      (_, point?: string, unit?: string, byte?: string, char?: string) =>
        char === undefined
          ? String.fromCodePoint(Math.min(0x10ffff, Number.parseInt((point ?? unit ?? byte)!, 16)))
          : (ESCAPES[char] ?? char),
    )
    return quote === '`' ? unescaped.replaceAll('\r\n', '\n') : unescaped
  }

  private take(form: RegExp): string | undefined {
    form.lastIndex = this.at
    const [found] = form.exec(this.text) ?? []
    if (found === undefined) return undefined
    this.at += found.length
    return found
  }

  private fail(message: string, offset = this.at): never {
    throw new NotLiteral(message, offset)
  }
}

const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replaceAll('_', ''))
