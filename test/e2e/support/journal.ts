import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { JournalEntry } from '../../../src/embedded/api/journal.js'
import { isInSchema, isSchemaThere, validateAnswer, validateRequest } from '../../support/schema.js'

/** A journal of the embedded Heroku, outside its world: it holds config vars in clear. */
export interface Journal {
  env: NodeJS.ProcessEnv
  close(): Promise<string[]>
}

export async function openJournal(): Promise<Journal> {
  if (!isSchemaThere) return { env: {}, close: () => Promise.resolve([]) }
  const folder = await mkdtemp(path.join(tmpdir(), 'shipit-journal-'))
  const file = path.join(folder, 'journal')
  return {
    env: { SHIPIT_LOCAL_JOURNAL: file },
    /** Removes it, and answers with what the Platform API's schema has against it. */
    async close() {
      const lines = existsSync(file)
        ? (await readFile(file, 'utf8')).trimEnd().split('\n').filter(Boolean)
        : []
      await rm(folder, { recursive: true, force: true })
      return [...new Set(lines.flatMap((line) => misfits(JSON.parse(line) as JournalEntry)))]
    },
  }
}

/**
 * Addresses that the platform hands out and that are no part of the API: streams, and where sources
 * are put.
 */
const OWN_URL = /^\/(streams|sources)\//

/**
 * What is wrong with a call of ours or with an answer of the platform's. What the official CLI asks
 * for beyond the schema is its own affair.
 */
function misfits({ method, url, userAgent, accept, body, status, answer }: JournalEntry): string[] {
  if (OWN_URL.test(url)) return []
  const isOurs = userAgent?.startsWith('shipit-heroku/') ?? false
  const isKnown = isInSchema(method, url)
  // The schema is of version 3; this version answers with more.
  const isSdk = accept?.includes('version=3.sdk') ?? false
  // The embedded Heroku's own requests, which Heroku does not have.
  if (url.startsWith('/shipit/')) return []
  if (!isOurs && !isKnown) return []
  return [
    ...(isOurs && !(status === 401 && isKnown)
      ? complaint(() => validateRequest(method, url, body))
      : []),
    ...(isKnown && !isSdk && status < 400
      ? complaint(() => validateAnswer(method, url, isOurs ? answer : collapsed(answer)))
      : []),
    ...(status >= 400
      ? complaint(() => {
          if (!isProblem(answer))
            throw new Error(`${method} ${url} failed with ${JSON.stringify(answer)}`)
        })
      : []),
  ]
}

/**
 * The official CLI asks by Accept-Expansion for add-ons whose plan and service are told in full,
 * which the schema does not know of: without what they have beyond a reference.
 */
function collapsed(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(collapsed)
  if (typeof answer !== 'object' || answer === null || !('addon_service' in answer)) return answer
  const { plan, addon_service: service } = answer as Record<string, Record<string, unknown>>
  const refOf = (one: Record<string, unknown> | undefined) => ({ id: one?.id, name: one?.name })
  return { ...answer, plan: refOf(plan), addon_service: refOf(service) }
}

const isProblem = (answer: unknown): boolean =>
  ['id', 'message', 'url'].every(
    (key) => typeof (answer as Record<string, unknown>)[key] === 'string',
  )

function complaint(check: () => void): string[] {
  try {
    check()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
