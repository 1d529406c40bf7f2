import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Bytes on disk of a folder and all in it. */
export async function sizeOfFolder(dir: string): Promise<number> {
  const { stdout } = await exec('du', ['-sk', dir])
  return Number.parseInt(stdout, 10) * 1024
}
