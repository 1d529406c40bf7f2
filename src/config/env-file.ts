import { readFile, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import writeFileAtomic from 'write-file-atomic'
import { isUnwritable, ShipitError } from '../errors.js'
import { parseDotenv, renderDotenv } from './dotenv.js'

const unusable = (file: string, error: unknown) =>
  new ShipitError('usage', {
    message: `${file} cannot be used. Nothing was changed.`,
    why: (error as Error).message,
    cause: error,
  })

/**
 * The variables of a .env file. `mayLack`: none if there is no file. Throws ShipitError `usage`.
 */
export async function readEnvFile(
  file: string,
  { mayLack = false } = {},
): Promise<Record<string, string>> {
  try {
    return parseDotenv(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (mayLack && (error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error instanceof ShipitError ? error : unusable(file, error)
  }
}

/** The same, with `-` for stdin. Throws ShipitError `usage`. */
export async function readEnvInput(
  file: string,
  stdin: NodeJS.ReadableStream,
): Promise<Record<string, string>> {
  return file === '-' ? parseDotenv(await text(stdin), 'the input') : readEnvFile(file)
}

/**
 * Writes them whole or not at all, for the user's eyes only: also if the file was there and
 * others could read it.
 */
export async function writeEnvFile(
  file: string,
  vars: Readonly<Record<string, string>>,
): Promise<void> {
  const content = renderDotenv(vars)
  try {
    if ((await stat(file).catch(() => undefined))?.isDirectory()) throw new Error('It is a folder.')
    await writeFileAtomic(file, content, { mode: 0o600 })
  } catch (error) {
    if (isUnwritable(error)) throw ShipitError.from(Object.assign(error, { path: file }))
    throw unusable(file, error)
  }
}
