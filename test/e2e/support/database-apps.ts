/** Apps with databases, as their users write them: by their ORM's own documents. */

const ecosystem = (name: string): string =>
  `apps:\n  - name: ${name}\n    script: server.js\n    instances: 4\n    exec_mode: cluster\n`

/**
 * Notes in PostgreSQL by Sequelize, migrated by its own CLI, and sessions in Redis. Pools of 2: four
 * instances of two dynos, as a reload has them for a while, keep within the plan's 20 connections.
 */
export const SEQUELIZE_APP: Record<string, string | object> = {
  'package.json': {
    name: 'notes',
    private: true,
    scripts: { start: 'node server.js' },
    engines: { node: '>=20' },
    dependencies: {
      'connect-redis': '8.1.0',
      express: '5.2.1',
      'express-session': '1.19.0',
      ioredis: '5.11.1',
      pg: '8.23.1',
      sequelize: '6.37.8',
      'sequelize-cli': '6.6.5',
    },
  },
  'app.json': {
    name: 'notes',
    addons: ['heroku-postgresql:essential-0', 'heroku-redis:mini'],
    env: { SESSION_SECRET: { description: 'Signs the cookies', generator: 'secret' } },
  },
  Procfile: 'release: npx sequelize-cli db:migrate\nweb: npm start\n',
  'ecosystem.config.yml': ecosystem('notes'),
  'config/config.js': `const ssl = { require: true, rejectUnauthorized: false }
module.exports = {
  production: {
    use_env_variable: 'DATABASE_URL',
    dialect: 'postgres',
    dialectOptions: { ssl },
    pool: { max: 2, min: 0 },
    logging: false,
  },
}
`,
  'migrations/20260101000000-notes.js': `module.exports = {
  up: (query, { INTEGER, STRING, DATE }) =>
    query.createTable('Notes', {
      id: { type: INTEGER, primaryKey: true, autoIncrement: true },
      text: { type: STRING, allowNull: false },
      createdAt: { type: DATE, allowNull: false },
      updatedAt: { type: DATE, allowNull: false },
    }),
  down: (query) => query.dropTable('Notes'),
}
`,
  'models/index.js': `const { Sequelize, DataTypes } = require('sequelize')
const { use_env_variable: variable, ...options } = require('../config/config.js').production
const sequelize = new Sequelize(process.env[variable], options)
exports.Note = sequelize.define('Note', { text: { type: DataTypes.STRING, allowNull: false } })
`,
  'server.js': `const express = require('express')
const session = require('express-session')
const { RedisStore } = require('connect-redis')
const Redis = require('ioredis')
const { Note } = require('./models')

const redis = new Redis(process.env.REDIS_URL, { tls: { rejectUnauthorized: false } })
const app = express()
app.use(express.json())
app.get('/', async (request, response) => response.json({ count: await Note.count() }))
app.post('/', async (request, response) => {
  await Note.create(request.body)
  response.status(201).json({ count: await Note.count() })
})
app.use(
  session({
    store: new RedisStore({ client: redis }),
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
  }),
)
app.post('/login', (request, response) => {
  request.session.user = request.body.user
  response.status(204).end()
})
app.get('/me', (request, response) => {
  response.json({ user: request.session.user, instance: process.env.NODE_APP_INSTANCE })
})
app.listen(process.env.PORT)
`,
}

/**
 * Notes in PostgreSQL by Prisma: its client without Rust (engineType client, over pg), and its own
 * migrations in the release phase, by the WASM build of its schema engine (engine js). Both come
 * with the package; Prisma 7 migrates by a binary alone, which it downloads from a host of its own.
 */
export const PRISMA_APP: Record<string, string | object> = {
  'package.json': {
    name: 'notes',
    private: true,
    scripts: { start: 'node server.js', build: 'prisma generate' },
    engines: { node: '>=20' },
    dependencies: {
      '@prisma/adapter-pg': '6.19.2',
      '@prisma/adapter-pg-7': 'npm:@prisma/adapter-pg@7.10.1',
      '@prisma/client': '6.19.2',
      express: '5.2.1',
      prisma: '6.19.2',
    },
  },
  'app.json': {
    name: 'notes',
    addons: [{ plan: 'heroku-postgresql:essential-0' }],
    env: {
      CHECKPOINT_DISABLE: { description: 'Prisma asks nobody for news', value: '1' },
      PRISMA_SKIP_POSTINSTALL_GENERATE: { description: 'The build does', value: '1' },
    },
  },
  Procfile: 'release: npx prisma migrate deploy\nweb: npm start\n',
  'ecosystem.config.yml': ecosystem('notes'),
  'prisma.config.mjs': `import { PrismaPg } from '@prisma/adapter-pg-7'
import { defineConfig } from 'prisma/config'

export default defineConfig({
  schema: 'prisma/schema.prisma',
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () =>
    new PrismaPg({
      connectionString: process.env.DATABASE_URL,
      ssl: { rejectUnauthorized: false },
    }),
})
`,
  'prisma/schema.prisma': `generator client {
  provider   = "prisma-client-js"
  engineType = "client"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Note {
  id   Int    @id @default(autoincrement())
  text String
}
`,
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
  'prisma/migrations/20260101000000_notes/migration.sql':
    'CREATE TABLE "Note" ("id" SERIAL PRIMARY KEY, "text" TEXT NOT NULL);\n',
  'server.js': `const express = require('express')
const { PrismaClient } = require('@prisma/client')
const { PrismaPg } = require('@prisma/adapter-pg')

const adapter = new PrismaPg({
  connectionString: process.env.DATABASE_URL,
  ssl: { rejectUnauthorized: false },
  max: 2,
})
const { note } = new PrismaClient({ adapter })
const app = express()
app.use(express.json())
app.get('/', async (request, response) => response.json({ count: await note.count() }))
app.post('/', async (request, response) => {
  await note.create({ data: request.body })
  response.status(201).json({ count: await note.count() })
})
app.listen(process.env.PORT)
`,
}
