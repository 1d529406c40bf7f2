import { listens, installed, type Case } from './cases.js'
import { ecosystem, manifest, type Given } from './facts.js'

const app = (...lines: string[]): Given => ({
  files: { 'ecosystem.config.yml': ecosystem(...lines) },
})
const START = 'shipit-runtime start ecosystem.config.yml'

export const APPS: Case[] = [
  {
    check: 'listen',
    fires: [
      [
        listens(
          'class Server {\n  port = 3000\n  start() {\n    this.app.listen(this.port)\n  }\n}',
        ),
        'warning',
        /listens on 3000, and not on PORT/,
      ],
      [
        listens('const app = require("fastify")()\napp.listen({ port: process.env.PORT || 3000 })'),
        'warning',
        /localhost alone/,
      ],
      [
        listens(
          'import Fastify from "fastify"\nconst app = Fastify({ logger: true })\nawait app.listen({ port: 3000 })',
        ),
        'warning',
        /localhost:3000, and not on PORT/,
      ],
      [listens('app.listen(3000)'), 'warning', /listens on 3000, and not on PORT/],
      [
        listens('const port = 8080\nserver.listen(port, () => console.log(port))'),
        'warning',
        /8080/,
      ],
      [
        listens('const PORT = 3000;\napp.listen(PORT, () => console.log(`on ${PORT}`));'),
        'warning',
        /3000, and not on PORT/,
      ],
      [
        listens('const { start } = require("./lib/http")\nstart()', {
          'lib/http.js':
            '// not process.env.PORT\nexports.start = () => app.listen({ port: 3000 })',
        }),
        'warning',
        /3000/,
      ],
      [
        listens('const config = require("./config")\napp.listen(config.port)', {
          'config.js': 'module.exports = {\n  port: 4000,\n  db: process.env.DATABASE_URL,\n}\n',
        }),
        'warning',
        /4000/,
      ],
      [
        listens('import { config } from "./config/index.js"\napp.listen(config.server.port)', {
          'config/index.js': 'export const config = { server: { port: 5000 } }\n',
        }),
        'warning',
        /5000/,
      ],
      [
        listens('const { port } = require("./config.json")\napp.listen(port)', {
          'config.json': '{"port": 6000}',
        }),
        'warning',
        /6000/,
      ],
      [
        listens('app.listen(process.env.APP_PORT || 3001)'),
        'warning',
        /3001, unless APP_PORT is set/,
      ],
      [
        listens('app.set("port", 3002)\nhttp.createServer(app).listen(app.get("port"))'),
        'warning',
        /3002/,
      ],
      [
        listens(
          'const Hapi = require("@hapi/hapi")\nconst server = Hapi.server({ port: 3003, host: "localhost" })',
        ),
        'warning',
        /listens on localhost:3003, and not on PORT/,
      ],
      [listens('app.listen(3000, "127.0.0.1")'), 'warning', /127\.0\.0\.1:3000, and not on PORT/],
      [
        listens(
          'import { serve } from "@hono/node-server"\nserve({ fetch: app.fetch, port: 3004 })',
        ),
        'warning',
        /3004/,
      ],
      [
        listens(
          'import { startStandaloneServer } from "@apollo/server/standalone"\nawait startStandaloneServer(server)',
        ),
        'warning',
        /4000/,
      ],
      [
        {
          files: {
            ...installed(['astro', '@astrojs/node'], []),
            'astro.config.mjs':
              'export default defineConfig({ adapter: node({ mode: "standalone" }) })',
            ...app('script: dist/server/entry.mjs').files,
          },
        },
        'warning',
        /Astro/,
      ],
      [listens('app.listen(process.env.PORT, "127.0.0.1")'), 'warning', /127\.0\.0\.1 alone/],
      [
        listens(
          "const host = 'localhost'\nfastify.listen({ port: Number(process.env.PORT || 3000), host })",
        ),
        'warning',
        /localhost alone/,
      ],
      [
        listens(
          'fastify.listen({ port: process.env.PORT ?? 3000, host: process.env.HOST || "127.0.0.1" })',
        ),
        'warning',
        /127\.0\.0\.1 alone, unless HOST is set/,
      ],
      [
        listens(
          'const config = require("./config")\nconst PORT = process.env.PORT || 3000\napp.listen(PORT, config.host)',
          { 'config.js': 'exports.host = "localhost"\n' },
        ),
        'warning',
        /localhost alone/,
      ],
    ],
    silent: [
      listens('const { PORT: port = 3000, HOST: host } = process.env\napp.listen(port, host)'),
      listens(
        'class Server {\n  constructor() {\n    this.port = process.env.PORT || 3000\n  }\n  start() {\n    this.app.listen(this.port)\n  }\n}',
      ),
      listens(
        'const fastify = require("fastify")()\nconst app = express()\napp.listen(process.env.PORT)',
      ),
      {},
      listens('app.listen(process.env.PORT || 3000, () => console.log("http://localhost:3000"))'),
      listens('// app.listen(3000)\napp.listen(process.env.PORT)'),
      listens('metrics.listen(9090, "127.0.0.1")\napp.listen(process.env.PORT)'),
      listens('metrics.listen(9090)\nconst port = process.env.PORT\napp.listen(port)'),
      listens('app.listen(PORT, "0.0.0.0")'),
      listens('const config = require("./config")\napp.listen(config.port)'),
      listens('const config = require("./config")\napp.listen(config.port)', {
        'config.js': 'const env = process.env\nmodule.exports = { port: env.PORT || 3000 }\n',
      }),
      listens('import config from "./config.js"\napp.listen(config.http.port, config.http.host)', {
        'config.js':
          'export default { http: { port: Number(process.env.PORT ?? "3000"), host: "0.0.0.0" } }\n',
      }),
      listens('const { PORT = 3000 } = process.env\napp.listen(PORT)'),
      listens('let port = 3000\nif (process.env.PORT) port = process.env.PORT\napp.listen(port)'),
      listens(
        'const port = normalizePort(process.env.PORT || "3000")\napp.set("port", port)\nserver.listen(port)',
      ),
      listens('import { env } from "./env.js"\napp.listen({ port: env.PORT, host: "0.0.0.0" })', {
        'env.js': 'export const env = schema.parse(process.env)\n',
      }),
      listens(
        'const port = 3000\nfunction start(port) {\n  app.listen(port)\n}\nstart(process.env["PORT"])',
      ),
      listens('const config = require("config")\napp.listen(config.get("port"))'),
      listens('const port = parseInt(process.env.PORT, 10) || 3000\napp.listen(port)'),
      listens('const port = process.env.PORT ? Number(process.env.PORT) : 8080\napp.listen(port)'),
      listens('app.listen(process.argv[2] || 3000)'),
      listens('import "./app.js"', {
        'app.js': 'export const port = process.env.PORT ?? 3000\nserver.listen(port)',
      }),
      listens('const text = "app.listen(3000)"\nserver.listen(env.PORT)'),
      listens(
        'fastify.listen({ port: process.env.PORT, host: process.env.NODE_ENV === "production" ? "0.0.0.0" : "localhost" })',
      ),
      {
        ...listens('app.listen({ port: process.env.PORT, host: process.env.HOST || "127.0.0.1" })'),
        platform: { configVars: { HOST: '0.0.0.0' } },
      },
      {
        files: {
          ...listens('app.listen(process.env.API_PORT || 4000)').files,
          Procfile: `web: API_PORT=$PORT ${START}\n`,
        },
      },
      {
        files: {
          'ecosystem.config.yml': `${ecosystem('script: server.js')}  - name: jobs\n    script: jobs.js\n`,
          'jobs.js': 'health.listen(9000)',
        },
      },
      {
        files: {
          Procfile: `web: ${START} --only a\nworker: ${START} --only jobs\n`,
          'ecosystem.config.yml': `${ecosystem('script: next.js')}  - name: jobs\n    script: jobs.js\n`,
          'next.js': 'require("next")',
          'jobs.js': 'health.listen(9000)',
        },
      },
      {
        files: {
          ...installed(['astro', '@astrojs/node'], []),
          'astro.config.mjs':
            'export default defineConfig({ adapter: node({ mode: "standalone" }) })',
          ...app('script: dist/server/entry.mjs', 'env: { HOST: 0.0.0.0 }').files,
        },
      },
      {
        files: {
          ...installed(['astro', '@astrojs/node'], []),
          'astro.config.mjs':
            'export default defineConfig({ server: { host: true }, adapter: node({ mode: "standalone" }) })',
          ...app('script: dist/server/entry.mjs').files,
        },
      },
      listens('const http = require("http")\nhttp.createServer(app).listen()'),
      listens('server.listen("/tmp/app.sock")'),
      listens('new EventEmitter().on("listen", 3000)\nio.listen(server)'),
    ],
  },
  {
    check: 'one-port',
    fires: [
      [
        {
          files: {
            ...app('script: npm', 'args: run serve', 'instances: 2').files,
            'package.json': manifest({ scripts: { start: START, serve: 'node server.js' } }),
          },
        },
        'warning',
        /a runs `npm run serve` in several instances/,
      ],
      [
        {
          files: {
            ...app('script: yarn', 'args: [next, start]', 'instances: max').files,
            'package.json': manifest({
              dependencies: {
                'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz',
                next: '^15',
              },
            }),
          },
        },
        'warning',
        /yarn next start/,
      ],
      [app('script: node server.js --quiet', 'instances: 3'), 'warning', /several instances/],
      [
        {
          files: {
            ...app('script: npm', 'args: run custom', 'instances: 2').files,
            'package.json': manifest({ scripts: { start: START, custom: 'my-server' } }),
          },
        },
        'note',
        /cannot share a port if it serves/,
      ],
      [app('script: server.js', 'instances: 4', 'exec_mode: fork'), 'warning', /fork mode/],
    ],
    silent: [
      {},
      app(
        'script: node_modules/next/dist/bin/next',
        'args: start',
        'interpreter: node',
        'instances: max',
        'exec_mode: cluster',
      ),
      app('script: server.js', 'instances: 4'),
      app('script: server.js', 'instances: 1', 'exec_mode: fork'),
      app('script: server.js', 'exec_mode: fork'),
      {
        files: {
          ...app('script: npm', 'args: run serve', 'instances: 1').files,
          'package.json': manifest({ scripts: { start: START, serve: 'node server.js' } }),
        },
      },
      {
        files: {
          ...app('script: worker.js', 'instances: 4', 'exec_mode: fork').files,
          'worker.js': 'queue.process(work)',
        },
      },
      {
        files: {
          ...app('script: npm', 'args: run worker', 'instances: 4').files,
          'worker.js': 'queue.process(work)',
          'package.json': manifest({ scripts: { start: START, worker: 'node worker.js' } }),
        },
      },
      {
        files: {
          ...app('script: server.js', 'instances: 2', 'exec_mode: fork').files,
          'server.js': 'server.listen({ port: process.env.PORT, reusePort: true })',
        },
      },
    ],
  },
  {
    check: 'ignored-options',
    fires: [
      [app('script: server.js', 'merge_logs: true'), 'note', /merge_logs/],
      [app('script: server.js', 'combine_logs: true'), 'note', /merge_logs/],
      [app('script: server.js', 'ignore_watch: [node_modules]'), 'note', /ignore_watch/],
      [app('script: server.js', 'post_update: [npm install]'), 'note', /post_update/],
      [app('script: server.js', 'uid: deploy'), 'error', /only root/],
      [app('script: server.js', 'autostart: false'), 'error', /autostart/],
      [
        {
          files: {
            'ecosystem.config.yml': `${ecosystem('script: server.js')}  - name: b\n    script: server.js\n    autostart: false\n`,
          },
        },
        'warning',
        /b has `autostart: false`/,
      ],
      [
        app('script: server.js', 'interpreter: node@18.20.0', 'exec_mode: fork'),
        'error',
        /asks for Node\.js 18\.20\.0/,
      ],
    ],
    silent: [
      {},
      app('script: server.js', 'autostart: true', 'merge_logs: false'),
      app('script: server.js', 'interpreter: node@22', 'exec_mode: fork'),
      app('script: server.js', 'kill_timeout: 3000', 'wait_ready: true', 'log_date_format: HH:mm'),
    ],
  },
  {
    check: 'sqlite',
    fires: [
      [
        {
          files: installed(['better-sqlite3'], [], {
            files: {
              'server.js':
                'const Database = require("better-sqlite3")\nconst db = new Database("data.db")',
            },
          }),
        },
        'warning',
        /SQLite/,
      ],
      [
        {
          files: {
            'prisma/schema.prisma':
              'datasource db {\n  provider = "sqlite"\n  url = "file:dev.db"\n}',
          },
        },
        'warning',
        /Prisma/,
      ],
      [
        {
          files: installed(['typeorm'], [], {
            files: {
              'server.js':
                'const { DataSource } = require("typeorm")\nnew DataSource({ type: "sqlite", database: "db.sqlite" })',
            },
          }),
        },
        'warning',
        /SQLite/,
      ],
      [
        {
          files: installed(['sequelize'], [], {
            files: {
              'server.js':
                'const { Sequelize } = require("sequelize")\nnew Sequelize("sqlite:./db.sqlite")',
            },
          }),
        },
        'warning',
        /SQLite/,
      ],
      [
        {
          files: installed(['lowdb'], [], {
            files: {
              'server.js':
                'import { JSONFilePreset } from "lowdb/node"\nconst db = await JSONFilePreset("db.json", {})',
            },
          }),
        },
        'warning',
        /lowdb/,
      ],
      [
        {
          files: installed(['@strapi/strapi', 'better-sqlite3'], [], {
            files: { 'config/database.ts': 'const client = env("DATABASE_CLIENT", "sqlite")' },
          }),
        },
        'warning',
        /Strapi/,
      ],
      [
        {
          files: installed(['session-file-store'], [], {
            files: { 'server.js': 'const FileStore = require("session-file-store")(session)' },
          }),
        },
        'warning',
        /session-file-store/,
      ],
    ],
    silent: [
      {},
      {
        files: installed(['better-sqlite3'], [], {
          files: { 'server.js': 'const db = new (require("better-sqlite3"))(":memory:")' },
        }),
      },
      {
        files: installed(['pg'], [], {
          files: { 'server.js': 'const s = require("sqlite3"); new s.Database("x.db")' },
        }),
      },
      {
        files: {
          'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n}\n// "sqlite"',
        },
      },
      {
        files: installed(['sequelize'], [], {
          files: {
            'server.js':
              'const { Sequelize } = require("sequelize")\nnew Sequelize({ dialect: "sqlite", storage: ":memory:" })',
          },
        }),
      },
      {
        files: installed(['sequelize', 'pg'], [], {
          files: {
            'server.js':
              'const { Sequelize } = require("sequelize")\nnew Sequelize(process.env.DATABASE_URL || "sqlite:./dev.db")',
          },
        }),
      },
      {
        files: installed(['@strapi/strapi', 'pg'], [], {
          files: { 'config/database.ts': 'const client = env("DATABASE_CLIENT", "sqlite")' },
        }),
      },
      {
        files: installed(['nedb'], [], {
          files: { 'server.js': 'const Datastore = require("nedb")\nnew Datastore()' },
        }),
      },
    ],
  },
  {
    check: 'uploads',
    fires: [
      [
        {
          files: installed(['multer'], [], {
            files: {
              'server.js':
                'const upload = require("multer")({ dest: 1 })\nmulter({ dest: "uploads/" })',
            },
          }),
        },
        'warning',
        /kept in a folder/,
      ],
      [
        {
          files: installed(['multer'], [], {
            files: {
              'server.js':
                'multer.diskStorage({ destination: (req, file, cb) => cb(null, path.join(__dirname, "files")) })',
            },
          }),
        },
        'warning',
        /kept/,
      ],
      [
        { files: { 'server.js': 'fs.writeFileSync("./uploads/" + name, data)' } },
        'warning',
        /kept/,
      ],
      [
        {
          files: {
            'server.js':
              'req.pipe(fs.createWriteStream(path.join(__dirname, "public/uploads", name)))',
          },
        },
        'warning',
        /kept/,
      ],
      [
        {
          files: installed(['express-fileupload'], [], {
            files: { 'server.js': 'req.files.photo.mv("./files/" + name)' },
          }),
        },
        'warning',
        /kept/,
      ],
    ],
    silent: [
      {},
      {
        files: installed(['multer'], [], {
          files: { 'server.js': 'multer({ storage: multer.memoryStorage() })' },
        }),
      },
      {
        files: installed(['multer'], [], {
          files: { 'server.js': 'multer({ dest: "/tmp/uploads" })' },
        }),
      },
      {
        files: installed(['multer'], [], {
          files: { 'server.js': 'multer({ dest: path.join(os.tmpdir(), "uploads") })' },
        }),
      },
      {
        files: installed(['multer', 'cloudinary'], [], {
          files: { 'server.js': 'multer({ dest: "uploads/" })' },
        }),
      },
      {
        files: installed(['multer', '@aws-sdk/client-s3'], [], {
          files: { 'server.js': 'multer({ dest: "uploads/" })' },
        }),
      },
      {
        files: {
          'server.js':
            'app.use("/uploads", express.static("uploads"))\nfs.readFile("uploads/a.png", done)',
        },
      },
      { files: { 'server.js': 'fs.writeFileSync(path.join(os.tmpdir(), "uploads", name), data)' } },
    ],
  },
  {
    check: 'subfolder',
    fires: [
      [
        {
          outside: [
            'packages/api has no lockfile, and package-lock.json of the root is not in this deploy.',
          ],
        },
        'warning',
        /no lockfile/,
      ],
    ],
    silent: [{}, { outside: [] }],
  },
]
