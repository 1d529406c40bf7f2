import { LIMITS } from './limits.js'

/** The head of an answer as it came: names in their case, duplicates and order kept. */
export interface ResponseHead {
  status: number
  reason: string
  /** Name, value, name, value … */
  headers: string[]
  isHttp10: boolean
}

/** What a dyno's answer is made of, in the order in which it comes. */
export interface ResponseEvents {
  onInformation(head: ResponseHead): void
  onHead(head: ResponseHead): void
  onData(chunk: Buffer): void
  /**
   * The whole answer is there. `mayReuse`: the connection can carry another request, as far as the
   * answer says.
   */
  onEnd(trailers: string[], mayReuse: boolean): void
  /** The connection is no longer HTTP. `rest` is what has already come of the other protocol. */
  onUpgrade(head: ResponseHead, rest: Buffer): void
}

/**
 * Not HTTP (H17), or against a limit, which the message names as
 * devcenter.heroku.com/articles/error-codes#h25-http-restriction does.
 */
export class BadResponse extends Error {
  constructor(
    readonly code: 'H17' | 'H25',
    message: string,
  ) {
    super(message)
    this.name = 'BadResponse'
  }
}

const malformed = (what: string) => new BadResponse('H17', what)
const oversized = (what: string) => new BadResponse('H25', what)

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const CHUNK_SIZE = /^([0-9a-fA-F]{1,13})[ \t]*(?:;|$)/
const MAX_CHUNK_LINE = 4_096
/** An app that never comes to its answer must not keep a request for ever. */
const MAX_INFORMATIONAL = 32

type State =
  'head' | 'length' | 'close' | 'chunk size' | 'chunk data' | 'chunk end' | 'trailers' | 'done'

/**
 * Reads the answers on one connection to a dyno, one request at a time (RFC 9112). What it throws
 * is a {@link BadResponse}.
 */
export class ResponseParser {
  private state: State = 'done'
  private events: ResponseEvents | undefined
  private isHead = false
  private left = 0
  /** The start of a line or head whose end has not come yet. */
  private partial: Buffer | undefined
  private mayReuse = false
  private informational = 0

  /** Before each request. */
  begin(method: string, events: ResponseEvents): void {
    this.state = 'head'
    this.events = events
    this.isHead = method === 'HEAD'
    this.informational = 0
  }

  get isIdle(): boolean {
    return this.state === 'done'
  }

  /** Whether something of the answer has come. */
  get hasBegun(): boolean {
    return this.state !== 'head' || this.informational > 0 || this.partial !== undefined
  }

  feed(chunk: Buffer): void {
    let data = chunk
    if (this.partial) {
      data = Buffer.concat([this.partial, chunk])
      this.partial = undefined
    }
    let at = 0
    while (at < data.length) {
      const next = this.step(data, at)
      if (next < 0) {
        this.partial = at === 0 ? data : data.subarray(at)
        return
      }
      at = next
    }
  }

  /** The dyno closed its side. True if that is how the answer ends. */
  close(): boolean {
    if (this.state !== 'close') return false
    this.finish([])
    return true
  }

  /** Takes what it can at `at` and returns where to go on, -1 if more has to come first. */
  private step(data: Buffer, at: number): number {
    switch (this.state) {
      case 'head':
        return this.readHead(data, at)
      case 'length':
        return this.readLength(data, at)
      case 'close':
        this.events!.onData(data.subarray(at))
        return data.length
      case 'chunk size':
        return this.readChunkSize(data, at)
      case 'chunk data':
        return this.readChunkData(data, at)
      case 'chunk end':
        if (data.length - at < 2) return -1
        if (data[at] !== 13 || data[at + 1] !== 10) throw malformed('a chunk without its end')
        this.state = 'chunk size'
        return at + 2
      case 'trailers':
        return this.readTrailers(data, at)
      case 'done':
        throw malformed('bytes after the end of the answer')
    }
  }

  private readHead(data: Buffer, at: number): number {
    const end = data.indexOf('\r\n\r\n', at, 'latin1')
    if (end < 0) {
      if (data.length - at > LIMITS.responseHead) throw oversized('oversized header')
      return -1
    }
    const head = parseHead(textOf(data, at, end))
    const rest = end + 4
    if (head.status === 101) {
      this.state = 'done'
      this.events!.onUpgrade(head, data.subarray(rest))
      return data.length
    }
    if (head.status < 200) {
      if (++this.informational > MAX_INFORMATIONAL)
        throw malformed('too many informational answers')
      this.events!.onInformation(head)
      return rest
    }
    this.frame(head)
    this.events!.onHead(head)
    if ((this.state as State) === 'length' && this.left === 0) this.finish([])
    return rest
  }

  /** Decides where the body ends: RFC 9112, 6.3. */
  private frame(head: ResponseHead): void {
    let length: string | undefined
    let coding: string | undefined
    let connection = ''
    const { headers } = head
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!
      // By its length first: this runs for each header of each answer.
      if (name.length === 14 && name.toLowerCase() === 'content-length') {
        const value = headers[i + 1]!
        if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== value))
          throw malformed('a Content-Length that is none')
        length = value
      } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding')
        coding = coding === undefined ? headers[i + 1]! : `${coding}, ${headers[i + 1]!}`
      else if (name.length === 10 && name.toLowerCase() === 'connection')
        connection += `,${headers[i + 1]!.toLowerCase()}`
    }
    this.mayReuse = head.isHttp10
      ? connection.includes('keep-alive')
      : !connection.includes('close')
    if (this.isHead || head.status === 204 || head.status === 304) {
      this.state = 'length'
      this.left = 0
    } else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked')
        throw malformed('a Transfer-Encoding other than chunked')
      this.state = 'chunk size'
    } else if (length !== undefined) {
      this.state = 'length'
      this.left = Number(length)
    } else {
      this.state = 'close'
      this.mayReuse = false
    }
  }

  private readLength(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.left)
    this.left -= end - at
    this.events!.onData(at === 0 && end === data.length ? data : data.subarray(at, end))
    if (this.left === 0) this.finish([])
    return end
  }

  private readChunkSize(data: Buffer, at: number): number {
    const end = data.indexOf('\r\n', at, 'latin1')
    if (end < 0 ? data.length - at > MAX_CHUNK_LINE : end - at > MAX_CHUNK_LINE)
      throw malformed('a chunk size that is too long')
    if (end < 0) return -1
    const size = CHUNK_SIZE.exec(data.toString('latin1', at, end))
    if (!size) throw malformed('a chunk size that is none')
    this.left = parseInt(size[1]!, 16)
    this.state = this.left === 0 ? 'trailers' : 'chunk data'
    return end + 2
  }

  private readChunkData(data: Buffer, at: number): number {
    const end = Math.min(data.length, at + this.left)
    this.left -= end - at
    this.events!.onData(data.subarray(at, end))
    if (this.left === 0) this.state = 'chunk end'
    return end
  }

  private readTrailers(data: Buffer, at: number): number {
    if (data.length - at < 2) return -1
    if (data[at] === 13 && data[at + 1] === 10) {
      this.finish([])
      return at + 2
    }
    const end = data.indexOf('\r\n\r\n', at, 'latin1')
    if (end < 0) {
      if (data.length - at > LIMITS.responseHead) throw oversized('oversized header')
      return -1
    }
    this.finish(parseFields(textOf(data, at, end).split('\r\n'), 0))
    return end + 4
  }

  private finish(trailers: string[]): void {
    const { events } = this
    this.state = 'done'
    this.events = undefined
    events!.onEnd(trailers, this.mayReuse)
  }
}

const [TAB, LF, CR, SPACE, DEL] = [9, 10, 13, 32, 127]

/**
 * Refuses controls other than a tab, and line ends other than CRLF
 * (devcenter.heroku.com/articles/http-routing#not-supported).
 */
function textOf(data: Buffer, from: number, to: number): string {
  for (let i = from; i < to; i++) {
    const byte = data[i]!
    if (byte >= SPACE ? byte !== DEL : byte === TAB) continue
    if (byte !== CR || data[i + 1] !== LF) throw malformed('a control character in a head')
    i++
  }
  return data.toString('latin1', from, to)
}

function parseHead(text: string): ResponseHead {
  const lines = text.split('\r\n')
  const statusLine = lines[0]!
  if (statusLine.length > LIMITS.statusLine) throw oversized('oversized status line')
  const match = STATUS_LINE.exec(statusLine)
  if (!match) throw malformed('a status line that is none')
  return {
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers: parseFields(lines, 1),
    isHttp10: match[1] === '0',
  }
}

function parseFields(lines: string[], from: number): string[] {
  const headers: string[] = []
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (colon < 1 || !TOKEN.test(name)) throw malformed('a header that is none')
    if (line.length > LIMITS.responseHeader) throw oversized('oversized header')
    if (line.length > LIMITS.cookie && name.length === 10 && name.toLowerCase() === 'set-cookie')
      throw oversized('oversized cookie')
    headers.push(name, line.slice(colon + 1).trim())
  }
  return headers
}
