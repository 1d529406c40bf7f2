const CONCURRENTLY_VALUES =
  /^(-n|--names|-c|--prefix-colors|-p|--prefix|-s|--success|-l|--prefix-length|-t|--timestamp-format|-m|--max-processes|--name-separator|--restart-tries|--restart-after|--default-input-target|--kill-signal)$/

/**
 * Tools that run several scripts or lines, as the shell line that does the same; undefined for any
 * other.
 */
export function severalLines(program: string, words: string[]): string | undefined {
  if (program === 'concurrently') {
    const lines = words.filter(
      (word, at) => !word.startsWith('-') && !CONCURRENTLY_VALUES.test(words[at - 1] ?? ''),
    )
    return lines.map((line) => line.replace(/^(npm|yarn|pnpm):/, '$1 run ')).join(' & ')
  }
  if (!/^(npm-run-all2?|run-p|run-s)$/.test(program)) return undefined
  const isParallel = program === 'run-p' || words.some((word) => /^(-p|-lp|--parallel)$/.test(word))
  const scripts = words.filter((word) => !word.startsWith('-'))
  // A pattern names scripts that only the tool can list.
  return scripts.some((name) => name.includes('*'))
    ? undefined
    : scripts.map((name) => `npm run ${name}`).join(isParallel ? ' & ' : ' && ')
}
