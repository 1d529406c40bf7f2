import { ShipitError } from '../errors.js'
import { withoutKeys } from '../lib/child-environment.js'

/** A page of an app: `path` is always taken within the app's own origin, whatever it looks like. */
export function appUrl(app: string, webUrl: string | null, path = ''): string {
  if (!webUrl)
    throw new ShipitError('not_found', {
      message: `${app} has no web address.`,
      next: `shipit ps --app ${app}`,
    })
  return new URL(`./${path.replace(/^\/+/, '')}`, webUrl).href
}

/**
 * Whether a browser can be shown: not off a terminal, not in CI, not on a Linux without a screen.
 */
export function hasDisplay(
  env: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
  isTTY = Boolean(process.stdout.isTTY),
): boolean {
  if (!isTTY || env.CI) return false
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME)
}

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
