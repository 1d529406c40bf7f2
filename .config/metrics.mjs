/**
 * npm run metrics [-- [--list] FOLDER]: figures of the sources, to compare two states of them. FOLDER
 * is a checkout of this repository, such as `git worktree add` makes; this one if absent. `--list`
 * names what is behind the figures that are best kept low.
 *
 * Counted is each .ts file below src that git knows. A function is anything with a body: nested ones
 * count too, with their lines in those of the outer one. Imports are static, dynamic and of types;
 * a room is a folder of src, or a file that lies loose in it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const LONG_FUNCTIONS = [40, 60]
const FRAGMENT = 15

const isFunction = (node) =>
  (ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)) &&
  node.body !== undefined

const isType = (node) =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node)

/** What a node imports, if it imports a file of ours: a path of the repository. */
function importedBy(node, file) {
  const text =
    (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier
      ? node.moduleSpecifier.text
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]?.text
        : ts.isImportTypeNode(node)
          ? node.argument.literal?.text
          : undefined
  return text?.startsWith('.')
    ? path.posix.join(path.posix.dirname(file), text).replace(/\.js$/, '.ts')
    : undefined
}

function read(root, file) {
  const text = readFileSync(path.join(root, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found = { file, lines: text.replace(/\n$/, '').split('\n'), functions: [], types: [] }
  const imports = new Set()
  const visit = (node) => {
    if (isFunction(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line
      const last = source.getLineAndCharacterOfPosition(node.end).line
      found.functions.push({ at: `${file}:${first + 1}`, lines: last - first + 1 })
    }
    if (isType(node)) found.types.push(node.name.text)
    const imported = importedBy(node, file)
    if (imported !== undefined) imports.add(imported)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { ...found, imports: [...imports] }
}

/** Groups of files that import each other, by Tarjan's algorithm. */
function cyclesOf(files) {
  const imports = new Map(files.map((one) => [one.file, one.imports]))
  const order = new Map()
  const lowest = new Map()
  const open = []
  const cycles = []
  const enter = (file) => {
    order.set(file, order.size)
    lowest.set(file, order.get(file))
    open.push(file)
    for (const next of imports.get(file)) {
      if (!imports.has(next)) continue
      if (!order.has(next)) enter(next)
      if (open.includes(next))
        lowest.set(file, Math.min(lowest.get(file), lowest.get(next), order.get(next)))
    }
    if (lowest.get(file) !== order.get(file)) return
    const group = open.splice(open.indexOf(file))
    if (group.length > 1) cycles.push(group)
  }
  for (const file of imports.keys()) if (!order.has(file)) enter(file)
  return cycles
}

function duplicatesOf(files) {
  const places = new Map()
  for (const { file, types } of files)
    for (const name of new Set(types)) places.set(name, [...(places.get(name) ?? []), file])
  return [...places].filter(([, of]) => of.length > 1).sort()
}

const root = path.resolve(process.argv.slice(2).find((word) => !word.startsWith('-')) ?? '.')
const tracked = execFileSync('git', ['-C', root, 'ls-files', 'src'], { encoding: 'utf8' })
const files = tracked
  .split('\n')
  .filter((file) => file.endsWith('.ts') && existsSync(path.join(root, file)))
  .map((file) => read(root, file))

const roomOf = (file) => file.split('/')[1]
const lines = files.flatMap((one) => one.lines)
const functions = files.flatMap((one) => one.functions)
const lengths = files.map((one) => one.lines.length).sort((one, other) => one - other)
const longer = (most) => lines.filter((line) => line.length > most).length
const share = (count) => `${count} (${((100 * count) / lines.length).toFixed(1)} %)`
const cycles = cyclesOf(files)
const duplicates = duplicatesOf(files)
const fragments = files.filter((one) => one.lines.length < FRAGMENT)
const crossing = files.flatMap(({ file, imports }) =>
  imports.filter((imported) => roomOf(imported) !== roomOf(file)),
)

const figures = {
  files: files.length,
  lines: lines.length,
  'median lines of a file': lengths[Math.floor(lengths.length / 2)],
  'files over 300 lines': lengths.filter((count) => count > 300).length,
  [`files under ${FRAGMENT} lines`]: fragments.length,
  'lines over 100 columns': share(longer(100)),
  'lines over 120 columns': share(longer(120)),
  functions: functions.length,
  ...Object.fromEntries(
    LONG_FUNCTIONS.map((most) => [
      `functions over ${most} lines`,
      functions.filter((one) => one.lines > most).length,
    ]),
  ),
  'import cycles': `${cycles.length} (${cycles.flat().length} files)`,
  'imports from room to room': crossing.length,
  'duplicate type names': duplicates.length,
}
const width = Math.max(...Object.keys(figures).map((name) => name.length))
for (const [name, figure] of Object.entries(figures))
  console.log(`${name.padEnd(width)}  ${figure}`)

if (process.argv.includes('--list')) {
  const longest = functions.filter((one) => one.lines > LONG_FUNCTIONS.at(-1))
  longest.sort((one, other) => other.lines - one.lines)
  console.log('\nLong functions:')
  for (const { at, lines: count } of longest) console.log(`  ${count}  ${at}`)
  console.log('\nFragments:')
  for (const one of fragments) console.log(`  ${one.lines.length}  ${one.file}`)
  console.log('\nDuplicate type names:')
  for (const [name, of] of duplicates) console.log(`  ${name}: ${of.join(', ')}`)
  for (const group of cycles) console.log(`\nCycle: ${group.join(' → ')}`)
}
