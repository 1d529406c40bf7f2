import type { FolderView } from '../folder.js'

/**
 * The ExecStart of a systemd unit in the folder, with paths of the server's disk made the folder's
 * own.
 */
export function unitCommand(folder: FolderView): { file: string; command: string } | undefined {
  for (const { name, isDirectory } of folder.list('')) {
    if (isDirectory || !name.endsWith('.service')) continue
    const text = folder.read(name) ?? ''
    const command = /^\s*ExecStart\s*=\s*[-@:+!]*(.+?)\s*$/m.exec(
      text.replace(/\\\r?\n\s*/g, ' '),
    )?.[1]
    if (!command) continue
    const home = /^\s*WorkingDirectory\s*=\s*-?(.+?)\/?\s*$/m.exec(text)?.[1]
    return {
      file: name,
      command: command
        .split(/\s+/)
        .map((word, at) => (at === 0 ? word : localPath(word, home, folder)))
        .join(' '),
    }
  }
  return undefined
}

/**
 * /opt/app/dist/server.js → dist/server.js: what is left when the unit's folder, or leading folders
 * that are not here, are taken off.
 */
function localPath(word: string, home: string | undefined, folder: FolderView): string {
  if (!word.startsWith('/')) return word
  if (home && word.startsWith(`${home}/`)) return word.slice(home.length + 1)
  const parts = word.split('/').slice(1)
  for (let from = 0; from < parts.length; from++) {
    const rest = parts.slice(from).join('/')
    if (folder.isFile(rest) || folder.isFile(`${rest}.js`)) return rest
  }
  return word
}
