/** The names of what init writes: of scripts and of the app. */

/**
 * A name for the script that holds what the start script was: one that no other script has, or the
 * one that an earlier run gave the same command; and none that a script runs by a pattern (`run-p
 * start:*`), which would run itself.
 */
export function scriptName(scripts: Record<string, string>, command: string): string {
  const usual = [
    'start:app',
    'start:server',
    ...Array.from({ length: 9 }, (_, n) => `start:app${n + 2}`),
  ]
  const isMatched = Object.values(scripts).some((each) => /\bstart:\*/.test(each))
  const names = isMatched ? usual.map((name) => name.split(':').reverse().join(':')) : usual
  return (
    names.find((name) => scripts[name] === undefined || scripts[name] === command) ??
    'original-start'
  )
}

/**
 * PM2's name for the app: the package's without its scope, else the folder's, with only letters,
 * digits, - . and _.
 */
export function appNameFrom(packageName: string | undefined, folderName: string): string {
  return clean(packageName?.replace(/^@[^/]*\//, '')) || clean(folderName) || 'app'
}

function clean(name: string | undefined): string {
  return (name ?? '')
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
}
