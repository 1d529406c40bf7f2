import http from 'node:http'
import { once } from 'node:events'

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

interface Asked {
  method?: string
  headers?: Record<string, string | undefined>
  body?: unknown
}

/** A browser that was let in, as far as its requests go. */
export class DashboardClient {
  cookie = ''
  private readonly origin: string

  constructor(private readonly url: string) {
    this.origin = new URL(url).origin
  }

  /** Opens the first URL, as the browser does. */
  static async open(url: string): Promise<DashboardClient> {
    const client = new DashboardClient(url)
    const { pathname, search } = new URL(url)
    const { headers } = await client.ask(`${pathname}${search}`)
    client.cookie = headers['set-cookie']![0]!.split(';')[0]!
    return client
  }

  ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        this.origin + path,
        { method, agent: false, headers: this.headersWith(headers) },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, text }),
          )
        },
      )
      request.on('error', reject)
      request.end(
        body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      )
    })
  }

  async get<T>(path: string): Promise<T> {
    const { status, text } = await this.ask(path)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`)
    return JSON.parse(text) as T
  }

  post(path: string, body: unknown, headers: Asked['headers'] = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      body,
      headers: { origin: this.origin, 'content-type': 'application/json', ...headers },
    })
  }

  /** Its events, as they come, until it is closed. */
  async events(app?: string, headers: Asked['headers'] = {}): Promise<Events> {
    const request = http.get(`${this.origin}/api/stream${app === undefined ? '' : `?app=${app}`}`, {
      agent: false,
      headers: this.headersWith(headers),
    })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    return new Events(response)
  }

  private headersWith(headers: NonNullable<Asked['headers']>) {
    const all = { cookie: this.cookie, ...headers }
    return Object.fromEntries(
      Object.entries(all).filter(([, value]) => value !== undefined && value !== ''),
    )
  }
}

export class Events {
  readonly seen: { name: string; data: never; id: string | undefined }[] = []
  isEnded = false
  private rest = ''

  constructor(readonly response: http.IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => this.take(chunk))
    response.on('end', () => (this.isEnded = true))
    response.on('error', () => (this.isEnded = true))
  }

  of<T>(name: string): T[] {
    return this.seen.filter((event) => event.name === name).map(({ data }) => data)
  }

  close(): void {
    this.response.destroy()
  }

  private take(chunk: string): void {
    const parts = (this.rest + chunk).split('\n\n')
    this.rest = parts.pop()!
    for (const part of parts) {
      const fields = Object.fromEntries(
        part.split('\n').map((line) => {
          const at = line.indexOf(': ')
          return [line.slice(0, at), line.slice(at + 2)]
        }),
      ) as Record<string, string>
      if (fields.event === undefined) continue
      this.seen.push({
        name: fields.event,
        data: JSON.parse(fields.data!) as never,
        id: fields.id,
      })
    }
  }
}
