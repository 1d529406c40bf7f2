import { readdirSync, readFileSync } from 'node:fs'

/**
 * A server that knows nothing of signals: `/slow` takes 1.5 s, `/held` is answered once its port is
 * closed, which a stop begins with, `/grow` takes 150 MB, and
 * `/` tells its pid.
 */
export const SERVER = `
const http = require('http')
const net = require('net')
const whenClosed = (then) => {
  const socket = net.connect(process.env.PORT, '127.0.0.1', () => {
    socket.destroy()
    setTimeout(whenClosed, 50, then)
  })
  socket.once('error', then)
}
const server = http.createServer((req, res) => {
  if (req.url === '/slow') return setTimeout(() => res.end('slow'), 1500)
  if (req.url === '/held') return whenClosed(() => res.end('held'))
  if (req.url === '/grow') global.held = Buffer.alloc(150e6, 1)
  res.end(String(process.pid))
})
server.listen(process.env.PORT, '127.0.0.1', () => console.log('serving'))
server.on('error', (error) => { console.log(error.code); process.exit(1) })
`

const PACKAGE = {
  'package.json': JSON.stringify({
    name: 'app',
    version: '1.0.0',
    scripts: { start: 'node server.js', both: 'node -e 0 && node server.js' },
  }),
}
const OWN_CLUSTER = `
const cluster = require('cluster')
if (!cluster.isPrimary) return require('./server.js')
cluster.fork(); cluster.fork()
cluster.on('exit', () => cluster.fork())
`
const THREADS = `
const { Worker, isMainThread } = require('worker_threads')
if (isMainThread) new Worker(__filename)
else require('./server.js')
`
const PIPED = `
const child = require('child_process').spawn('node', ['server.js'])
child.stdout.pipe(process.stdout)
child.on('exit', (code) => process.exit(code))
`

export interface Starter {
  /** Options of the app. */
  app: string
  /** Beside server.js. */
  files?: Record<string, string>
  /** A program that not every machine has. */
  needs?: string
}

/** Ways to start a server that is not the instance itself. */
export const STARTERS: Record<string, Starter> = {
  'npm start': { app: 'script: npm, args: start', files: PACKAGE },
  'npm run, through a shell': { app: 'script: npm, args: run both', files: PACKAGE },
  npx: { app: 'script: npx, args: node server.js', files: PACKAGE },
  'sh -c': { app: `script: sh, args: ['-c', 'node -e 0; node server.js; true']` },
  'a shell script': { app: 'script: run.sh', files: { 'run.sh': 'node server.js\n' } },
  'a launcher that spawns': {
    app: 'script: launch.js',
    files: {
      'launch.js': `require('child_process').spawn('node', ['server.js'], { stdio: 'inherit' })`,
    },
  },
  'a launcher that pipes': { app: 'script: launch.js', files: { 'launch.js': PIPED } },
  'a launcher that forks': {
    app: 'script: launch.js',
    files: { 'launch.js': `require('child_process').fork('./server.js')` },
  },
  'a launcher that waits in execSync': {
    app: 'script: launch.mjs',
    files: {
      'launch.mjs': `import { execSync } from 'node:child_process'; execSync('node server.js', { stdio: 'inherit' })`,
    },
  },
  'its own cluster': { app: 'script: cluster.js', files: { 'cluster.js': OWN_CLUSTER } },
  'yarn start': { app: 'script: yarn, args: start', files: PACKAGE, needs: 'yarn' },
  'pnpm start': { app: 'script: pnpm, args: start', files: PACKAGE, needs: 'pnpm' },
  'worker threads': { app: 'script: threads.js', files: { 'threads.js': THREADS } },
}

/** Processes of a session that have not ended, by pid, with their command lines. */
export function inSession(session: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = readIfThere(`/proc/${pid}/stat`)
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (stat === '' || fields[0] === 'Z' || Number(fields[3]) !== session) return []
      return [`${pid} ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`]
    })
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
