import { ShipitError } from '../errors.js'
import { explain } from '../ecosystem/explain.js'
import type { EcosystemProblem } from '../ecosystem/types.js'
import { readAppJson } from './read.js'
import type { AppJson } from './types.js'

export interface CheckedAppJson {
  appJson: AppJson
  warnings: EcosystemProblem[]
}

/**
 * What app.json says of an app in an environment.
 * @param which such as "of commit 1234567"; nothing for the file on disk
 * @throws ShipitError `project` if it has errors: each with its line and column
 */
export function checkedAppJson(text: string, environment?: string, which = ''): CheckedAppJson {
  const { of, problems } = readAppJson(text)
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return { appJson: of(environment), warnings: problems }
  throw new ShipitError('project', {
    message:
      `${['app.json', which].filter(Boolean).join(' ')} has ` +
      `${errors.length === 1 ? 'an error' : `${errors.length} errors`}. Nothing was changed.`,
    why: errors.map((problem) => explain(problem, 'app.json')).join('\n'),
    next: 'Correct the file, then run the command again.',
    details: { problems: errors },
  })
}
