import { anyOf } from '../../lib/any-of.js'

const CONCURRENTLY_VALUES = anyOf([
  /^(?:-n|--names|-c|--prefix-colors|-p|--prefix|-s|--success|-l|--prefix-length|-t)$/,
  /^(?:--timestamp-format|-m|--max-processes|--name-separator|--restart-tries)$/,
  /^(?:--restart-after|--default-input-target|--kill-signal)$/,
])

/**
 * Tools that run several scripts or lines, as the shell line that does the same; undefined for any
 * other, and for a pattern that chooses none of the scripts.
 */
export function severalLines(
  program: string,
  words: string[],
  scripts: Record<string, string>,
): string | undefined {
  if (program === 'concurrently') {
    const lines = words
      .filter((word, at) => !word.startsWith('-') && !CONCURRENTLY_VALUES.test(words[at - 1] ?? ''))
      .map((line) => line.replace(/^(npm|yarn|pnpm|bun):/, '$1 run '))
    return joined(
      lines.map((line) => spread(line, scripts)),
      ' & ',
    )
  }
  if (!/^(npm-run-all2?|run-p|run-s)$/.test(program)) return undefined
  const isParallel = program === 'run-p' || words.some((word) => /^(-p|-lp|--parallel)$/.test(word))
  const names = words.filter((word) => !word.startsWith('-'))
  return joined(
    names.map((name) => matching(name, scripts, ':').map((script) => `npm run ${script}`)),
    isParallel ? ' & ' : ' && ',
  )
}

const joined = (lines: string[][], operator: string): string | undefined =>
  lines.some((each) => each.length === 0) ? undefined : lines.flat().join(operator)

/** `npm run start:*` among concurrently's lines stands for each script of that kind. */
function spread(line: string, scripts: Record<string, string>): string[] {
  const [, before, name, after = ''] = /^(\S+ run )(\S*\*\S*)(\s.*)?$/.exec(line) ?? []
  return name === undefined
    ? [line]
    : matching(name, scripts).map((script) => `${before}${script}${after}`)
}

/**
 * Scripts that a pattern names, in the order of package.json: `*` is anything but the separator, if
 * there is one, and `**` anything.
 */
function matching(name: string, scripts: Record<string, string>, separator?: string): string[] {
  if (!name.includes('*')) return [name]
  if (!/^[\w:*.-]+$/.test(name)) return []
  const pattern = name
    .split(/(\*+)/)
    .map((part) =>
      part.startsWith('*')
        ? separator !== undefined && part === '*'
          ? `[^${separator}]*`
          : '.*'
        : part.replace(/[.]/g, '\\.'),
    )
    .join('')
  return Object.keys(scripts).filter((script) => new RegExp(`^${pattern}$`).test(script))
}
