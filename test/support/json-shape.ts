import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { ERROR, LINES } from '../../src/json/help.js'
import { asOurs } from '../../src/ui/elsewhere.js'
import { COMMAND_IDS, commandClass, commandOf } from './command-line.js'

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false })
formats.default(ajv)
const compiled = new Map<unknown, ValidateFunction>()

function mustFit(schema: object, value: unknown, what: string): void {
  let validate = compiled.get(schema)
  if (!validate) compiled.set(schema, (validate = ajv.compile(schema)))
  if (validate(value)) return
  const wrong = (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || '(all of it)'} ${message} ${JSON.stringify(params)}`.trim(),
  )
  throw new Error(
    `${what} --json is not as its schema has it:\n${wrong.slice(0, 12).join('\n')}\n` +
      JSON.stringify(value, null, 1).slice(0, 3000),
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Rejects if what a run printed with --json is not one value of its command's schema, or the one
 * shape of errors. A run that a signal ended may have printed nothing.
 * @param argv the words after `shipit`
 */
export async function checkJson(
  argv: readonly string[],
  { status, stdout }: { status: number; stdout: string },
): Promise<void> {
  const words = asOurs([...argv], (id) => COMMAND_IDS.includes(id))
  const end = words.indexOf('--')
  const own = end === -1 ? words : words.slice(0, end)
  const command = commandOf(own)
  if (!command || !own.some((word) => word === '--json' || (word === '-j' && command.id !== 'run')))
    return
  const schema = await (await commandClass(command.id)).json?.()
  if (!schema) throw new Error(`${command.id} has no schema of its --json`)
  if (stdout.trim() === '' && (status >= 128 || LINES.has(command.id))) return
  const isLines = LINES.has(command.id) || own.includes('--watch') || own.includes('-w')
  const error = isLines ? stdout.search(/^\{$/m) : 0
  const values = [
    ...(isLines ? linesOf(error === -1 ? stdout : stdout.slice(0, error)) : []),
    ...(error === -1 ? [] : [stdout.slice(error)]),
  ]
  for (const text of values) {
    const value = JSON.parse(text) as unknown
    const isError = isObject(value) && 'error' in value
    mustFit(isError ? ERROR : schema, value, `shipit ${command.id}`)
    if (isError && (value.error as { exit_code?: number }).exit_code !== status)
      throw new Error(`shipit ${command.id} ended with ${status}, and said:\n${text}`)
  }
}

/** Whole lines: the last may be cut off where its reader has left. */
const linesOf = (text: string) => text.split('\n').slice(0, -1).filter(Boolean)
