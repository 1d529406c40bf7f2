import { expect } from 'chai'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import * as tar from 'tar'

interface Manifest {
  name: string
  version: string
  license: string
  engines: { node: string }
  bin: Record<string, string>
  dependencies: Record<string, string>
}

describe('the package shipit-runtime', function () {
  this.timeout(60_000)
  const folders = [1, 2].map(() => mkdtempSync(path.join(os.tmpdir(), 'shipit-package-')))
  const tarballs: string[] = []
  before(async () => {
    const { buildRuntime } = (await import(
      pathToFileURL(path.resolve('src/build/runtime.mjs')).href
    )) as { buildRuntime(root: string, to: string): Promise<string> }
    for (const folder of folders) tarballs.push(await buildRuntime(process.cwd(), folder))
  })
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

  it('is the same, byte for byte, each time it is built', () => {
    const [one, two] = tarballs.map((file) => readFileSync(file))
    expect(one?.equals(two as Buffer)).to.equal(true)
  })

  it('is smaller than 70 kB and holds nothing of PM2', async () => {
    const [tarball] = tarballs as [string]
    expect(readFileSync(tarball).length).to.be.below(70_000)
    const names: string[] = []
    await tar.list({ file: tarball, onReadEntry: (entry) => void names.push(entry.path) })
    expect(names.sort()).to.deep.equal(
      [
        'LICENSE',
        'README.md',
        'bin/shipit-runtime.js',
        'lib/agent.cjs',
        'lib/attach.cjs',
        'lib/control.cjs',
        'lib/dashboard-preload.cjs',
        'lib/dashboard.cjs',
        'lib/ecosystem.cjs',
        'lib/evaluate.cjs',
        'lib/help.cjs',
        'lib/listeners.cjs',
        'lib/preload.cjs',
        'lib/supervisor.cjs',
        'lib/tree-member.cjs',
        'package.json',
      ].map((name) => `package/${name}`),
    )
    const into = path.join(folders[0] as string, 'unpacked')
    mkdirSync(into)
    await tar.extract({ file: tarball, cwd: into })
    expect(readFileSync(path.join(into, 'package/lib/supervisor.cjs'), 'utf8')).not.to.match(
      /God\.executeApp\s*=|AGPL/,
    )
  })

  it("is named by the CLI's own version and pins PM2 exactly", () => {
    const own = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
    const made = JSON.parse(
      readFileSync(path.join(folders[0] as string, 'shipit-runtime/package.json'), 'utf8'),
    ) as Manifest
    expect(made).to.include({ name: 'shipit-runtime', version: own.version, license: 'MIT' })
    expect(made.engines.node).to.equal('>=20.19')
    expect(made.dependencies).to.deep.equal({ pm2: '7.0.4', yaml: own.dependencies.yaml })
    expect(path.basename(tarballs[0] as string)).to.equal(`shipit-runtime-${own.version}.tgz`)
  })
})
