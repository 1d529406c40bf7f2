/** What the forms of the page ask for. */
import { randomUUID } from 'node:crypto'
import { ApiError, InvalidParams } from '../../api/api-error.js'
import { sizeIn, type Runtime } from '../../api/place.js'
import { frequencyOf } from './frequency.js'
import type { Job } from './job.js'

/** Characters of a command: what one-off dynos are asked for on a command line is no longer. */
export const LONGEST_COMMAND = 4_000

/**
 * The jobs as they are after a form: `action` is add, save or remove, `job` the id of the one that
 * is meant, and `command`, `frequency` and `size` are what it is to be.
 * @throws ApiError whose message the page shows
 */
export function afterForm(
  jobs: readonly Job[],
  fields: URLSearchParams,
  runtime: Runtime,
): readonly Job[] {
  const action = fields.get('action')
  if (action === 'add')
    return [...jobs, { id: randomUUID(), last: null, ...filledIn(fields, runtime) }]
  const id = fields.get('job')
  if (!jobs.some((job) => job.id === id))
    throw new ApiError(404, 'not_found', 'This job no longer exists. Nothing was changed.')
  if (action === 'remove') return jobs.filter((job) => job.id !== id)
  if (action === 'save')
    return jobs.map((job) => (job.id === id ? { ...job, ...filledIn(fields, runtime) } : job))
  throw new InvalidParams('action must be add, save or remove.')
}

function filledIn(fields: URLSearchParams, runtime: Runtime): Omit<Job, 'id' | 'last'> {
  const command = fields.get('command')?.trim() ?? ''
  if (command === '') throw new InvalidParams("Command can't be blank.")
  if (command.length > LONGEST_COMMAND)
    throw new InvalidParams(`Command can't be longer than ${LONGEST_COMMAND} characters.`)
  if (/[\0\r\n]/.test(command)) throw new InvalidParams('Command must be one line.')
  const frequency = frequencyOf(fields.get('frequency') ?? '')
  if (!frequency) throw new InvalidParams('Choose one of the frequencies of the list.')
  const size = sizeIn(runtime, fields.get('size') ?? '')
  if (!size) throw new InvalidParams('Choose one of the dyno sizes of the list.')
  return { command, ...frequency, size: size.name }
}
