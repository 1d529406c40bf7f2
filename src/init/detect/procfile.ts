/** One line of a Procfile: https://devcenter.heroku.com/articles/procfile */
interface ProcfileEntry {
  type: string
  command: string
}

const LINE = /^([A-Za-z0-9_-]+):\s*(.+?)\s*$/

export function readProcfile(text: string): ProcfileEntry[] {
  return text.replace(/^\ufeff/, '').split(/\r\n|\n/).flatMap((content) => {
    const match = LINE.exec(content)
    return match ? [{ type: match[1]!, command: match[2]! }] : []
  })
}

/** The text with the web line's command replaced; other process types, comments and line ends stay. */
export function withWebCommand(text: string, command: string): string {
  return text.replace(/^(\ufeff?web:[ \t]*)[^\r\n]*/m, `$1${command}`)
}
