import { appendFile, rm } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from '../../src/demo/load.js'
import { until } from '../../src/lib/until.js'
import { World } from '../e2e/support/world.js'
import { milliseconds, ratio } from './figures.js'
import type { Bench, Figures } from './figures.js'

/** What an Express app usually loads as it starts; no database is asked. */
const LOADED = {
  axios: '1.21.1',
  compression: '1.8.2',
  'cookie-parser': '1.4.7',
  cors: '2.8.6',
  dayjs: '1.11.23',
  dotenv: '18.0.10',
  express: '5.2.1',
  helmet: '8.3.0',
  ioredis: '6.0.0',
  jsonwebtoken: '9.0.3',
  morgan: '1.12.1',
  multer: '2.5.0',
  pg: '8.23.1',
  pino: '10.4.0',
  uuid: '14.0.3',
  zod: '4.6.7',
}

/** What some of an app's requests and jobs load later, as it grows. */
const LOADED_LATER = {
  '@aws-sdk/client-s3': '3.1169.0',
  '@aws-sdk/client-sqs': '3.1169.0',
  '@sentry/node': '11.12.0',
  'date-fns': '4.4.0',
  exceljs: '4.4.0',
  handlebars: '4.7.10',
  knex: '3.3.0',
  lodash: '4.18.1',
  mongoose: '9.12.1',
  nodemailer: '10.6.0',
  openai: '6.49.0',
  passport: '0.7.0',
  'passport-jwt': '4.0.1',
  pdfkit: '0.20.2',
  sequelize: '6.37.8',
  'socket.io': '4.8.4',
  stripe: '23.1.0',
  twilio: '6.2.0',
  winston: '3.19.0',
}

const TESTS_AND_LINT = {
  '@faker-js/faker': '10.6.0',
  chai: '6.3.0',
  eslint: '9.39.5',
  mocha: '12.0.3',
  nock: '15.0.2',
  nodemon: '3.1.14',
  nyc: '18.0.0',
  prettier: '3.10.1',
  sinon: '22.1.0',
  supertest: '7.3.2',
}

const app = (manifest: object) => ({
  'package.json': {
    name: 'bench',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js', test: 'mocha' },
    ...manifest,
  },
  'server.js': `const [compression, cookies, cors, express, helmet, morgan] = ['compression', 'cookie-parser', 'cors', 'express', 'helmet', 'morgan'].map((name) => require(name))
for (const name of ['axios', 'dayjs', 'dotenv', 'ioredis', 'jsonwebtoken', 'multer', 'pg', 'pino', 'zod']) require(name)
const app = express().use(helmet(), cors(), compression(), cookies(), morgan('tiny'), express.json())
app.get('/', (request, response) => response.send('Hello'))
app.listen(process.env.PORT)
`,
})

/** Apps of two sizes: some 850 packages, as a team's app has after some years, and some 250. */
const APPS: Record<string, Record<string, string | object>> = {
  team: app({ dependencies: { ...LOADED, ...LOADED_LATER }, devDependencies: TESTS_AND_LINT }),
  small: app({ dependencies: LOADED }),
}

/**
 * Deploys of an Express app to the embedded Heroku, against the same work by hand: clone, npm ci,
 * start, first 200.
 */
const bench: Bench = async ({ rounds, only, note }) => {
  const figures: Figures = {}
  for (const [size, files] of Object.entries(APPS)) {
    if (only.length > 0 && !only.includes(size)) continue
    note(`${size} app`)
    Object.assign(figures, await deploys(size, files, rounds, note))
  }
  return figures
}
bench.rounds = 5
bench.sections = Object.keys(APPS)

async function deploys(
  size: string,
  files: Record<string, string | object>,
  rounds: number,
  note: (line: string) => void,
): Promise<Figures> {
  const times = {
    hand: [] as number[],
    cold: [] as number[],
    change: [] as number[],
    nothing: [] as number[],
  }
  const world = await World.create()
  try {
    // Made ready by init, which installs it: npm's cache is warm for both sides, as on a
    // developer's machine.
    const dir = await world.app('bench', files)
    await world.ok(['local', 'start'])
    for (let round = 0; round < rounds; round += 1) {
      // An app that the platform has never built.
      const flags = ['--local', '--app', `bench-${round}`]
      times.hand.push(await timed(() => byHand(world, dir, round)))
      times.cold.push(await timed(() => world.ok(['deploy', ...flags], { cwd: dir })))
      await appendFile(path.join(dir, 'server.js'), `// ${round}\n`)
      await world.commit(dir, `Round ${round}`)
      times.change.push(await timed(() => world.ok(['deploy', ...flags], { cwd: dir })))
      times.nothing.push(await timed(() => world.ok(['deploy', ...flags], { cwd: dir })))
      await world.ok(['destroy', ...flags, '--confirm', `bench-${round}`])
      note(
        `round ${round + 1}: by hand ${times.hand[round]!.toFixed(0)} ms, cold ${times.cold[round]!.toFixed(0)}, one line ${times.change[round]!.toFixed(0)}, nothing ${times.nothing[round]!.toFixed(0)}`,
      )
    }
  } finally {
    await world.close()
  }
  return {
    [`${size} app: by hand`]: milliseconds(
      times.hand,
      'clone, npm ci, start, first 200; npm cache warm for both',
    ),
    [`${size} app: cold deploy`]: ratio(times.cold, times.hand, 'by hand'),
    [`${size} app: one-line change`]: ratio(times.change, times.cold, 'cold deploy'),
    [`${size} app: one-line change, time`]: milliseconds(times.change, 'whole command'),
    [`${size} app: nothing to deploy`]: milliseconds(times.nothing, 'whole command'),
  }
}

/**
 * What the work before has left to be written must not be waited for in this one: each begins with
 * nothing on its way to the disk.
 */
async function timed(work: () => Promise<unknown>): Promise<number> {
  await promisify(execFile)('sync')
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function byHand(world: World, dir: string, round: number): Promise<void> {
  const clone = path.join(world.folder, `hand-${round}`)
  await world.git(world.folder, 'clone', '--quiet', dir, clone)
  const installed = await world.run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: clone })
  if (installed.status !== 0) throw new Error(installed.output)
  const port = await freePort()
  const server = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...world.env, PORT: String(port), SHIPIT_INSTANCES: 'bench=1' },
    stdio: 'ignore',
    detached: true,
  })
  try {
    const answered = await until(
      () =>
        get(`http://127.0.0.1:${port}/`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      { timeout: 60_000, every: 20 },
    )
    if (!answered) throw new Error('the app started by hand did not answer')
  } finally {
    process.kill(-server.pid!, 'SIGTERM')
    await once(server, 'exit')
    await rm(clone, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export default bench
