import { appSources, type Source } from '../app-sources.js'
import type { ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../finding.js'
import { lineAt } from '../source-text.js'

const WHY = 'The disk of a dyno is its own, and empty again after each restart: once a day at least, and at every deploy.'

const sourcesOf = (project: ProjectFacts): Source[] => {
  const all = (project.ecosystem?.apps ?? []).flatMap((app) => appSources(app, project))
  return all.filter((source, at) => all.findIndex(({ path }) => path === source.path) === at)
}

const first = (project: ProjectFacts, pattern: RegExp): { place: string } | undefined => {
  for (const { path, text } of sourcesOf(project)) {
    const found = pattern.exec(text)
    if (found) return { place: `${path}:${lineAt(text, found.index)}` }
  }
  return undefined
}

/** A database file that is opened by a name which is written out. `:memory:` is meant not to last. */
const OPENED = /new\s+(?:\w+\.)?(?:Database|DatabaseSync)\s*\(\s*(['"`])(?!:memory:|\1|\/tmp\/)[^'"`]+\1|\bdialect\s*:\s*(['"])sqlite\2|\bclient\s*:\s*(['"])(?:better-)?sqlite3\3/
const LOADED = /['"](?:better-sqlite3|sqlite3|node:sqlite)['"]|\bdialect\s*:\s*['"]sqlite['"]|\bclient\s*:\s*['"](?:better-)?sqlite3['"]/
const SERVERS = ['pg', 'postgres', 'mysql', 'mysql2', 'mongodb', 'mongoose', 'mssql', 'oracledb', '@libsql/client']

export const sqlite: Check = {
  name: 'sqlite',
  theme: 'Files',
  asserts: 'no database lies on the dyno\'s disk',
  look: ({ project }) => {
    const { manifest, folder } = project
    if (!manifest || SERVERS.some((name) => manifest.dependencies[name] !== undefined)) return []
    const next = 'Use a database that is a service, such as Heroku Postgres.'
    const schema = ['prisma/schema.prisma', 'schema.prisma'].find((file) => /datasource\s+\w+\s*\{[^}]*provider\s*=\s*"sqlite"/.test(folder.read(file) ?? ''))
    if (schema) return [{ severity: 'warning', what: 'Prisma keeps its data in SQLite.', why: WHY, next, place: schema }]
    const opened = sourcesOf(project).some(({ text }) => LOADED.test(text)) ? first(project, OPENED) : undefined
    return opened ? [{ severity: 'warning', what: 'The app keeps its data in SQLite, in a file.', why: WHY, next, ...opened }] : []
  },
}

const UPLOADS = /\bmulter\s*\(\s*\{[^}]*\bdest\s*:\s*(['"`])(?!\/tmp)[^'"`]+\1|\bdestination\s*:\s*(['"`])(?!\/tmp)[^'"`]+\2/

export const uploads: Check = {
  name: 'uploads',
  theme: 'Files',
  asserts: 'no uploads stay on the dyno\'s disk',
  look: ({ project }): Problem[] => {
    if (project.manifest?.dependencies['multer'] === undefined) return []
    const kept = first(project, UPLOADS)
    return kept ? [{ severity: 'warning', what: 'Uploads are kept in a folder of the app.', why: WHY, next: 'Send them on to a store such as S3, or write them to os.tmpdir() where they need not last.', ...kept }] : []
  },
}
