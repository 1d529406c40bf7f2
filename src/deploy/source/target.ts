import { ShipitError } from '../../errors.js'
import type { DeployTarget } from '../../ecosystem/types.js'

export interface Environment {
  name: string
  target: DeployTarget
}

/**
 * Which environment of `deploy:` is meant. Pure.
 * @returns undefined if the file has none and none was named; 'ask' if there are several
 * @throws ShipitError `usage` where the named one is not there or is of PM2's own ssh deploy
 */
export function chooseEnvironment(
  deploy: Record<string, DeployTarget>,
  sshTargets: string[],
  wanted: string | undefined,
): Environment | 'ask' | undefined {
  const names = Object.keys(deploy)
  if (wanted === undefined) {
    if (names.length > 1) return 'ask'
    const [name] = names
    const target = name === undefined ? undefined : deploy[name]
    return name === undefined || target === undefined ? undefined : { name, target }
  }
  const target = Object.hasOwn(deploy, wanted) ? deploy[wanted] : undefined
  if (target) return { name: wanted, target }
  if (sshTargets.includes(wanted)) {
    throw new ShipitError('usage', {
      message: `deploy.${wanted} is for PM2's own deploy over ssh (user, host, repo), not for Heroku.`,
      next:
        `Add \`app: NAME\` to it, or name another ` +
        `environment${names.length > 0 ? `: ${names.join(', ')}` : ''}.`,
    })
  }
  throw new ShipitError('usage', {
    message: `The ecosystem file has no environment ${wanted} in its deploy: block.`,
    next:
      names.length > 0
        ? `It has: ${names.join(', ')}.`
        : `Add one:\n\ndeploy:\n  ${wanted}:\n    app: NAME\n    env: ${wanted}`,
  })
}

/** Several environments and none named. */
export function whichEnvironment(names: string[]): ShipitError {
  return new ShipitError('usage', {
    message: `Which environment? The ecosystem file has ${names.join(', ')}.`,
    next: `shipit deploy ${names[0]}`,
  })
}
