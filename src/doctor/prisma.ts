/** What a project has of Prisma, by its files. */
import semver from 'semver'
import { isObject } from '../init/detect/package-json.js'
import { lockfilesIn } from '../project/lockfiles.js'
import type { ProjectFacts } from './facts.js'
import { lockJson, npmEntries } from './lock-entries.js'

const USUAL = ['prisma/schema.prisma', 'schema.prisma', 'prisma/schema/schema.prisma']
const CONFIGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].flatMap((ending) => [
  `prisma.config.${ending}`,
  `.config/prisma.${ending}`,
])

/** The schema, without its comments; undefined if it is nowhere that Prisma looks by itself. */
export function prismaSchema({ folder }: ProjectFacts): { path: string; text: string } | undefined {
  const manifest = lockJson(folder.read('package.json') ?? '')
  const named = isObject(manifest?.['prisma']) ? manifest['prisma']['schema'] : undefined
  const path = [...(typeof named === 'string' ? [named.replace(/^\.\//, '')] : []), ...USUAL].find(
    (file) => folder.isFile(file),
  )
  const text = path === undefined ? undefined : folder.read(path)
  return path === undefined || text === undefined
    ? undefined
    : { path, text: text.replace(/\/\/[^\n]*/g, '') }
}

/** prisma.config.ts and the like. */
export const prismaConfigs = ({ folder }: ProjectFacts): string[] =>
  CONFIGS.filter((file) => folder.isFile(file))

/** postgresql, mongodb and so on; undefined if there is no schema, or it does not say. */
export const prismaProvider = (project: ProjectFacts): string | undefined =>
  /datasource\s+\w+\s*\{[^}]*?provider\s*=\s*"(\w+)"/.exec(prismaSchema(project)?.text ?? '')?.[1]

/** The major version of @prisma/client: the one that is locked, else the lowest in its range. */
export function prismaMajor({ folder, manifest }: ProjectFacts): number | undefined {
  const name = '@prisma/client'
  const file = lockfilesIn(folder, 'npm')[0]
  const locked =
    file === undefined ? undefined : npmEntries(folder.read(file) ?? '')?.(name)?.version
  if (locked !== undefined && semver.valid(locked)) return semver.major(locked)
  const range = manifest?.dependencies[name]
  return range !== undefined && semver.validRange(range)
    ? semver.minVersion(range)?.major
    : undefined
}
