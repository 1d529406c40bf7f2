import { readdir, readFile } from 'node:fs/promises'

/** The commands of git that work on repositories of this home, from /proc: on Linux alone. */
export async function gitsOf(home: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    const [environ, command] = await Promise.all(
      ['environ', 'cmdline'].map((file) =>
        readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''),
      ),
    )
    if (environ!.includes(home) && /git/.test(command!)) found.push(command!.replaceAll('\0', ' '))
  }
  return found
}
