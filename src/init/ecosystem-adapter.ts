import type { Ecosystem, RenderOptions } from '../ecosystem/index.js'

/** What init asks of the room that knows ecosystem files. */
export interface EcosystemFiles {
  /** Absolute path of the folder's ecosystem or process file. */
  find(dir: string): Promise<string | undefined>
  read(file: string): Promise<Ecosystem>
  render(options: RenderOptions): { fileName: string; text: string }
}

/** Loaded when it is used: the room brings a YAML parser along. */
export async function ecosystemFiles(): Promise<EcosystemFiles> {
  const { findEcosystemFile, readEcosystem, renderEcosystem } =
    await import('../ecosystem/index.js')
  return { find: findEcosystemFile, read: readEcosystem, render: renderEcosystem }
}
