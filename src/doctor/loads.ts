/**
 * What a source loads as soon as it is loaded itself: no more than what is written at its top level
 * and under no condition.
 */

interface Load {
  /** As it is written: express, ./routes, node:fs. */
  specifier: string
  offset: number
  /**
   * Whether it may be for types alone, which a compiler takes out: an import with names in a
   * TypeScript source, none of which is called.
   */
  mayBeTypes: boolean
}

const STRING = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\]|\\[^])*`/g

/**
 * The text with what is inside its strings blank, so that words and brackets in them mean nothing.
 */
const withoutStrings = (text: string): string =>
  text.replace(
    STRING,
    (found) => found[0] + found.slice(1, -1).replace(/[^\n]/g, ' ') + found.at(-1),
  )

/** The loads of a source without comments. */
export function topLevelLoads(text: string, isTypeScript: boolean): Load[] {
  const bare = withoutStrings(text)
  const depths = depthsOf(bare)
  const at = (match: RegExpExecArray, quote: number): Load | undefined => {
    const specifier = quotedAt(text, quote)
    return specifier === undefined || depths[match.index] !== 0
      ? undefined
      : { specifier, offset: match.index, mayBeTypes: false }
  }
  const imports = [...bare.matchAll(/^[ \t]*(?:import|export)\b([^'"`;]*?)(['"])/gm)].flatMap(
    (match) => {
      const clause = match[1]!
      if (/^\s*type\b/.test(clause) || /[=(]/.test(clause)) return []
      const isBare = clause.trim() === ''
      if (!isBare && !/\bfrom\s*$/.test(clause)) return []
      const load = at(match, match.index + match[0].length - 1)
      return load
        ? [
            {
              ...load,
              mayBeTypes:
                isTypeScript &&
                !isBare &&
                !match[0].trimStart().startsWith('export') &&
                !isCalled(clause, bare),
            },
          ]
        : []
    },
  )
  const requires = [...bare.matchAll(/\brequire\s*\(\s*(?=['"])/g)].flatMap((match) => {
    const load = isConditional(bare, match.index)
      ? undefined
      : at(match, match.index + match[0].length)
    return load ? [load] : []
  })
  return [...imports, ...requires].sort((a, b) => a.offset - b.offset)
}

/** How many braces are open before each character; round and square brackets hold no statements. */
function depthsOf(bare: string): number[] {
  let depth = 0
  return Array.from(bare, (char) => {
    if (char === '}') depth -= 1
    const own = depth
    if (char === '{') depth += 1
    return own
  })
}

function quotedAt(text: string, quote: number): string | undefined {
  const end = text.indexOf(text[quote]!, quote + 1)
  return end === -1 ? undefined : text.slice(quote + 1, end)
}

/**
 * `if (x) require('y')`, `x && require('y')`, `() => require('y')`: by the words before it in its
 * statement.
 */
function isConditional(bare: string, offset: number): boolean {
  const start =
    Math.max(
      bare.lastIndexOf(';', offset - 1),
      bare.lastIndexOf('\n', offset - 1),
      bare.lastIndexOf('}', offset - 1),
    ) + 1
  const before = bare.slice(start, offset)
  const previous = bare.slice(0, start).trimEnd()
  return (
    /\bif\b|\belse\b|\?|&&|\|\||=>|\bfunction\b/.test(before) ||
    /\b(?:if|while)\s*\([^\n]*\)$|\belse$|(?:[?:&|,(]|=>)$/.test(previous)
  )
}

/**
 * Whether one of the names that an import clause brings is called, made, or read from: then it is
 * no type.
 */
function isCalled(clause: string, bare: string): boolean {
  const names = [...clause.matchAll(/(?:\bas\s+)?(\b[A-Za-z_$][\w$]*)\s*(?=[,}\s]|$)/g)]
    .map(([, name]) => name!)
    .filter((name) => !['type', 'from', 'as'].includes(name))
    .map((name) => name.replace(/\$/g, '\\$'))
  return names.some((safe) =>
    new RegExp(
      // Called; made with `new`; or a method of it called.
      [
        String.raw`\b${safe}\s*\(`,
        String.raw`\bnew\s+${safe}\b`,
        String.raw`\b${safe}(?:\.\w+)+\s*\(`,
      ].join('|'),
    ).test(bare),
  )
}
