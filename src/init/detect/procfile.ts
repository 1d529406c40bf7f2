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

/** The text with one process type's command replaced; other process types, comments and line ends stay. */
export function withCommand(text: string, type: string, command: string): string {
  const line = new RegExp(`^(\\ufeff?${type}:[ \\t]*)[^\\r\\n]*`, 'm')
  return text.replace(line, (_match, head: string) => head + command)
}
