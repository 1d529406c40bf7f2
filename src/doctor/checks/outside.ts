import { isOutside } from '../../init/detect/workspaces.js'
import type { Check } from '../check.js'

/** A dependency by a path that leads out of what is deployed: the build cannot install it. */
export const outsideDependencies: Check = {
  name: 'outside-dependencies',
  theme: 'Dependencies',
  asserts: 'no dependency lies outside the repository',
  run: ({ project: { manifest } }) => {
    const all = Object.entries({ ...manifest?.devDependencies, ...manifest?.dependencies })
    const outside = all.filter(([, spec]) => /^(file|link|portal):/.test(spec) && isOutside(spec))
    if (outside.length === 0) return []
    return [
      {
        severity: 'error',
        place: 'package.json',
        what:
          `${outside.map(([name, spec]) => `${name} (${spec})`).join(', ')} ` +
          `${outside.length === 1 ? 'lies' : 'lie'} outside what is deployed.`,
        why: 'Heroku has this repository alone, and its build cannot install what lies beside it.',
        next: 'Bring it into the repository, as a workspace for one, or take a published version.',
      },
    ]
  },
}
