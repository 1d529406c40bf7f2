import { procfileLines } from '../../project/procfile.js'
import type { Check, Problem } from '../check.js'

/** https://devcenter.heroku.com/articles/procfile: its name has no extension and a capital P. */
export const procfile: Check = {
  name: 'procfile',
  theme: 'Start',
  asserts: 'Heroku can read the Procfile',
  run: ({ project: { folder } }): Problem[] => {
    const text = folder.read('Procfile')
    if (text === undefined) {
      const other = folder
        .list('')
        .find(
          ({ name, isDirectory }) => !isDirectory && /^procfile(\.(txt|yml|yaml))?$/i.test(name),
        )
      if (!other) return []
      return [
        {
          severity: 'warning',
          place: other.name,
          what: `There is ${other.name}, and Heroku reads a file called Procfile.`,
          why: 'It would run `npm start` for web, and no other process type.',
          next: `git mv ${other.name} Procfile`,
        },
      ]
    }
    const bad = procfileLines(text).find(({ entry }) => entry === undefined)
    if (!bad) return []
    return [
      {
        severity: 'error',
        place: `Procfile:${bad.number}`,
        what: `Line ${bad.number} of the Procfile is not a process type and its command: \`${bad.text.slice(0, 80)}\`.`,
        why: 'What it was to start would not be there.',
        next: 'Write it so: `web: npm start`. A comment begins with #.',
      },
    ]
  },
}
