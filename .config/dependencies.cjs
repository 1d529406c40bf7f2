// The walls between the rooms of src, read from disk: static and dynamic imports, types included.
// `npm run lint` holds them; the rooms are described in .github/ARCHITECTURE.md.
const { readdirSync } = require('node:fs')
const path = require('node:path')

const src = path.join(__dirname, '../src')
const rooms = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'build')
  .map(({ name }) => name)

/** What each room may import of the others. `lib/` and the files beside the rooms are for all but the pure ones. */
const MAY_IMPORT = {
  'app-json': ['ecosystem'],
  commands: rooms.filter((room) => !['commands', 'runtime', 'demo'].includes(room)),
  completion: ['ecosystem', 'git', 'heroku'],
  config: ['runtime'],
  dashboard: ['deploy', 'heroku', 'history', 'json', 'monitor', 'operate'],
  demo: [],
  deploy: [
    'app-json',
    'doctor',
    'ecosystem',
    'git',
    'heroku',
    'init',
    'monitor',
    'operate',
    'project',
    'runtime',
  ],
  dev: ['ecosystem', 'embedded', 'heroku', 'monitor', 'runtime'],
  doctor: ['ecosystem', 'git', 'heroku', 'init', 'operate', 'project', 'runtime'],
  ecosystem: [],
  embedded: ['history', 'project'],
  git: [],
  heroku: ['embedded'],
  history: ['heroku', 'monitor'],
  init: ['config', 'ecosystem', 'project'],
  json: ['deploy', 'dev', 'doctor', 'ecosystem', 'heroku', 'history', 'init', 'monitor'],
  lib: [],
  monitor: ['heroku'],
  operate: ['ecosystem', 'heroku', 'monitor', 'runtime'],
  project: [],
  runtime: ['ecosystem'],
  update: [],
  ui: rooms.filter((room) => !['commands', 'init', 'demo', 'embedded', 'config'].includes(room)),
}
const unknown = rooms.filter((room) => !(room in MAY_IMPORT))
if (unknown.length > 0)
  throw new Error(`Say in .config/dependencies.cjs what src/${unknown.join(', src/')} may import.`)

/** Rooms that import nothing of the CLI but their own files, and these of lib/, as pure as they. */
const PURE = { ecosystem: ['dyno-count'] }

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that import each other are one; types count, too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...rooms.map((room) => ({
      name: `walls-of-${room}`,
      comment: `src/${room} may import: ${MAY_IMPORT[room].join(', ') || 'nothing of the other rooms'}.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: {
        path: '^src/',
        pathNot: [
          `^src/${room}/`,
          ...MAY_IMPORT[room].map((other) => `^src/${other}/`),
          ...(PURE[room]?.map((file) => `^src/lib/${file}\\.ts$`) ?? [
            '^src/lib/',
            '^src/(errors|paths|own-version)\\.ts$',
          ]),
        ],
      },
    })),
    {
      name: 'heroku-reaches-the-embedded-one-by-its-client',
      comment: 'src/heroku is the Platform API alone: it finds the embedded Heroku by its client.',
      severity: 'error',
      from: { path: '^src/heroku/' },
      to: { path: '^src/embedded/', pathNot: '^src/embedded/daemon/index\\.ts$' },
    },
    {
      name: 'the-page-runs-in-a-browser',
      comment: 'The page of the dashboard knows of shipit what wire.ts says, and two libraries.',
      severity: 'error',
      from: { path: '^src/dashboard/page/' },
      to: {
        pathNot: [
          '^src/dashboard/page/',
          '^src/dashboard/wire\\.ts$',
          'node_modules/(preact|uplot)/',
        ],
      },
    },
    {
      name: 'nothing-imports-the-page',
      comment: 'It is bundled by itself: src/build/dashboard.mjs.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/dashboard/page/' },
      to: { path: '^src/dashboard/page/' },
    },
    {
      name: 'source-imports-no-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: path.join(__dirname, '../tsconfig.json') },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/build/' },
  },
}
