/**
 * Start commands and layouts of real projects, each reduced to a few small files: what init starts
 * for them, or the exact refusal.
 * Named after the kind of project that has them.
 */
export interface Row {
  from: string
  files: Record<string, string | object>
  /** What PM2 is told, if the command comes to a file. */
  starts?: {
    entry: string
    cwd?: string
    args?: string[]
    nodeArgs?: string[]
    env?: Record<string, string>
    options?: Record<string, unknown>
    beside?: string[]
    before?: string[]
    needsNode?: string
  }
  /** The script that holds the command as it was, and the reason. */
  keeps?: [command: string, reason: RegExp]
  /** What init stops with: the reason and what to do. */
  stops?: [reason: RegExp, next: RegExp]
  single?: RegExp
  /** The ecosystem file that is there and is used. */
  uses?: string
}

export const pkg = (scripts: Record<string, string>, more: object = {}) => ({
  name: 'shop',
  scripts,
  ...more,
})
export const deps = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])),
})
