import type { ProjectFile } from '../facts.js'
import type { Check, Problem } from '../check.js'

const MB = 2 ** 20
/** devcenter, slug-compiler: a slug has 500 MB at most, compressed. */
const LARGEST_SLUG = 500 * MB
const NEARLY = 0.9

const inMb = (bytes: number) => `${Math.round(bytes / MB)} MB`

export const size: Check = {
  name: 'size',
  theme: 'Files',
  asserts: "the app is within Heroku's limits",
  run: ({ project, platform }) => {
    const total = project.files.reduce((sum, file) => sum + file.size, 0)
    const slug = platform?.slugSize ?? 0
    const next =
      'Leave large files out of the repository, or list what only the build needs in .slugignore.'
    return [
      ...(total > LARGEST_SLUG
        ? [
            {
              severity: 'warning' as const,
              what: `The files come to ${inMb(total)}: ${largest(project.files)}.`,
              why: 'A slug has 500 MB at most, compressed, with node_modules and the build in it.',
              next,
            },
          ]
        : []),
      ...(slug > LARGEST_SLUG * NEARLY
        ? [
            {
              severity: 'warning' as const,
              what: `The slug that serves has ${inMb(slug)}, of 500 MB at most.`,
              next,
            },
          ]
        : []),
    ]
  },
}

function largest(files: ProjectFile[]): string {
  return files
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 3)
    .map((file) => `${file.path} ${inMb(file.size)}`)
    .join(', ')
}

export const lfs: Check = {
  name: 'git-lfs',
  theme: 'Files',
  asserts: 'git LFS keeps none of the files',
  run: ({ project: { lfsPointers } }) => {
    if (lfsPointers.length === 0) return []
    const named =
      lfsPointers.slice(0, 5).join(', ') +
      (lfsPointers.length > 5 ? ` and ${lfsPointers.length - 5} more` : '')
    return [
      {
        severity: 'warning',
        what: `git LFS keeps ${named}.`,
        why: 'Heroku does not fetch from LFS: in the dyno each is a pointer of a few lines.',
        next: 'Keep them elsewhere, such as S3, or fetch them in a heroku-prebuild script.',
      },
    ]
  },
}

export const submodules: Check = {
  name: 'submodules',
  theme: 'Files',
  asserts: 'there are no submodules that the platform cannot fetch',
  run: ({ project }): Problem[] => {
    const paths = project.files.filter(({ mode }) => mode === '160000').map((file) => file.path)
    if (paths.length === 0) return []
    const urls = [
      ...(project.folder.read('.gitmodules') ?? '').matchAll(/^\s*url\s*=\s*(\S+)/gm),
    ].map(([, url]) => url!)
    const isPublic = urls.length >= paths.length && urls.every((url) => url.startsWith('https://'))
    return [
      {
        severity: isPublic ? 'note' : 'warning',
        what: `${paths.join(', ')} ${paths.length === 1 ? 'is a submodule' : 'are submodules'}.`,
        why: isPublic
          ? 'Heroku fetches them at each push, where they are public; a rehearsal does not.'
          : 'A push carries none of their files, and Heroku has no key to fetch them by ssh.',
        next: isPublic
          ? 'Nothing if they are public.'
          : 'Write https:// addresses into .gitmodules, or take the files into the repository ' +
            '(git subtree add).',
        place: '.gitmodules',
      },
    ]
  },
}
