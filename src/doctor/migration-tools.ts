/** Tools that change the tables of a database step by step: their files and what runs them. */

export interface MigrationTool {
  name: string
  /** One of them is a dependency of whoever uses it. */
  packages: readonly string[]
  /** Its migrations, by their paths from the app's folder. */
  files: RegExp
  /** The commands that run them. */
  runs: RegExp
  /** How the app's own code runs them as it starts. */
  inCode?: RegExp
  /** What to run in the release phase. */
  command: string
}

const SCRIPTS = /^(?:(?:src|db|database|server)\/)*migrations?\/[^/]+\.[cm]?[jt]s$/

export const MIGRATION_TOOLS: readonly MigrationTool[] = [
  {
    name: 'Prisma',
    packages: ['prisma', '@prisma/client'],
    files: /(?:^|\/)prisma\/migrations\/[^/]+\/migration\.sql$/,
    runs: /\bprisma\b[^\n]*\bmigrate deploy\b|\bprisma\b[^\n]*\bdb push\b/,
    command: 'prisma migrate deploy',
  },
  {
    name: 'Sequelize',
    packages: ['sequelize-cli'],
    files: SCRIPTS,
    runs: /\bsequelize(?:-cli)? [^\n]*\bdb:migrate(?!:undo|:status|\w)/,
    inCode: /\bnew Umzug\(/,
    command: 'sequelize-cli db:migrate',
  },
  {
    name: 'Knex',
    packages: ['knex'],
    files: SCRIPTS,
    runs: /\bknex\b[^\n]*\bmigrate:(?:latest|up)\b/,
    inCode: /\.migrate\s*\.\s*(?:latest|up)\s*\(/,
    command: 'knex migrate:latest',
  },
  {
    name: 'TypeORM',
    packages: ['typeorm'],
    files: SCRIPTS,
    runs: /\btypeorm\b[^\n]*\bmigration:run\b/,
    inCode: /\.runMigrations\s*\(|\bmigrationsRun\s*:\s*true\b/,
    command: 'typeorm migration:run -d dist/data-source.js',
  },
  {
    name: 'Drizzle',
    packages: ['drizzle-orm'],
    files: /(?:^|\/)(?:drizzle|migrations)\/(?:[^/]+\/)?[^/]+\.sql$/,
    runs: /\bdrizzle-kit (?:migrate|push)\b/,
    inCode: /['"]drizzle-orm\/[\w-]+\/migrator['"]/,
    command: 'drizzle-kit migrate',
  },
  {
    name: 'node-pg-migrate',
    packages: ['node-pg-migrate'],
    files: /^migrations\/[^/]+\.(?:sql|[cm]?[jt]s)$/,
    runs: /\bnode-pg-migrate\b[^\n]*\bup\b/,
    command: 'node-pg-migrate up',
  },
]
