import path from 'node:path'

/**
 * Extensions that PM2 gives to other programs than Node (lib/API/interpreter.json); TypeScript can
 * run by Node.
 */
const FOREIGN = ['.sh', '.py', '.rb', '.php', '.pl', '.coffee', '.ls']

/**
 * The program or extension that keeps a script from running by Node itself; undefined if Node
 * runs it.
 */
export function foreignInterpreter(script: string, interpreter: unknown): string | undefined {
  if (typeof interpreter === 'string' && interpreter !== '')
    return /(^|[/\\])node(\.exe)?$/.test(interpreter) ? undefined : interpreter
  const extension = path.extname(script)
  return FOREIGN.includes(extension) ? extension : undefined
}
