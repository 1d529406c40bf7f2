import { withoutKeys } from '../lib/child-environment.js'

/**
 * Opens an address of the web in the user's browser, which inherits no key: the package `open`
 * hands on this process's environment.
 */
export async function browse(url: string): Promise<void> {
  const { default: open } = await import('open')
  const before = process.env
  process.env = withoutKeys(before)
  try {
    await open(url)
  } finally {
    process.env = before
  }
}
