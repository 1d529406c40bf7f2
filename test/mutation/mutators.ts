/** What a mutant changes: one place of one file, in a way that some test should notice. Words of messages are left alone. */
import ts from 'typescript'

/** A change of a piece of source. `start` and `end` are offsets in the file's text. */
export interface Mutation {
  start: number
  end: number
  /** What stands there instead. */
  text: string
  kind: string
  /** Whether the piece is a statement; else it is an expression. */
  isStatement: boolean
}

/** Properties whose values are words for a reader. */
const WORDS = new Set(['message', 'why', 'next', 'title', 'label', 'description'])

/** Calls without which the receiver goes on as it was. */
const DROPPED = new Set([
  'filter',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'slice',
  'trim',
  'trimEnd',
  'trimStart',
  'toLowerCase',
  'toUpperCase',
])
const SWAPPED: Record<string, string> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  find: 'findLast',
  findLast: 'find',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  any: 'race',
  all: 'race',
  race: 'all',
  floor: 'ceil',
  ceil: 'floor',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
}
const BOUNDARIES = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
])
const OPPOSITES = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.EqualsEqualsToken, '!='],
  [ts.SyntaxKind.ExclamationEqualsToken, '=='],
  [ts.SyntaxKind.LessThanToken, '>='],
  [ts.SyntaxKind.LessThanEqualsToken, '>'],
  [ts.SyntaxKind.GreaterThanToken, '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '<'],
])
const ARITHMETIC = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.PercentToken, '*'],
  [ts.SyntaxKind.AsteriskAsteriskToken, '*'],
])
const LOGICAL = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
])
const ASSIGNMENTS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, '='],
  [ts.SyntaxKind.BarBarEqualsToken, '='],
])
/** Numbers up to here are counts and get one more; greater ones are limits and sizes, and are doubled. */
const COUNTS = 16

/** All mutations of a file, in the order of its text. */
export function mutationsOf(file: ts.SourceFile): Mutation[] {
  const found: Mutation[] = []
  const textOf = (node: ts.Node) => node.getText(file)
  const add = (node: ts.Node, text: string, kind: string, isStatement = false) => {
    if (!isStatement && isInChain(node)) return
    found.push({ start: node.getStart(file), end: node.getEnd(), text, kind, isStatement })
  }

  const condition = (test: ts.Expression, whenTrue: string, whenFalse: string, isLoop = false) => {
    if (test.kind === ts.SyntaxKind.TrueKeyword) return
    if (!isLoop) add(test, 'true', whenTrue)
    add(test, 'false', whenFalse)
  }

  const visitors: { [kind: number]: (node: never) => void } = {
    [ts.SyntaxKind.IfStatement]: ({ expression, thenStatement, elseStatement }: ts.IfStatement) => {
      const leaves = elseStatement === undefined ? leavingBy(thenStatement) : undefined
      condition(
        expression,
        'condition true',
        leaves === undefined ? 'condition false' : `${leaves} removed`,
      )
    },
    [ts.SyntaxKind.ConditionalExpression]: ({ condition: test }: ts.ConditionalExpression) =>
      condition(test, 'condition true', 'condition false'),
    [ts.SyntaxKind.WhileStatement]: ({ expression }: ts.WhileStatement) =>
      condition(expression, '', 'loop never entered', true),
    [ts.SyntaxKind.ForStatement]: ({ condition: test }: ts.ForStatement) => {
      if (test) condition(test, '', 'loop never entered', true)
    },
    [ts.SyntaxKind.ThrowStatement]: (node: ts.ThrowStatement) => {
      if (!isSoleBody(node)) add(node, '', 'throw removed', true)
    },
    [ts.SyntaxKind.ReturnStatement]: (node: ts.ReturnStatement) => {
      if (isSoleBody(node)) return
      if (!isLast(node)) add(node, '', 'return removed', true)
      else if (node.expression && isAnswer(node.expression))
        add(node, 'return undefined', 'answer withheld', true)
    },
    [ts.SyntaxKind.ExpressionStatement]: (node: ts.ExpressionStatement) => {
      if (isEffect(node.expression)) add(node, '', 'statement removed', true)
    },
    [ts.SyntaxKind.BinaryExpression]: (node: ts.BinaryExpression) => binary(node),
    [ts.SyntaxKind.PrefixUnaryExpression]: (node: ts.PrefixUnaryExpression) => {
      if (node.operator === ts.SyntaxKind.ExclamationToken && !isCondition(node))
        add(node, `!!(${textOf(node.operand)})`, 'negation dropped')
      if (node.operator === ts.SyntaxKind.MinusToken)
        add(node, textOf(node.operand), 'minus dropped')
    },
    [ts.SyntaxKind.NumericLiteral]: (node: ts.NumericLiteral) => {
      const value = Number(node.text.replaceAll('_', ''))
      if (!ts.isPropertyAssignment(node.parent) || node.parent.name !== node)
        add(node, String(value <= COUNTS ? value + 1 : value * 2), 'number changed')
    },
    [ts.SyntaxKind.TrueKeyword]: (node: ts.Expression) => add(node, 'false', 'boolean flipped'),
    [ts.SyntaxKind.FalseKeyword]: (node: ts.Expression) => add(node, 'true', 'boolean flipped'),
    [ts.SyntaxKind.ArrayLiteralExpression]: (node: ts.ArrayLiteralExpression) => {
      if (node.elements.length > 0) add(node, '[]', 'list emptied')
      for (const element of node.elements)
        if (ts.isStringLiteral(element) && element.text !== '') add(element, "''", 'string emptied')
    },
    [ts.SyntaxKind.RegularExpressionLiteral]: (node: ts.RegularExpressionLiteral) => {
      const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? []
      if (body.startsWith('^')) add(node, `/${body.slice(1)}/${flags}`, 'anchor dropped')
      if (body.endsWith('$') && !body.endsWith('\\$'))
        add(node, `/${body.slice(0, -1) || '(?:)'}/${flags}`, 'anchor dropped')
      if (flags.includes('i')) add(node, `/${body}/${flags.replace('i', '')}`, 'flag dropped')
    },
    [ts.SyntaxKind.CallExpression]: (node: ts.CallExpression) => call(node),
  }

  function binary(node: ts.BinaryExpression): void {
    const {
      left,
      right,
      operatorToken: { kind },
    } = node
    const [one, other] = [textOf(left), textOf(right)]
    const operand = node.operatorToken.getText(file)
    if (LOGICAL.has(kind)) {
      add(node, one, `right of ${operand} dropped`)
      add(node, other, `left of ${operand} dropped`)
    }
    if (BOUNDARIES.has(kind)) add(node, `${one} ${BOUNDARIES.get(kind)} ${other}`, 'boundary moved')
    if (OPPOSITES.has(kind) && !isCondition(node))
      add(node, `${one} ${OPPOSITES.get(kind)} ${other}`, 'comparison turned')
    if (ARITHMETIC.has(kind) && ![left, right].some(isWords))
      add(node, `${one} ${ARITHMETIC.get(kind)} ${other}`, 'arithmetic changed')
    if (ASSIGNMENTS.has(kind))
      add(node, `${one} ${ASSIGNMENTS.get(kind)} ${other}`, 'assignment changed')
  }

  function call(node: ts.CallExpression): void {
    const { expression: callee, arguments: args } = node
    if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken) return
    const {
      name: { text: name },
      expression: receiver,
    } = callee
    const given = args.map(textOf).join(', ')
    if (DROPPED.has(name)) add(node, textOf(receiver), `${name} dropped`)
    if (Object.hasOwn(SWAPPED, name) && args.length > 0)
      add(node, `${textOf(receiver)}.${SWAPPED[name]}(${given})`, `${name} changed`)
  }

  const visit = (node: ts.Node): void => {
    if (isLeftAlone(node)) return
    visitors[node.kind]?.(node as never)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found.sort((a, b) => a.start - b.start || b.end - a.end)
}

/** Types, imports, names and words have no mutants. */
function isLeftAlone(node: ts.Node): boolean {
  if (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  )
    return true
  if (ts.isTemplateSpan(node) || ts.isModifier(node)) return true
  return ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && WORDS.has(node.name.text)
}

/** A piece inside `a?.b.c` cannot be replaced alone. */
function isInChain({ parent }: ts.Node): boolean {
  return (
    ts.isExpression(parent) &&
    (parent.flags & ts.NodeFlags.OptionalChain) !== 0 &&
    (ts.isPropertyAccessExpression(parent) ||
      ts.isElementAccessExpression(parent) ||
      ts.isCallExpression(parent)) &&
    !parent.questionDotToken
  )
}

function leavingBy(body: ts.Statement): string | undefined {
  const only = ts.isBlock(body) && body.statements.length === 1 ? body.statements[0]! : body
  return ts.isThrowStatement(only)
    ? 'throw'
    : ts.isReturnStatement(only)
      ? 'early return'
      : undefined
}

/** Of an if without an else: its condition being false is the same as the statement's removal. */
function isSoleBody(node: ts.Statement): boolean {
  const { parent } = node
  if (ts.isIfStatement(parent)) return parent.elseStatement === undefined
  return (
    ts.isBlock(parent) &&
    parent.statements.length === 1 &&
    ts.isIfStatement(parent.parent) &&
    parent.parent.elseStatement === undefined
  )
}

const isLast = ({ parent }: ts.Statement) => ts.isBlock(parent) && ts.isFunctionLike(parent.parent)

const isAnswer = (node: ts.Expression) =>
  !(ts.isIdentifier(node) && node.text === 'undefined') &&
  node.kind !== ts.SyntaxKind.FalseKeyword &&
  node.kind !== ts.SyntaxKind.NullKeyword

const isWords = (node: ts.Node): boolean =>
  ts.isStringLiteral(node) ||
  ts.isTemplateLiteral(node) ||
  (ts.isBinaryExpression(node) && (isWords(node.left) || isWords(node.right)))

/** A test, or a part of one, which the mutants of the whole and of its operands cover. */
function isCondition(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isBinaryExpression(parent) && LOGICAL.has(parent.operatorToken.kind)) return true
  return ts.isIfStatement(parent) || ts.isWhileStatement(parent)
    ? parent.expression === node
    : (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) && parent.condition === node
}

/** What is done for its effect: calls, and whatever is written to. */
function isEffect(node: ts.Expression): boolean {
  if (ts.isAwaitExpression(node) || ts.isVoidExpression(node)) return isEffect(node.expression)
  if (ts.isCallExpression(node)) return node.expression.kind !== ts.SyntaxKind.SuperKeyword
  return (
    ts.isBinaryExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isPostfixUnaryExpression(node) ||
    ts.isDeleteExpression(node)
  )
}
