// The functions of this room that init calls, until the room itself is here: an index.ts beside this file takes its place.
import type { Ecosystem, EcosystemFormat } from './types.js'

export function findEcosystemFile(dir: string): Promise<string | undefined>
export function readEcosystem(file: string): Promise<Ecosystem>
export function renderEcosystem(options: {
  name: string
  script: string
  format: EcosystemFormat
  esm: boolean
  instances: number | 'max'
  memory?: string
  envNames: readonly string[]
  extra?: Record<string, unknown>
}): { fileName: string; text: string }
