import type { Ecosystem, EcosystemFormat } from '../ecosystem/types.js'

export interface RenderInput {
  name: string
  script: string
  format: EcosystemFormat
  esm: boolean
  instances: number | 'max'
  memory?: string
  envNames: readonly string[]
  /** Further options of the app, such as args. */
  extra?: Record<string, unknown>
}

/** What init asks of the room that knows ecosystem files. */
export interface EcosystemFiles {
  /** Absolute path of the folder's ecosystem or process file. */
  find(dir: string): Promise<string | undefined>
  read(file: string): Promise<Ecosystem>
  render(input: RenderInput): { fileName: string; text: string }
}

/** Loaded when it is used: the room brings a YAML parser along. */
export async function ecosystemFiles(): Promise<EcosystemFiles> {
  const { findEcosystemFile, readEcosystem, renderEcosystem } = await import('../ecosystem/index.js')
  return { find: findEcosystemFile, read: readEcosystem, render: renderEcosystem }
}
