import { allSources } from '../app-sources.js'
import type { ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { lineAt } from '../source-text.js'
import { anyOf } from '../../lib/any-of.js'

const WHY =
  'The disk of a dyno is its own, and empty again after each restart: once a day at least, ' +
  'and at every deploy.'

const first = (project: ProjectFacts, pattern: RegExp): { place: string } | undefined => {
  for (const { path, text } of allSources(project)) {
    const found = pattern.exec(text)
    if (found) return { place: `${path}:${lineAt(text, found.index)}` }
  }
  return undefined
}

/**
 * Databases in a file, by what loads them and by how a name that is written out opens one.
 * `:memory:` and /tmp are meant not to last.
 */
const IN_A_FILE: { name: string; loads: RegExp; opens: RegExp }[] = [
  {
    name: 'SQLite',
    loads: anyOf([
      /['"](?:better-sqlite3|sqlite3|sqlite|node:sqlite|bun:sqlite|sequelize)['"]/,
      /['"](?:sequelize-typescript|typeorm|@nestjs\/typeorm|@nestjs\/sequelize|knex)['"]/,
      /['"](?:@mikro-orm\/\w+)['"]/,
    ]),
    opens: anyOf([
      // better-sqlite3 and node:sqlite
      /new\s+(?:\w+\.)?(?:Database|DatabaseSync)\s*\(\s*(?<q>['"`])(?!:memory:|\k<q>|\/tmp\/)[^'"`]+\k<q>/,
      // Sequelize and TypeORM
      /\b(?:dialect|type)\s*:\s*(?<d>['"])(?:better-)?sqlite3?\k<d>(?![^}]*(?:storage|database)\s*:\s*['"]:memory:)/,
      // Knex
      /\bclient\s*:\s*(?<c>['"])(?:better-)?sqlite3\k<c>(?![^}]*['"]:memory:)/,
      /new\s+Sequelize\s*\(\s*['"`]sqlite:(?!:memory:)/,
    ]),
  },
  {
    name: 'lowdb',
    loads: /['"]lowdb(?:\/node)?['"]/,
    opens: anyOf([
      /\bJSONFile(?:Sync|Preset|SyncPreset)?\s*(?:<[^>]*>)?\(\s*(?:(?<q>['"`])(?!\/tmp\/)[^'"`]+\k<q>|path\.)/,
      /\bnew\s+FileSync\s*\(\s*['"`]/,
    ]),
  },
  {
    name: 'NeDB',
    loads: /['"](?:nedb|@seald-io\/nedb|nedb-promises)['"]/,
    opens: /\bfilename\s*:\s*(?:(['"`])(?!\/tmp\/)[^'"`]+\1|path\.)/,
  },
  {
    name: 'LevelDB',
    loads: /['"](?:level|classic-level|leveldown)['"]/,
    opens: /\bnew\s+(?:Classic)?Level\s*(?:<[^>]*>)?\(\s*(?:(['"`])(?!\/tmp\/)[^'"`]+\1|path\.)/,
  },
  {
    name: 'session-file-store',
    loads: /['"]session-file-store['"]/,
    opens: /['"]session-file-store['"]/,
  },
]
const SERVERS = [
  'pg',
  'postgres',
  'mysql',
  'mysql2',
  'mongodb',
  'mongoose',
  'mssql',
  'oracledb',
  '@libsql/client',
]

export const sqlite: Check = {
  name: 'sqlite',
  theme: 'Files',
  asserts: "no database lies on the dyno's disk",
  run: ({ project, platform }) => {
    const { manifest, folder } = project
    if (!manifest || SERVERS.some((name) => manifest.dependencies[name] !== undefined)) return []
    const next = 'Use a database that is a service, such as Heroku Postgres.'
    const schema = ['prisma/schema.prisma', 'schema.prisma'].find((file) =>
      /datasource\s+\w+\s*\{[^}]*provider\s*=\s*"sqlite"/.test(folder.read(file) ?? ''),
    )
    if (schema)
      return [
        {
          severity: 'warning',
          what: 'Prisma keeps its data in SQLite.',
          why: WHY,
          next,
          place: schema,
        },
      ]
    // Strapi's own template: SQLite unless the variable says otherwise.
    const strapi = ['config/database.ts', 'config/database.js'].find((file) =>
      /\benv\(\s*['"]DATABASE_CLIENT['"]\s*,\s*['"]sqlite['"]/.test(folder.read(file) ?? ''),
    )
    if (strapi && (platform?.configVars['DATABASE_CLIENT'] ?? 'sqlite') === 'sqlite')
      return [
        {
          severity: 'warning',
          what: 'Strapi keeps its data in SQLite, unless DATABASE_CLIENT is set.',
          why: WHY,
          next,
          place: strapi,
        },
      ]
    return IN_A_FILE.flatMap(({ name, loads, opens }) => {
      const opened = allSources(project).some(({ text }) => loads.test(text))
        ? first(project, opens)
        : undefined
      return opened
        ? [
            {
              severity: 'warning' as const,
              what:
                'The app keeps its data in a ' +
                `file${name === 'SQLite' ? ' of SQLite' : `, with ${name}`}.`,
              why: WHY,
              next,
              ...opened,
            },
          ]
        : []
    }).slice(0, 1)
  },
}

/** Words of a path that is meant to keep what users send. */
const KEPT = String.raw`(?:uploads?|media|attachments?|avatars?|storage)\b`
/**
 * Ways to keep a file: the package that must be there, and the call with a path that is written out
 * and not a folder for what need not last.
 */
const UPLOADS: { needs?: string; keeps: RegExp }[] = [
  {
    needs: 'multer',
    keeps: anyOf([
      /\bmulter\s*\(\s*\{[^}]*\bdest\s*:\s*(?:(?<q>['"`])(?!\/tmp)[^'"`]+\k<q>|path\.(?:join|resolve)\()/,
      /\bdestination\s*:\s*(?<d>['"`])(?!\/tmp)[^'"`]+\k<d>/,
      // A function that answers by a callback.
      /\bdestination\s*[:(][^]{0,200}?\bcb\s*\(\s*null\s*,\s*(?<c>['"`])(?!\/tmp)[^'"`]+\k<c>/,
      /\bdestination\s*[:(][^]{0,200}?\bcb\s*\(\s*null\s*,\s*path\.(?:join|resolve)\(/,
    ]),
  },
  {
    needs: 'express-fileupload',
    keeps: /\.mv\s*\(\s*(?:path\.(?:join|resolve)\(|__dirname|(['"`])(?!\/tmp)[^'"`]+\1)/,
  },
  {
    needs: 'formidable',
    keeps: /\buploadDir\s*[:=]\s*(?:path\.(?:join|resolve)\(|__dirname|(['"`])(?!\/tmp)[^'"`]+\1)/,
  },
  {
    keeps: new RegExp(
      String.raw`\b(?:writeFile|writeFileSync|createWriteStream|copyFile|rename)\s*\([^;\n]*?` +
        String.raw`['"\`/]\.{0,2}/?(?:public/)?${KEPT}`,
    ),
  },
]
/** Where uploads are sent on to: the folder is then a stop on the way. */
const STORES = anyOf([
  /^(?:@aws-sdk\/(client-s3|lib-storage)|aws-sdk|multer-s3|cloudinary)$/,
  /^(?:multer-storage-cloudinary|@google-cloud\/storage|@azure\/storage-blob|minio)$/,
  /^(?:imagekit|firebase-admin|@supabase\/(supabase|storage)-js|@vercel\/blob)$/,
  /^(?:uploadthing|backblaze-b2)$/,
])

export const uploads: Check = {
  name: 'uploads',
  theme: 'Files',
  asserts: "no uploads stay on the dyno's disk",
  run: ({ project }): Problem[] => {
    const dependencies = project.manifest?.dependencies ?? {}
    if (Object.keys(dependencies).some((name) => STORES.test(name))) return []
    const kept = UPLOADS.filter(
      ({ needs }) => needs === undefined || dependencies[needs] !== undefined,
    )
      .map(({ keeps }) => first(project, keeps))
      .find((place) => place !== undefined && !/\btmpdir\(/.test(lineOf(project, place.place)))
    return kept
      ? [
          {
            severity: 'warning',
            what: 'Uploads are kept in a folder of the app.',
            why: WHY,
            next:
              'Send them on to a store such as S3, or write them to os.tmpdir() if they need ' +
              'not last.',
            ...kept,
          },
        ]
      : []
  },
}

function lineOf(project: ProjectFacts, place: string): string {
  const [, file, line] = /^(.*):(\d+)$/.exec(place) ?? []
  return project.folder.read(file ?? '')?.split('\n')[Number(line) - 1] ?? ''
}
