import { expect } from 'chai'
import { AppFolder, freePort, until } from './harness.js'

const PAGE = '<h1>static</h1>'
const FILES = {
  'ecosystem.json': `{
    // as PM2's own examples are written
    apps: [{ name: 'folder', script: './lib', args: 'a "b c"' }],
    static: [{ path: './public', port: 8081 }],
  }`,
  'lib/index.js': `console.log('args', JSON.stringify(process.argv.slice(2))); setInterval(() => {}, 1000)`,
  'public/index.html': PAGE,
}

describe('what a script may be', function () {
  this.timeout(30_000)
  let folder: AppFolder
  afterEach(() => folder.end())

  it("is a folder, and PM2's server of static files, which listens on the dyno's PORT", async () => {
    folder = new AppFolder(FILES)
    const port = await freePort()
    const run = await folder.start(['start', 'ecosystem.json'], { PORT: String(port) })
    await run.says('args ["a","b c"]')
    const page = await fetched(`http://127.0.0.1:${port}/`)
    expect(page).to.equal(PAGE)
    expect(run.stderr).to.include(
      `static-page-server-8081: the port 8081 in the ecosystem file is ignored; the dyno says ${port}`,
    )
  })

  it('is told to be a folder without a main file', async () => {
    folder = new AppFolder({ 'ecosystem.json': "[{ script: 'lib' }]", 'lib/app.js': '' })
    const run = await folder.start(['start', 'ecosystem.json'])
    expect((await run.ended).code).to.equal(1)
    expect(run.stderr).to.include('lib: the script lib is a folder that Node.js cannot start')
  })
})

async function fetched(url: string): Promise<string> {
  let text = ''
  await until(async () => {
    const response = await fetch(url).catch(() => undefined)
    text = (await response?.text()) ?? ''
    return response !== undefined
  })
  return text
}
