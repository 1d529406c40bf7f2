import { execFile } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { killProcessGroup } from './run-tool.js'

const exec = promisify(execFile)

/** Notes a process group that a build started, before anything else is done with it. */
export function noteProcessGroup(file: string, group: number): void {
  appendFileSync(file, `${group}\n`)
}

/**
 * Ends the groups that a killed daemon left behind. An id may be another's by now, so only one whose leader was started
 * while that daemon's build ran, with the build's folder in its environment, is ended.
 */
export async function killLeftGroups(file: string, marker: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  for (const group of text.split('\n').map(Number).filter((id) => id > 1)) {
    if (await belongsTo(group, marker)) killProcessGroup(group)
  }
}

async function belongsTo(pid: number, marker: string): Promise<boolean> {
  try {
    const environment = process.platform === 'linux'
      ? await readFile(`/proc/${pid}/environ`, 'utf8')
      : (await exec('ps', ['-E', '-ww', '-o', 'command=', '-p', String(pid)])).stdout
    return environment.includes(marker)
  } catch (error) {
    // No such process, or one of another user.
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || (code as unknown) === 1) return false
    throw error
  }
}
