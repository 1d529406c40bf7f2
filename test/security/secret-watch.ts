import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

export interface Sighting {
  /** Its name, not its value. */
  secret: string
  place: 'command line' | 'environment' | 'temporary file'
  /** The command line, or the file. */
  program: string
  /** Empty if it is not known. */
  cwd: string
  moment: string
}

interface Watch {
  /** What is being done meanwhile. */
  moment: string
  /** How often it has looked at all processes. */
  looks: number
  /** Each once. */
  seen: Sighting[]
  stop(): Promise<void>
}

const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'ENOTDIR', 'EISDIR', 'EPERM'])

/** What is there; undefined for a process or a file that has gone meanwhile. */
function had<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * Looks at every process that bears a mark and at a folder of temporary files, over and over, for
 * secrets. @param secrets values by name
 */
export function watchSecrets(
  mark: string,
  secrets: Record<string, string>,
  temporary: string,
): Watch {
  const seen = new Map<string, Sighting>()
  let isOver = false
  const note = (text: string, place: Sighting['place'], program: string, cwd: string): void => {
    for (const [secret, value] of Object.entries(secrets)) {
      if (text.includes(value))
        seen.set([secret, place, program, watch.moment].join(), {
          secret,
          place,
          program: program.slice(0, 300),
          cwd,
          moment: watch.moment,
        })
    }
  }
  const lookAtProcess = (pid: string): void => {
    const [command, environment] = ['cmdline', 'environ'].map(
      (file) => had(() => readFileSync(`/proc/${pid}/${file}`, 'latin1')) ?? '',
    )
    if (Number(pid) === process.pid || !(command! + environment!).includes(mark)) return
    const program = command!.replaceAll('\0', ' ').trim()
    const cwd = had(() => readlinkSync(`/proc/${pid}/cwd`)) ?? ''
    note(command!, 'command line', program, cwd)
    note(environment!, 'environment', program, cwd)
  }
  const watch: Watch = {
    moment: '',
    looks: 0,
    get seen() {
      return [...seen.values()]
    },
    stop: async () => {
      isOver = true
      await watching
    },
  }
  const watching = (async () => {
    while (!isOver) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
        lookAtProcess(pid)
      for (const entry of had(() =>
        readdirSync(temporary, { recursive: true, withFileTypes: true }),
      ) ?? []) {
        const file = path.join(entry.parentPath, entry.name)
        if (entry.isFile() && !file.includes('node_modules'))
          note(had(() => readFileSync(file, 'latin1')) ?? '', 'temporary file', file, '')
      }
      watch.looks++
      await turn()
    }
  })()
  return watch
}

/** Files below a folder that hold a secret, packages left out. */
export async function filesWith(
  folder: string,
  secrets: Record<string, string>,
): Promise<{ file: string; secret: string }[]> {
  const found: { file: string; secret: string }[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || file.includes('node_modules')) continue
    const text = await readFile(file, 'latin1')
    for (const [secret, value] of Object.entries(secrets))
      if (text.includes(value)) found.push({ file: path.relative(folder, file), secret })
  }
  return found
}
