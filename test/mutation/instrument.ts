/** Writes all mutants of a file into it at once, each behind a switch, so that one process can try them one after the other. */
import ts from 'typescript'
import { mutationsOf, type Mutation } from './mutators.js'

export interface Mutant extends Mutation {
  id: number
  /** Beginning at 1. */
  line: number
  /** What it replaces. */
  was: string
}

/** Answers whether the mutant of that id is the one to try, and notes that the place was reached. See worker.ts. A child process has none, and no mutant. */
const SWITCH = 'globalThis.__mutant?.'

/** @param nextId ids are given from here on */
export function instrument(
  path: string,
  source: string,
  nextId: number,
): { mutants: Mutant[]; text: string } {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const mutants = mutationsOf(file).map((mutation, index): Mutant => ({
    ...mutation,
    id: nextId + index,
    line: file.getLineAndCharacterOfPosition(mutation.start).line + 1,
    was: source.slice(mutation.start, mutation.end),
  }))
  return { mutants, text: write(source, mutants, statementStarts(file)) }
}

/** Statements that could be taken for the arguments of a call by the line before, once they begin with a bracket. */
function statementStarts(file: ts.SourceFile): Set<number> {
  const starts = new Set<number>()
  const visit = (node: ts.Node): void => {
    if (
      ts.isExpressionStatement(node) &&
      (ts.isBlock(node.parent) ||
        ts.isSourceFile(node.parent) ||
        ts.isCaseOrDefaultClause(node.parent))
    )
      starts.add(node.getStart(file))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return starts
}

interface Span {
  start: number
  end: number
  mutants: Mutant[]
  inner: Span[]
}

function write(
  source: string,
  mutants: readonly Mutant[],
  statements: ReadonlySet<number>,
): string {
  const root: Span = { start: 0, end: source.length, mutants: [], inner: [] }
  const open = [root]
  for (const mutant of mutants) {
    while (open.at(-1)!.end < mutant.end) open.pop()
    const around = open.at(-1)!
    if (
      around !== root &&
      around.start === mutant.start &&
      around.end === mutant.end &&
      around.mutants[0]?.isStatement === mutant.isStatement
    ) {
      around.mutants.push(mutant)
      continue
    }
    const span: Span = { start: mutant.start, end: mutant.end, mutants: [mutant], inner: [] }
    around.inner.push(span)
    open.push(span)
  }
  return inside(root)

  function inside({ start, end, inner }: Span): string {
    let text = ''
    let at = start
    for (const span of inner) {
      text += source.slice(at, span.start) + (statements.has(span.start) ? ';' : '') + outside(span)
      at = span.end
    }
    return text + source.slice(at, end)
  }

  function outside(span: Span): string {
    const original = inside(span)
    return span.mutants.reduce(
      (text, { id, text: changed, isStatement }) =>
        isStatement
          ? `{ if (${SWITCH}(${id})) { ${changed} } else { ${text} } }`
          : `(${SWITCH}(${id}) ? (${changed}) : (${text}))`,
      original,
    )
  }
}
