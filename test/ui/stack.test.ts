import { expect } from 'chai'
import { stackOf } from '../../src/ui/print-error.js'

describe('a stack under DEBUG', () => {
  it('has the causes, and nothing of what a child has printed', () => {
    const child = new Error('Command failed with exit code 1: tool\nprinted by the child')
    const stack = stackOf(new Error('The tool failed.', { cause: child }))
    expect(stack).to.match(/^Error: The tool failed\.\n {4}at /)
    expect(stack).to.match(/\nCaused by: Error: Command failed with exit code 1: tool\n {4}at /)
    expect(stack).not.to.include('printed by the child')
  })

  it('ends at a cause that is among its own causes', () => {
    const one = new Error('one')
    one.cause = new Error('two', { cause: one })
    expect(stackOf(one).match(/^(Caused by: )?Error: \w+$/gm)).to.have.length(2)
  })
})
