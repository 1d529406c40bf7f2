import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readEcosystem, type Ecosystem, type ReadOptions } from '../../src/ecosystem/index.js'

let folder: string | undefined

/** A folder of the test file's own, removed after its last test. */
export function useFolder(): {
  file: (name: string, text: string) => Promise<string>
  read: (name: string, text: string, options?: ReadOptions) => Promise<Ecosystem>
  dir: () => string
} {
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecosystem-'))
  })
  after(async () => {
    if (folder) await rm(folder, { recursive: true, force: true })
  })
  const file = async (name: string, text: string): Promise<string> => {
    const full = path.join(folder!, name)
    await writeFile(full, text)
    return full
  }
  return {
    file,
    dir: () => folder!,
    read: async (name, text, options) => readEcosystem(await file(name, text), options),
  }
}
