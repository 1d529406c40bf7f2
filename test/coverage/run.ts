/**
 * npm run coverage [-- FILE…]: runs the tests that need no built CLI, all or those of the files, and prints what they reach of each room of src/, and which of the
 * branches that throw they never take. What child processes of the tests reach counts as well. c8's own report stays in node_modules/.cache/coverage.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { tableOf, type FileCoverage } from './table.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const REPORTS = path.join(ROOT, 'node_modules/.cache/coverage')
const ALL = [
  ...['--ignore', 'test/e2e/**'],
  ...['--ignore', 'test/**/*.browser.test.ts'],
  'test/**/*.test.ts',
]

const files = process.argv.slice(2)
rmSync(REPORTS, { recursive: true, force: true })
const { status } = spawnSync(
  'npx',
  [
    'c8',
    // Of some tests only, a file that none of them loads says nothing.
    ...(files.length > 0 ? [] : ['--all']),
    ...['--src', 'src', '--include', 'src/**'],
    ...['--reporter', 'json', '--reports-dir', REPORTS],
    ...['--temp-directory', path.join(REPORTS, 'v8')],
    ...['mocha', '--require', './test/coverage/written-out.cjs'],
    ...(files.length > 0 ? files : ALL),
  ],
  { cwd: ROOT, stdio: 'inherit' },
)
const report = path.join(REPORTS, 'coverage-final.json')
const covered = JSON.parse(readFileSync(report, 'utf8')) as Record<string, FileCoverage>
console.log(tableOf(ROOT, Object.values(covered)))
rmSync(path.join(REPORTS, 'v8'), { recursive: true, force: true })
process.exitCode = status ?? 1
