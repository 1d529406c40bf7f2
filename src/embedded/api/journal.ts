import { appendFileSync } from 'node:fs'
import type { RequestHandler } from 'express'

/**
 * One call of the API as it was understood and answered; of one that was refused at the door no
 * body was read.
 */
export interface JournalEntry {
  method: string
  url: string
  userAgent: string | undefined
  accept: string | undefined
  body?: unknown
  status: number
  answer: unknown
}

/**
 * Writes one JSON line a call into `file`, for whoever wants to see or check what a client says to
 * the platform. It holds config vars in clear, so it is written for its owner alone and only if
 * SHIPIT_LOCAL_JOURNAL names it. A line is in the file before its answer is on its way.
 */
export function journal(file: string): RequestHandler {
  return (request, response, next) => {
    const { method, originalUrl: url } = request
    const send = response.json.bind(response)
    response.json = (answer) => {
      const entry: JournalEntry = {
        method,
        url,
        userAgent: request.headers['user-agent'],
        accept: request.headers.accept,
        body: request.body as unknown,
        status: response.statusCode,
        answer,
      }
      appendFileSync(file, JSON.stringify(entry) + '\n', { mode: 0o600 })
      return send(answer)
    }
    next()
  }
}
