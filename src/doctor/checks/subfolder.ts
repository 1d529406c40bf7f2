import type { Check } from '../check.js'

/**
 * A folder is deployed as if it were the repository: its lockfile and the packages beside it must
 * lie in it.
 */
export const subfolder: Check = {
  name: 'subfolder',
  theme: 'Files',
  asserts: 'the folder holds all that its build needs',
  run: ({ project: { outside } }) =>
    (outside ?? []).map((what) => ({
      severity: 'warning',
      what,
      next:
        'Deploy the root of the repository in its place, or bring into the folder what it ' +
        'needs.',
    })),
}
