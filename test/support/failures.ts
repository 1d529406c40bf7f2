import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'

/** The ShipitError that a function throws; fails where it throws none. */
export function refusal(work: () => unknown): ShipitError {
  try {
    work()
  } catch (error) {
    expect(error).to.be.instanceOf(ShipitError)
    return error as ShipitError
  }
  throw new Error('expected a refusal')
}

/** The ShipitError that a promise rejects with; fails where it resolves. */
export async function failureOf(work: Promise<unknown>): Promise<ShipitError> {
  const error = await work.then(
    () => new Error('expected a failure'),
    (failure: unknown) => failure,
  )
  expect(error).to.be.instanceOf(ShipitError)
  return error as ShipitError
}
