/** A copy of the project whose sources have all their mutants in them; everything but sources and tests is a link. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { instrument, type Mutant } from './instrument.js'

export interface MutatedFile {
  /** From the project's folder. */
  path: string
  source: string
  /** With all mutants in it. */
  text: string
  mutants: Mutant[]
}

export interface Sandbox {
  dir: string
  files: MutatedFile[]
  remove: () => void
}

const COPIED = ['src', 'test']

/** @param paths of the files to mutate, from the project's folder */
export function makeSandbox(root: string, paths: readonly string[]): Sandbox {
  const dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'shipit-mutation-')))
  for (const name of readdirSync(root)) {
    if (name === '.git') continue
    if (COPIED.includes(name))
      cpSync(path.join(root, name), path.join(dir, name), { recursive: true })
    else symlinkSync(path.join(root, name), path.join(dir, name))
  }
  let nextId = 1
  const files = paths.map((file): MutatedFile => {
    const source = readFileSync(path.join(root, file), 'utf8')
    const { mutants, text } = instrument(file, source, nextId)
    nextId += mutants.length
    writeFileSync(path.join(dir, file), text)
    return { path: file, source, text, mutants }
  })
  return {
    dir,
    files,
    remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  }
}
