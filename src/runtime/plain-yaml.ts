/**
 * The YAML that most ecosystem files are: block maps and lists, flow ones within a line, and
 * scalars of one line. PM2's reader of all of YAML costs each boot a megabyte. Whatever could be
 * read in another way is `undefined`, for that reader to decide.
 */

/** Printable ASCII, no document markers, block scalars, anchors, tags or complex keys. */
const STRANGE = /[^\x20-\x7e\n]|^(---|\.\.\.|%)|[|>]\s*$|[|>][-+\d]/m
const KEY = /^([A-Za-z_][\w.-]*):(?: +|$)/
/**
 * A scalar without quotes: no indicator at its beginning, and nothing in it that ends it in one
 * place and not in another.
 */
const PLAIN = /^[A-Za-z0-9_./~+=$^(-](?:[^,[\]{}:#]|:(?=\S)|(?<=\S)#)*$/
const QUOTED = /^(?:'([^'\n]*)'|"([^"\\\n]*)")$/
const SCALARS: Record<string, unknown> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
}

class Doubt extends Error {}

interface Line {
  indent: number
  text: string
}

/** `undefined` for a text that is not plain. Never throws. */
export function plainYaml(text: string): unknown {
  if (STRANGE.test(text)) return undefined
  try {
    const lines = linesOf(text)
    const reader = new Reader(lines)
    return lines.length === 0 ? undefined : reader.all()
  } catch (error) {
    if (error instanceof Doubt) return undefined
    throw error
  }
}

function linesOf(text: string): Line[] {
  const lines = text.split('\n').map((line) => {
    const bare = line.replace(/^\s*#.*|\s#[^'"]*$/, '').trimEnd()
    return { indent: bare.length - bare.trimStart().length, text: bare.trimStart() }
  })
  return lines.filter((line) => line.text !== '')
}

class Reader {
  readonly #lines: Line[]
  #at = 0

  constructor(lines: Line[]) {
    this.#lines = lines
  }

  all(): unknown {
    const value = this.#block(this.#lines[0]!.indent)
    if (this.#at < this.#lines.length) throw new Doubt()
    return value
  }

  #block(indent: number): unknown {
    return isItem(this.#lines[this.#at]!) ? this.#list(indent) : this.#map(indent)
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = []
    for (
      let line = this.#lines[this.#at];
      line?.indent === indent && isItem(line);
      line = this.#lines[this.#at]
    ) {
      const text = line.text.slice(1).trimStart()
      if (isItem({ indent, text })) throw new Doubt()
      if (KEY.test(text)) {
        // The item's first key stands in the line of its dash.
        const inner = indent + line.text.length - text.length
        this.#lines[this.#at] = { indent: inner, text }
        items.push(this.#map(inner))
      } else {
        this.#at += 1
        items.push(flowOrScalar(text))
      }
      this.#refuseDeeper(indent)
    }
    return items
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    for (
      let line = this.#lines[this.#at];
      line?.indent === indent && !isItem(line);
      line = this.#lines[this.#at]
    ) {
      const [start, key] = KEY.exec(line.text) ?? []
      if (start === undefined || key === undefined) throw new Doubt()
      this.#at += 1
      const text = line.text.slice(start.length)
      put(map, key, text === '' ? this.#below(indent) : flowOrScalar(text))
      this.#refuseDeeper(indent)
    }
    return map
  }

  /** The value of a key that has none in its own line. A list may stand as far left as its key. */
  #below(indent: number): unknown {
    const next = this.#lines[this.#at]
    if (!next || next.indent < indent || (next.indent === indent && !isItem(next))) return null
    return this.#block(next.indent)
  }

  #refuseDeeper(indent: number): void {
    if ((this.#lines[this.#at]?.indent ?? 0) > indent) throw new Doubt()
  }
}

const isItem = ({ text }: Line): boolean => text === '-' || text.startsWith('- ')

function put(map: Record<string, unknown>, key: string, value: unknown): void {
  if (Object.hasOwn(map, key) || Object.hasOwn(SCALARS, key) || key === '__proto__')
    throw new Doubt()
  map[key] = value
}

function flowOrScalar(text: string): unknown {
  const [open] = text
  if (open !== '{' && open !== '[') return scalar(text)
  if (text.at(-1) !== (open === '{' ? '}' : ']')) throw new Doubt()
  const inner = text.slice(1, -1).trim()
  const parts = inner === '' ? [] : split(inner)
  if (open === '[') return parts.map((part) => flowOrScalar(part))
  const map: Record<string, unknown> = {}
  for (const part of parts) {
    const [start, key] = KEY.exec(part) ?? []
    if (start === undefined || key === undefined) throw new Doubt()
    put(map, key, flowOrScalar(part.slice(start.length)))
  }
  return map
}

/** At the commas of the outermost level. */
function split(text: string): string[] {
  const parts = ['']
  let depth = 0
  let quote = ''
  for (const char of text) {
    if (quote) quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") {
      // Inside of a scalar it is a character like others, here and not everywhere.
      if (!/(^|[:[{,]) *$/.test(parts.at(-1) as string)) throw new Doubt()
      quote = char
    } else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') depth -= 1
    if (depth < 0) throw new Doubt()
    if (char === ',' && depth === 0 && !quote) parts.push('')
    else parts.push(parts.pop()! + char)
  }
  const trimmed = parts.map((part) => part.trim())
  if (depth !== 0 || quote || trimmed.includes('')) throw new Doubt()
  return trimmed
}

function scalar(text: string): unknown {
  const quoted = QUOTED.exec(text)
  if (quoted) return quoted[1] ?? quoted[2]
  if (Object.hasOwn(SCALARS, text)) return SCALARS[text]
  if (!PLAIN.test(text)) throw new Doubt()
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text)
  // Other numbers have more forms than one reader agrees on, and times and dates look like them.
  if (/^[-+.]?[\d.][\w.:+-]*$/.test(text) && !/^\d+[MGKms]$|^\.{1,2}\//.test(text))
    throw new Doubt()
  if (/^(-|\?|:)( |$)|^\.\w|[ :]$/.test(text)) throw new Doubt()
  return text
}
