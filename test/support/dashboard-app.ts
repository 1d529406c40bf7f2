/**
 * The app that the dashboard's tests watch: `api` in cluster mode and `jobs` in fork mode, each
 * with a metric and an action of its own, and a path for each thing that can happen.
 */

const SERVER = `const http = require('node:http')
// What @pm2/io finds and gives to the app: the module that PM2 has loaded already.
const io = global[Symbol.for('@pm2/io')]
if (io) {
  io.metric({ name: 'queue length', unit: 'jobs', value: () => 42 })
  io.action('greet', (reply) => reply({ hello: process.pid }))
  io.action('add', (options, reply) => reply({ sum: options.a + options.b }))
}
const port = process.env.name === 'jobs' ? process.env.JOBS_PORT : process.env.PORT
http.createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://x')
  const text = searchParams.get('text') || 'nothing'
  if (pathname === '/out') console.log(text)
  if (pathname === '/err') console.error(text)
  if (pathname === '/throw') setImmediate(() => { throw Object.assign(new TypeError(text), { code: 'E_THROWN' }) })
  if (pathname === '/reject') void Promise.reject(new RangeError(text))
  if (pathname === '/notify') io.notifyError(new Error(text), { order: 7 })
  if (pathname === '/burn') for (const end = Date.now() + 400; Date.now() < end; );
  if (pathname === '/slow') {
    console.log('a slow request')
    return setTimeout(() => response.end('slow'), 1500)
  }
  response.end(JSON.stringify({ pid: process.pid, name: process.env.name }))
}).listen(port, () => console.log('listening'))
`

export const ROWS_APP = {
  'server.js': SERVER,
  'package.json': JSON.stringify({ name: 'rows', version: '1.2.3', private: true }),
  'ecosystem.config.yml': `apps:
  - { name: api, script: server.js, exec_mode: cluster, instances: 2, node_args: --no-deprecation }
  - { name: jobs, script: server.js, exec_mode: fork, args: "--queue mail" }
`,
}
