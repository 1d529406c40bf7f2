import { installed, type Case } from './cases.js'
import { dynos, ecosystem, type Given } from './facts.js'

const START = 'shipit-runtime start ecosystem.config.yml'
const SERVER = 'require("./db").query("SELECT 1")\napp.listen(process.env.PORT)\n'
const POOL = (options: string) =>
  `const { Pool } = require("pg")\nmodule.exports = new Pool({ ${options} })\n`
const URL = 'connectionString: process.env.DATABASE_URL'

const POSTGRES_SCHEMA = `generator client {
  provider = "prisma-client-js"
}
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
`
/** An app with these dependencies, whose db.js is this text. */
const withDatabase = (
  dependencies: string[],
  db: string,
  files: NonNullable<Given['files']> = {},
  more: object = {},
): Given => ({
  files: installed(dependencies, [], {
    files: { 'server.js': SERVER, 'db.js': db, ...files },
    ...more,
  }),
})

/** A client of Prisma of that version. */
const prisma = (
  version: string,
  scripts: Record<string, string>,
  files: NonNullable<Given['files']> = {},
): Given => ({
  files: installed(['@prisma/client', 'prisma'], [], {
    scripts: { start: START, ...scripts },
    lock: { '@prisma/client': { version } },
    files: { 'prisma/schema.prisma': POSTGRES_SCHEMA, ...files },
  }),
})

const database = (plan: string) => ({
  configVars: { DATABASE_URL: 'postgres://u:p@localhost/d' },
  databases: [{ name: 'postgresql-round-1', plan, configVars: ['DATABASE_URL'] }],
})
const ESSENTIAL = database('heroku-postgresql:essential-0')
const FOUR = ecosystem('script: server.js', 'instances: 4', 'exec_mode: cluster')

const MIGRATED = { 'prisma/migrations/1_init/migration.sql': 'CREATE TABLE a ();' }
/** An app with a migration of Prisma. */
const migrating = (
  scripts: Record<string, string>,
  files: NonNullable<Given['files']> = {},
): Given =>
  prisma(
    '6.19.2',
    { start: START, build: 'prisma generate', ...scripts },
    { ...MIGRATED, ...files },
  )

/** An app with a migration of another tool. */
const tool = (name: string, file: string, files: NonNullable<Given['files']> = {}): Given => ({
  files: installed([name], [], { files: { [file]: '', ...files } }),
})

export const DATABASES: Case[] = [
  {
    check: 'database-vars',
    fires: [
      [
        { ...withDatabase(['pg'], POOL(URL)), platform: {} },
        'warning',
        /asks for PostgreSQL by DATABASE_URL, and myapp has no such config var/,
      ],
      [
        { ...withDatabase(['pg'], POOL(URL)), platform: { exists: false } },
        'warning',
        /DATABASE_URL/,
      ],
      [
        {
          ...withDatabase(['pg'], 'const { POSTGRES_URL } = process.env\n'),
          platform: {},
        },
        'warning',
        /POSTGRES_URL/,
      ],
      [
        {
          ...withDatabase(['ioredis'], 'new Redis(process.env.REDIS_URL ?? "redis://localhost")\n'),
          platform: { configVars: { DATABASE_URL: 'postgres://localhost/d' } },
        },
        'warning',
        /asks for Redis by REDIS_URL/,
      ],
      [
        {
          ...withDatabase(['redis'], 'createClient({ url: process.env.REDIS_URI })\n'),
          platform: { configVars: { REDIS_URL: 'redis://localhost' } },
        },
        'warning',
        /REDIS_URI/,
      ],
      [
        {
          ...withDatabase(['mongoose'], 'mongoose.connect(process.env.MONGODB_URI)\n'),
          platform: {},
        },
        'warning',
        /asks for MongoDB by MONGODB_URI/,
      ],
      // The deploy makes something else, or the same by another name.
      [
        {
          ...withDatabase(['pg'], POOL(URL)),
          platform: {},
          setUp: {
            configVars: ['COLOR'],
            addons: [
              { plan: 'heroku-redis', as: null },
              { plan: 'heroku-postgresql', as: 'ARCHIVE' },
            ],
          },
        },
        'warning',
        /DATABASE_URL/,
      ],
      [
        { ...prisma('6.19.2', { build: 'prisma generate' }), platform: {} },
        'warning',
        /PostgreSQL by DATABASE_URL/,
      ],
      [
        {
          ...withDatabase(['sequelize', 'pg'], '', {
            'config/config.json': '{ "production": { "use_env_variable": "DATABASE_URL" } }',
          }),
          platform: {},
        },
        'warning',
        /DATABASE_URL/,
      ],
    ],
    silent: [
      // Without an app there is nothing that could lack it.
      withDatabase(['pg'], POOL(URL)),
      { ...withDatabase(['pg'], POOL(URL)), platform: { configVars: { DATABASE_URL: 'x' } } },
      // Nothing says that it reads one.
      { ...withDatabase(['pg'], POOL('host: process.env.PGHOST')), platform: {} },
      // Read by an app that speaks to no database: a proxy, a form.
      { ...withDatabase([], 'console.log(process.env.DATABASE_URL)\n'), platform: {} },
      { ...withDatabase(['pg'], '// process.env.DATABASE_URL\n'), platform: {} },
      { ...withDatabase(['pg'], 'process.env.TEST_DATABASE_URL\n'), platform: {} },
      // One of two will do.
      {
        ...withDatabase(['ioredis'], 'process.env.REDIS_TLS_URL || process.env.REDIS_URL\n'),
        platform: { configVars: { REDIS_URL: 'redis://localhost' } },
      },
      // The ecosystem file, app.json of an app that is to be made, and config: have a word too.
      {
        ...withDatabase(['pg'], POOL(URL), {
          'ecosystem.config.yml': ecosystem('script: server.js', 'env: { DATABASE_URL: x }'),
        }),
        platform: {},
      },
      {
        ...withDatabase(['pg'], POOL(URL), {
          'app.json': { addons: [{ plan: 'heroku-postgresql' }] },
        }),
        platform: { exists: false },
      },
      {
        ...withDatabase(['ioredis'], 'process.env.REDIS_URL\n', {
          'app.json': { addons: ['heroku-redis:mini'] },
        }),
        platform: { exists: false },
      },
      // What the deploy makes of app.json for an app that is there.
      {
        ...withDatabase(['pg'], POOL(URL)),
        platform: {},
        setUp: { configVars: [], addons: [{ plan: 'heroku-postgresql:essential-0', as: null }] },
      },
      {
        ...withDatabase(['pg'], 'process.env.POSTGRES_URL\n'),
        platform: {},
        setUp: { configVars: [], addons: [{ plan: 'heroku-postgresql', as: 'postgres' }] },
      },
      {
        ...withDatabase(['pg'], POOL(URL)),
        platform: {},
        setUp: { configVars: ['DATABASE_URL'], addons: [] },
      },
      // A schema for another database than the one that Heroku has.
      {
        ...prisma(
          '6.19.2',
          { build: 'prisma generate' },
          { 'prisma/schema.prisma': POSTGRES_SCHEMA.replace('postgresql', 'mysql') },
        ),
        platform: {},
      },
    ],
  },
  {
    check: 'database-connections',
    fires: [
      [
        {
          ...withDatabase(['pg'], POOL(URL), { 'ecosystem.config.yml': FOUR }),
          platform: { ...ESSENTIAL, formation: [dynos('web', 2, 'Standard-1X')] },
        },
        'warning',
        /may open 80 connections, and heroku-postgresql:essential-0 takes 20: 10 connections \(pg's own number\) × 4 instances × 2 web dynos/,
      ],
      [
        {
          ...withDatabase(['pg'], POOL(`${URL}, max: 6`), { 'ecosystem.config.yml': FOUR }),
          platform: ESSENTIAL,
        },
        'warning',
        /may open 24 connections.*: 6 connections × 4 instances × 1 web dyno\./,
      ],
      [
        {
          ...withDatabase(['pg'], POOL(`${URL}, max: Number(process.env.PG_MAX || 2)`), {
            'ecosystem.config.yml': FOUR,
          }),
          platform: { ...ESSENTIAL, configVars: { ...ESSENTIAL.configVars, PG_MAX: '8' } },
        },
        'warning',
        /32 connections/,
      ],
      [
        {
          ...withDatabase(
            ['sequelize', 'pg'],
            'module.exports = new Sequelize(process.env.DATABASE_URL, { pool: { max: 30, min: 0 } })\n',
            { 'ecosystem.config.yml': FOUR },
          ),
          platform: database('heroku-postgresql:essential-2'),
        },
        'warning',
        /120 connections, and heroku-postgresql:essential-2 takes 40/,
      ],
      [
        {
          ...withDatabase(
            ['sequelize', 'pg'],
            'module.exports = new Sequelize(process.env.DATABASE_URL)\n',
            { 'ecosystem.config.yml': FOUR },
          ),
          platform: ESSENTIAL,
          scale: { web: '2' },
        },
        'warning',
        /40 connections.*5 connections \(Sequelize's own number\)/,
      ],
      [
        {
          ...prisma(
            '6.19.2',
            { build: 'prisma generate' },
            {
              'ecosystem.config.yml': FOUR,
              'server.js': 'new PrismaClient()\napp.listen(process.env.PORT)\n',
            },
          ),
          platform: ESSENTIAL,
        },
        'warning',
        /36 connections.*9 connections \(Prisma's own number\)/,
      ],
      [
        {
          ...withDatabase(
            ['knex', 'pg'],
            'module.exports = knex({ client: "pg", connection: process.env.DATABASE_URL })\n',
            { 'ecosystem.config.yml': FOUR },
          ),
          platform: ESSENTIAL,
        },
        'warning',
        /40 connections.*knex's own number/,
      ],
    ],
    silent: [
      {
        ...withDatabase(['pg'], POOL(`${URL}, max: 5`), { 'ecosystem.config.yml': FOUR }),
        platform: ESSENTIAL,
      },
      {
        ...withDatabase(['pg'], POOL(`${URL}, max: 2`), { 'ecosystem.config.yml': FOUR }),
        platform: { ...ESSENTIAL, formation: [dynos('web', 2, 'Standard-1X')] },
      },
      {
        ...withDatabase(['pg'], POOL(URL), { 'ecosystem.config.yml': FOUR }),
        platform: database('heroku-postgresql:standard-0'),
      },
      // No plan is known: a database that is hosted elsewhere.
      {
        ...withDatabase(['pg'], POOL(URL), { 'ecosystem.config.yml': FOUR }),
        platform: { configVars: { DATABASE_URL: 'postgres://u:p@db.example.com/d' } },
      },
      {
        ...withDatabase(['pg'], POOL(URL), { 'ecosystem.config.yml': FOUR }),
        platform: { ...ESSENTIAL, formation: [dynos('web', 0, 'Standard-1X')] },
      },
      // The app that has the instances opens no pool.
      {
        ...withDatabase(['pg'], POOL(URL), {
          'ecosystem.config.yml': `${FOUR}  - name: jobs\n    script: db.js\n`,
          'server.js': 'app.listen(process.env.PORT)\n',
        }),
        platform: ESSENTIAL,
      },
    ],
  },
  {
    check: 'prisma-client',
    fires: [
      [prisma('7.10.1', {}), 'warning', /Nothing in the build generates/],
      [prisma('7.10.1', { build: 'tsc' }), 'warning', /generates the client of Prisma/],
      // heroku-postbuild goes before build.
      [
        prisma('7.10.1', { build: 'prisma generate', 'heroku-postbuild': 'tsc' }),
        'warning',
        /generates/,
      ],
      [prisma('6.19.2', {}, { '.npmrc': 'ignore-scripts=true\n' }), 'warning', /generates/],
      [
        {
          files: installed(['@prisma/client', 'prisma'], [], {
            scripts: { start: START },
            engines: { node: '22.x', npm: '12.x' },
            lock: { '@prisma/client': { version: '6.19.2' } },
            files: { 'prisma/schema.prisma': POSTGRES_SCHEMA },
          }),
        },
        'warning',
        /generates/,
      ],
    ],
    silent: [
      prisma('7.10.1', { build: 'prisma generate && tsc' }),
      prisma('7.10.1', { postinstall: 'npx prisma generate' }),
      prisma('7.10.1', {
        'heroku-postbuild': 'npm run db',
        db: 'prisma --version && prisma generate',
      }),
      prisma('7.10.1', { build: 'node build.js' }, { 'build.js': 'execSync("prisma generate")' }),
      // What another tool runs is not known.
      prisma('7.10.1', { build: 'turbo run build' }),
      // @prisma/client does it as it is installed.
      prisma('6.19.2', {}),
      // Its output is in the commit.
      prisma(
        '7.10.1',
        {},
        {
          'prisma/schema.prisma': POSTGRES_SCHEMA.replace(
            '"prisma-client-js"',
            '"prisma-client"\n  output = "../generated/prisma"',
          ),
          'generated/prisma/client.ts': '',
        },
      ),
      // No schema, no client.
      prisma('7.10.1', {}, { 'prisma/schema.prisma': undefined }),
    ],
  },
  {
    check: 'migrations',
    fires: [
      [
        migrating({ start: `prisma migrate deploy && ${START}` }),
        'warning',
        /web runs the migrations of Prisma each time a dyno starts/,
      ],
      [migrating({ prestart: 'npx prisma migrate deploy' }), 'warning', /web runs the migrations/],
      [
        migrating({}, { Procfile: `web: npx prisma migrate deploy && ${START}\n` }),
        'warning',
        /web runs the migrations/,
      ],
      [
        migrating(
          {},
          {
            Procfile: `web: npx prisma migrate deploy && ${START}\nrelease: npx prisma migrate deploy\n`,
          },
        ),
        'warning',
        /web runs the migrations/,
      ],
      [
        migrating({ 'heroku-postbuild': 'prisma generate && prisma migrate deploy' }),
        'warning',
        /heroku-postbuild runs the migrations of Prisma in the build/,
      ],
      [migrating({}), 'note', /Nothing runs the migrations of Prisma/],
      [migrating({ migrate: 'prisma migrate deploy' }), 'note', /Nothing runs/],
      [tool('sequelize-cli', 'migrations/1-a.js'), 'note', /of Sequelize/],
      [tool('typeorm', 'src/migrations/1-a.ts'), 'note', /of TypeORM/],
      [tool('drizzle-orm', 'drizzle/0000_a.sql'), 'note', /of Drizzle/],
      [tool('node-pg-migrate', 'migrations/1_a.sql'), 'note', /of node-pg-migrate/],
      [
        tool('knex', 'migrations/1_a.js', {
          'server.js': 'knex.migrate.latest().then(() => app.listen(process.env.PORT))\n',
        }),
        'note',
        /The app runs the migrations of Knex itself, in each of its instances/,
      ],
    ],
    silent: [
      {},
      migrating({}, { Procfile: 'web: npm start\nrelease: npx prisma migrate deploy\n' }),
      migrating(
        { migrate: 'prisma migrate deploy' },
        { Procfile: 'web: npm start\nrelease: npm run migrate\n' },
      ),
      // What a script of their own does is theirs to know.
      migrating(
        {},
        { Procfile: 'web: npm start\nrelease: node release.js\n', 'release.js': 'migrate()' },
      ),
      migrating(
        {},
        {
          Procfile: 'web: npm start\nrelease: ./release.sh\n',
          'release.sh': 'set -e\nnpx prisma migrate deploy\n',
        },
      ),
      tool('sequelize-cli', 'migrations/1-a.js', {
        Procfile: 'web: npm start\nrelease: npx sequelize-cli db:migrate\n',
      }),
      // Folders of that name, without a tool that would read them.
      tool('express', 'migrations/1-a.js'),
      tool('sequelize-cli', 'docs/migrations.js'),
    ],
  },
]
