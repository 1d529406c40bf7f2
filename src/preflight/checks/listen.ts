import { appSources, type Source } from '../app-sources.js'
import type { Check, Problem } from '../finding.js'
import { argumentsAt, lineAt } from '../source-text.js'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/**
 * The router reaches a dyno on PORT and from outside it. Only what is written out counts: a number, or a loopback address beside a port,
 * given to listen() itself or held by a constant of the same file.
 */
export const listen: Check = {
  name: 'listen',
  theme: 'App',
  asserts: 'the app listens on process.env.PORT, on all interfaces',
  look: ({ project }) => {
    const told = new Set<string>()
    const all = (project.ecosystem?.apps ?? []).flatMap((app) => {
      const sources = appSources(app, project)
      const namesPort = sources.some(({ text }) => /\bPORT\b/.test(text))
      return sources.flatMap((source) => [...(namesPort ? [] : fixedPorts(source)), ...loopbacks(source)])
    })
    return all.filter(({ place, what }) => !told.has(`${place} ${what}`) && told.add(`${place} ${what}`))
  },
}

function fixedPorts(source: Source): Problem[] {
  return calls(source).flatMap(({ offset, port }) => {
    if (port === undefined || !/^\d{2,5}$/.test(port)) return []
    const place = `${source.path}:${lineAt(source.text, offset)}`
    return [{ severity: 'warning' as const, what: `The app listens on ${port}, and never reads PORT.`, why: 'Heroku routes requests to process.env.PORT alone, and stops a web dyno that has not bound it within 60 s (R10).', next: `Listen on process.env.PORT || ${port}.`, place }]
  })
}

function loopbacks(source: Source): Problem[] {
  return calls(source).flatMap(({ offset, port, host }) => {
    // A server on a port of its own, for metrics say, may well stay inside.
    if (host === undefined || !LOOPBACK.test(host) || port === undefined || /^\d+$/.test(port) || !/port/i.test(port)) return []
    const place = `${source.path}:${lineAt(source.text, offset)}`
    return [{ severity: 'warning' as const, what: `The app listens on ${host} alone.`, why: 'The router comes from outside the dyno, so every request would fail.', next: 'Leave the host out, or listen on 0.0.0.0.', place }]
  })
}

interface Call { offset: number; port?: string; host?: string }

/** Calls of listen() with what they give for port and host: the constant's value where there is one, else the words themselves. */
function calls({ text }: Source): Call[] {
  return [...text.matchAll(/\.listen\(/g)].map((match) => {
    const given = argumentsAt(text, match.index + match[0].length)
    const [port, host] = given[0]?.startsWith('{') ? [property(given[0], 'port'), property(given[0], 'host')] : [given[0], /^[\w'"`.:]+$/.test(given[1] ?? '') ? given[1] : undefined]
    return { offset: match.index, ...value('port', port, text), ...value('host', host, text) }
  })
}

function property(given: string, name: string): string | undefined {
  const [, short, long] = new RegExp(String.raw`[{,]\s*(?:(${name})\s*(?=[,}])|${name}\s*:\s*([^,}]+))`).exec(given) ?? []
  return (long ?? short)?.trim()
}

function value<Key extends string>(key: Key, words: string | undefined, text: string): Partial<Record<Key, string>> {
  if (words === undefined) return {}
  const constant = /^\w+$/.test(words) && !/^\d/.test(words) ? new RegExp(String.raw`\bconst\s+${words}\s*(?::\s*\w+\s*)?=\s*(['"\`]?)([\w.:]+)\1\s*(?:[;,]|\n|$)`).exec(text)?.[2] : undefined
  const isLiteral = constant !== undefined && (/^\d+$/.test(constant) || LOOPBACK.test(constant))
  return { [key]: (isLiteral ? constant : words).replace(/^(['"`])(.*)\1$/, '$2') } as Partial<Record<Key, string>>
}
