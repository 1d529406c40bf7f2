import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'

/** What init decided for an app, and what came of it: a row of the README's table. */
export interface Facts {
  framework: string
  version: string
  node: string
  entry: string
  instances: string
  build: string
  /** Requests lost and sent during the reload. */
  reload: string
  /** s from the generator's start to the end of the test. */
  seconds: number
}

interface App {
  script: string
  args?: string | string[]
  cwd?: string
  instances?: number | string
}

/**
 * Reads what init wrote in `dir`. @param pkg the package whose version counts, as it is installed
 * there or in one of `folders`
 */
export async function decisionsIn(
  dir: string,
  pkg: string,
  folders: string[] = [],
): Promise<Pick<Facts, 'version' | 'entry' | 'instances' | 'build'>> {
  const { apps } = parse(await readFile(path.join(dir, 'ecosystem.config.yml'), 'utf8')) as {
    apps: App[]
  }
  const { scripts = {} } = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  const [app] = apps
  const entry = [path.posix.join(app!.cwd ?? '', app!.script), ...[app!.args ?? []].flat()].join(
    ' ',
  )
  return {
    version: await versionOf(dir, pkg, folders),
    entry,
    instances: String(app!.instances ?? 1),
    build: scripts['heroku-postbuild'] ?? scripts.build ?? '–',
  }
}

async function versionOf(dir: string, pkg: string, folders: string[]): Promise<string> {
  const manifest = ['.', ...folders]
    .map((folder) => path.join(dir, folder, 'node_modules', pkg, 'package.json'))
    .find((file) => existsSync(file))
  if (manifest !== undefined)
    return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version
  // Yarn's Plug'n'Play has no node_modules.
  const lock = existsSync(path.join(dir, 'yarn.lock'))
    ? await readFile(path.join(dir, 'yarn.lock'), 'utf8')
    : ''
  return new RegExp(`^"${pkg}@npm:[^\\n]*\\n +version: (\\S+)`, 'm').exec(lock)?.[1] ?? '?'
}

/** The rows as a table of Markdown. */
export function asTable(rows: readonly Facts[]): string {
  const lines = rows.map((row) => [
    `${row.framework} ${row.version}`,
    row.node,
    `\`${row.entry}\``,
    row.instances,
    row.build === '–' ? row.build : `\`${row.build}\``,
    row.reload,
    `${row.seconds} s`,
  ])
  return [
    ['framework', 'Node', 'entry', 'instances', 'build', 'lost in a reload', 'time'],
    Array.from({ length: 7 }, () => '---'),
    ...lines,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
