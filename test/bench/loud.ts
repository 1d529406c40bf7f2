/** The loud platform in a process of its own. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { until } from '../../src/lib/until.js'
import { packageRoot } from '../../src/paths.js'

/** Clock ticks a second in /proc: Linux has this number for all programs. */
const TICKS = 100

export interface Loud {
  url: string
  end(): void
}

/** @param lines a second */
export async function startLoud(dynos: number, instances: number, lines: number): Promise<Loud> {
  const server = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', path.join(import.meta.dirname, 'loud-platform.ts')],
      ...[dynos, instances, lines].map(String),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: packageRoot },
  )
  let said = ''
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  if (!(await until(() => said.includes('\n'), { timeout: 20_000, every: 50 }))) {
    server.kill()
    throw new Error('the platform did not start')
  }
  return { url: said.trim(), end: () => void server.kill() }
}

/** CPU seconds that a process has used, the MB it holds, and the most it held. */
export async function used(
  pid: number,
): Promise<{ seconds: number; megabytes: number; mostMegabytes: number }> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1])
  return {
    seconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    megabytes: kilobytes('VmRSS') / 1024,
    mostMegabytes: kilobytes('VmHWM') / 1024,
  }
}
