/** The apps that the tests deploy, as a user would have written them. */

const manifest = (extra: object = {}): object => ({
  name: 'sample',
  version: '1.0.0',
  private: true,
  scripts: { start: 'node server.js' },
  ...extra,
})

/** Plain http: answers `word` on every path, takes 300 ms on /slow, tells who it is on /who. */
export const plainApp = (word: string): Record<string, string | object> => ({
  'package.json': manifest(),
  'server.js': plainServer(word),
})

export const plainServer = (word: string): string => `const http = require('node:http')
const server = http.createServer((request, response) => {
  if (request.url === '/slow') return setTimeout(() => response.end('${word}'), 300)
  if (request.url === '/who') return response.end(JSON.stringify({ dyno: process.env.DYNO, pid: process.pid, instance: process.env.NODE_APP_INSTANCE }))
  response.end('${word}')
})
server.listen(process.env.PORT, () => console.log('listening, ${word}'))
`

export const throwsAtBoot = `throw new Error('cannot read the flux capacitor')\n`

export const listensAndDies = `const http = require('node:http')
http.createServer((request, response) => response.end('short')).listen(process.env.PORT, () => {
  console.log('listening')
  setTimeout(() => { console.error('the lease is over'); process.exit(7) }, 1000)
})
`

/** Express in TypeScript, built by a script into dist/. */
export const typescriptApp = (word: string): Record<string, string | object> => ({
  'package.json': manifest({
    scripts: { build: 'tsc', start: 'node dist/server.js' },
    dependencies: { express: '5.2.1' },
    devDependencies: { typescript: '5.9.3' },
  }),
  'tsconfig.json': {
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      moduleResolution: 'NodeNext',
      outDir: 'dist',
      rootDir: 'src',
      strict: true,
      types: [],
    },
    include: ['src'],
  },
  'src/express.d.ts':
    "declare module 'express'\ndeclare const process: { env: Record<string, string | undefined> }\n",
  'src/server.ts': typescriptServer(word),
})

export const typescriptServer = (word: string): string => `import express from 'express'

const app = express()
app.get('/', (_request: unknown, response: { send(text: string): void }) => response.send('${word}'))
app.listen(Number(process.env.PORT), () => console.log('listening'))
`
