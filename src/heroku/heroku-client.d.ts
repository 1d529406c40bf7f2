/**
 * What of heroku-client's request class (lib/request.js, version 3.1.4) is built upon; the package
 * brings no types.
 */
declare module 'heroku-client/lib/request.js' {
  import type { Agent, ClientRequest, IncomingMessage } from 'node:http'

  export interface RequestOptions {
    host: string
    method: string
    path: string
    body?: unknown
    headers: Record<string, string>
    /** Stops at the first page. */
    partial?: boolean
    userAgent?: string
  }

  export default class Request {
    constructor(options: RequestOptions)
    readonly options: RequestOptions
    readonly promise: Promise<unknown>
    readonly secure: boolean
    agent: Agent
    /** Files of authorities that are trusted in place of Node.js's own; none if empty. */
    certs: Buffer[]
    nextRange: string
    aggregate: unknown
    readonly resolve: (body: unknown) => void
    readonly reject: (error: unknown) => void
    /** Sends one attempt; answers the promise of the whole call. */
    request(): Promise<unknown>
    handleResponse(response: IncomingMessage): void
    handleError(error: Error): void
    handleSuccess(response: IncomingMessage, body: string): void
    logRequest(request: ClientRequest): void
    setRequestTimeout(request: ClientRequest): void
    nextRequest(nextRange: string, body: unknown): void
  }
}
