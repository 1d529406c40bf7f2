// Applies a plan that stands in a file, in a process of its own that a test can stop.
import { readFileSync } from 'node:fs'
import { ShipitError } from '../../src/errors.js'
import { applyPlan, type InitPlan } from '../../src/init/index.js'

try {
  await applyPlan(JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as InitPlan)
} catch (error) {
  const known = ShipitError.from(error)
  process.stdout.write(known.message)
  process.exitCode = known.exitCode
}
