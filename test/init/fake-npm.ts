import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { realFolder } from './real-folder.js'

/**
 * A folder for the front of PATH whose `npm` behaves as told: it writes half a lockfile and
 * node_modules first.
 */
export function fakeNpm(then: 'fail' | 'hang'): string {
  const dir = realFolder()
  const end =
    then === 'fail'
      ? "console.error('npm error 500 the registry is on fire'); process.exit(1)"
      : "require('fs').writeFileSync('half.done', ''); setInterval(() => {}, 1000)"
  const script = `#!${process.execPath}\nconst fs = require('fs')\nfs.writeFileSync('package-lock.json', '{ "half":')\nfs.mkdirSync('node_modules/x', { recursive: true })\n${end}\n`
  writeFileSync(path.join(dir, 'npm'), script)
  chmodSync(path.join(dir, 'npm'), 0o755)
  return dir
}

/** Runs with a folder in front of PATH. */
export async function withPath<Result>(dir: string, run: () => Promise<Result>): Promise<Result> {
  const before = process.env['PATH']
  process.env['PATH'] = `${dir}${path.delimiter}${before}`
  try {
    return await run()
  } finally {
    process.env['PATH'] = before
  }
}
