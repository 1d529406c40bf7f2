import path from 'node:path/posix'
import { plainLaunch } from '../types.js'
import { entryFile } from './entry-file.js'
import { refused, type Project, type Target } from './target.js'

/** A file that is run by its own name, such as ./bin/www. */
export function ownFile(first: string, args: string[], project: Project): Target {
  const text = project.folder.read(path.normalize(first)) ?? ''
  const shebang = /^#!.*/.exec(text)?.[0]
  if (shebang !== undefined && !/\b(node|nodejs|tsx|ts-node)\b/.test(shebang))
    return refused(
      `\`${first}\` is a shell script or a program of its own (\`${shebang}\`)`,
      'Name the file that it starts with --entry.',
    )
  if (text.includes('\0'))
    return refused(
      `\`${first}\` is a program of its own`,
      'Name the file that it starts with --entry.',
    )
  if (first.includes('/') || project.folder.isFile(first))
    return entryFile(project, first, { ...plainLaunch(), args })
  return refused(
    `shipit does not know what \`${first}\` starts`,
    isUninstalled(project)
      ? `The dependencies are not installed: after \`${project.install ?? 'npm install'}\` ` +
          `shipit can see which package brings \`${first}\`.`
      : undefined,
  )
}

/** Dependencies that are not there to be looked at. */
function isUninstalled({ folder, pkg, outer }: Project): boolean {
  const hasDependencies = Object.keys({ ...pkg.dependencies, ...pkg.devDependencies }).length > 0
  return (
    hasDependencies &&
    !(outer?.folder ?? folder).isDirectory('node_modules') &&
    !folder.isDirectory('node_modules')
  )
}
