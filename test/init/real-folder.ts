import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { EcosystemFiles } from '../../src/init/ecosystem-adapter.js'
import { childEnvironment } from '../../src/init/apply/run-command.js'
import { digests, type RuntimeTarball } from '../../src/init/runtime-tarball.js'
import type { InitOptions } from '../../src/init/types.js'

export { folderContents as contents } from '../support/folder-contents.js'

const made: string[] = []

/** A folder on disk with these files; objects are written as JSON. Removed by `removeFolders`. */
export function realFolder(files: Record<string, string | object> = {}): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-test-init-'))
  made.push(dir)
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
    writeFileSync(
      path.join(dir, file),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n',
    )
  }
  return dir
}

export function removeFolders(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
}

/** A small package of the runtime's name, in a tarball as npm packs it. */
export function packRuntime(
  version: string,
  text = '',
  dependencies: Record<string, string> = {},
): RuntimeTarball {
  const dir = realFolder({
    'package/package.json': {
      name: 'shipit-runtime',
      version,
      bin: { 'shipit-runtime': 'run.js' },
      dependencies,
    },
    'package/run.js': `#!/usr/bin/env node\n${text}\n`,
  })
  const file = path.join(dir, `shipit-runtime-${version}.tgz`)
  const names = ['package.json', 'run.js'].map((name) => `package/${name}`)
  // The same bytes each time, for which npm's work is kept.
  for (const name of names) utimesSync(path.join(dir, name), 1e9, 1e9)
  const env = childEnvironment(process.env)
  execFileSync('tar', ['-czf', file, '-C', dir, ...names], { env })
  return { version, file, ...digests(readFileSync(file)) }
}

const NAMES = [
  'ecosystem.config.yml',
  'ecosystem.config.json',
  'ecosystem.config.cjs',
  'process.json',
]

/**
 * Ecosystem files as lines `key: value`: enough to see what init asks for and does with the answer.
 */
export const plainEcosystem: EcosystemFiles = {
  find: (dir) =>
    Promise.resolve(
      NAMES.map((name) => path.join(dir, name)).find((file) =>
        statSync(file, { throwIfNoEntry: false }),
      ),
    ),
  read: (file) => {
    const script = /^script: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]
    const problems = script
      ? []
      : [
          {
            severity: 'error' as const,
            path: 'apps/0/scrpt',
            line: 3,
            column: 5,
            message: 'unknown option',
            suggestion: 'did you mean script?',
          },
        ]
    return Promise.resolve({
      file,
      format: 'yml',
      apps: script ? [{ name: 'a', script }] : [],
      deploy: {},
      sshTargets: [],
      problems,
    })
  },
  render: (input) => {
    const fileName = `ecosystem.config.${input.format === 'js' && input.esm ? 'cjs' : input.format}`
    const { name, script, instances, memory, envNames, extra } = input
    return {
      fileName,
      text: `name: ${name}\nscript: ${script}\n${JSON.stringify({ instances, memory, envNames, ...extra })}\n`,
    }
  },
}

export const options = (more: Partial<InitOptions> = {}): InitOptions => ({
  envNames: [],
  force: false,
  ...more,
})

export function git(dir: string, ...args: string[]): string {
  return execFileSync(
    'git',
    ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args],
    { cwd: dir, encoding: 'utf8', stdio: 'pipe' },
  )
}
