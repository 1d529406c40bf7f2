import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

interface Link {
  href: string
  method: string
  schema?: object
  targetSchema?: object
}
type Node = Record<string, unknown>
type Kind = 'request' | 'answer'

/**
 * `schema.json` of github.com/heroku/platform-api; HEROKU_SCHEMA names it where it lies elsewhere.
 */
export const schemaFile =
  process.env.HEROKU_SCHEMA ??
  path.resolve(import.meta.dirname, '../../../shared/heroku/schema.json')

/** Whether the Platform API's schema is there; the reporter says so at the end if it is not. */
export const isSchemaThere = existsSync(schemaFile)

const MAPS = new Set(['properties', 'patternProperties', 'definitions'])

/**
 * Draft-04 hyper-schema as ajv reads it: `id`, `$schema`, examples and links go; `strictProperties`
 * (interagent's: nothing missing, nothing beyond) becomes plain keywords; a request may leave out
 * what an answer may not. `isMap`: the keys are names here and not keywords.
 */
function adapt(node: unknown, kind: Kind, isMap = false): unknown {
  if (Array.isArray(node)) return node.map((item) => adapt(item, kind))
  if (typeof node !== 'object' || node === null) return node
  const adapted: Node = {}
  for (const [key, value] of Object.entries(node)) {
    if (!isMap && ['$schema', 'id', 'links', 'example', 'strictProperties'].includes(key)) continue
    adapted[key] = adapt(value, kind, !isMap && MAPS.has(key))
  }
  const { strictProperties, properties } = node as {
    strictProperties?: boolean
    properties?: object
  }
  if (!isMap && strictProperties && properties)
    Object.assign(
      adapted,
      { additionalProperties: false },
      kind === 'answer' ? { required: Object.keys(properties) } : {},
    )
  return adapted
}

interface Loaded {
  ajv: Ajv
  links: { link: Link; pattern: RegExp; own: string }[]
  compiled: Map<object, ValidateFunction>
}
let loaded: Loaded | undefined

function load(): Loaded {
  if (loaded) return loaded
  const source = JSON.parse(readFileSync(schemaFile, 'utf8')) as {
    definitions: Record<string, { links?: Link[]; definitions: Record<string, Node> }>
  }
  const ajv = new Ajv({ strict: false, allErrors: true })
  ;(addFormats as unknown as (ajv: Ajv) => void)(ajv)
  for (const kind of ['request', 'answer'] as const) {
    const root = adapt({ definitions: source.definitions }, kind) as typeof source
    // These three say where heroku.com is and not how the API speaks (and its example of a hostname
    // is no URI either).
    for (const [resource, field, keyword] of [
      ['app', 'git_url', 'pattern'],
      ['app', 'web_url', 'pattern'],
      ['domain', 'hostname', 'format'],
    ] as const) {
      delete root.definitions[resource]?.definitions[field]?.[keyword]
    }
    // The embedded Heroku takes names of two characters too, as lessons have them (`a1`); a deploy
    // warns that Heroku does not.
    const name = root.definitions.app?.definitions.name
    if (name) name.pattern = '^[a-z][a-z0-9-]{0,28}[a-z0-9]$'
    ajv.addSchema(root, kind)
  }
  const links = Object.entries(source.definitions).flatMap(([own, { links: ofResource = [] }]) =>
    ofResource
      .filter((link) => link.href)
      .map((link) => ({
        link,
        own,
        pattern: new RegExp(`^${link.href.replace(/\{[^}]*\}/g, '[^/]+')}$`),
      })),
  )
  return (loaded = { ajv, links, compiled: new Map() })
}

/** The links of a request; where several hrefs match, those with the fewest variables. */
function linksOf(method: string, url: string): { link: Link; own: string }[] {
  const variables = ({ href }: Link) => href.split('{').length
  const matching = load().links.filter(
    ({ link, pattern }) => link.method === method && pattern.test(url),
  )
  const least = Math.min(...matching.map(({ link }) => variables(link)))
  return matching.filter(({ link }) => variables(link) === least)
}

/** Whether the schema knows the call at all. */
export const isInSchema = (method: string, url: string): boolean =>
  isSchemaThere && linksOf(method, url.split('?')[0] ?? url).length > 0

/** Refs are relative to the whole schema's root. */
const absolute = (schema: unknown, kind: Kind): object =>
  JSON.parse(
    JSON.stringify(adapt(schema, kind)).replaceAll('"$ref":"#/', `"$ref":"${kind}#/`),
  ) as object

function validate(schema: object, kind: Kind, body: unknown): string | undefined {
  const { ajv, compiled } = load()
  let check = compiled.get(schema)
  if (!check) compiled.set(schema, (check = ajv.compile(absolute(schema, kind))))
  return check(body) ? undefined : ajv.errorsText(check.errors, { separator: '\n  ' })
}

function check(
  kind: Kind,
  method: string,
  url: string,
  body: unknown,
  schemaOf: (found: { link: Link; own: string }) => object | undefined,
): void {
  if (!isSchemaThere) return
  const [path = url] = url.split('?')
  const links = linksOf(method, path)
  if (links.length === 0) throw new Error(`The Platform API has no ${method} ${path}`)
  const problems = links.map((found) => {
    const schema = schemaOf(found)
    return schema === undefined ? undefined : validate(schema, kind, body)
  })
  if (problems.every((problem) => problem !== undefined))
    throw new Error(
      `The ${kind} of ${method} ${path} is not what the schema says:\n  ${problems.join('\n  or ')}`,
    )
}

/**
 * Throws if the body is not what the schema says that this call answers, down to fields that are
 * missing or too many.
 */
export function validateAnswer(method: string, url: string, body: unknown): void {
  check(
    'answer',
    method,
    url,
    body,
    ({ link, own }) => link.targetSchema ?? { $ref: `#/definitions/${own}` },
  )
}

/** Throws if the body is not what the schema says that this call takes. */
export function validateRequest(method: string, url: string, body: unknown): void {
  check('request', method, url, body, ({ link }) => link.schema)
}
