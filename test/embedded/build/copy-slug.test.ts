import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { copySlug } from '../../../src/embedded/build/copy-slug.js'
import type { SlugRecord } from '../../../src/embedded/store/records.js'

describe('the embedded build: a slug that another app gets', () => {
  let root: string
  let slug: SlugRecord
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'shipit-test-'))
    const dir = path.join(root, 'one/slug')
    const modules = path.join(root, 'cache/node_modules')
    await mkdir(dir, { recursive: true })
    await mkdir(path.join(modules, 'left-pad'), { recursive: true })
    await writeFile(path.join(dir, 'server.js'), 'serve()')
    await symlink('server.js', path.join(dir, 'main.js'))
    await writeFile(path.join(modules, 'left-pad/index.js'), 'pad()')
    slug = {
      id: '01234567-89ab-cdef-0123-456789abcdef',
      dir,
      modules,
      commit: null,
      commit_description: null,
      process_types: { web: 'node server.js' },
      profile_env: {},
      size: 12,
      buildpack_description: 'Node.js',
      created_at: new Date().toISOString(),
    }
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  it('is whole without that of the app which it came from', async () => {
    const copy = await copySlug(slug, path.join(root, 'other/copy'))
    await rm(path.join(root, 'one'), { recursive: true })
    await rm(path.join(root, 'cache'), { recursive: true })
    expect(copy).to.deep.equal({ ...slug, dir: path.join(root, 'other/copy'), modules: undefined })
    const read = (name: string) => readFile(path.join(copy.dir, name), 'utf8')
    expect(await read('main.js')).to.equal('serve()')
    expect(await read('node_modules/left-pad/index.js')).to.equal('pad()')
  })

  it('leaves nothing of one that could not be copied whole', async () => {
    await rm(slug.modules!, { recursive: true })
    const failed = await copySlug(slug, path.join(root, 'other/copy')).catch(
      (error: Error) => error,
    )
    expect(failed).to.be.an('error')
    expect(await readdir(path.join(root, 'other'))).to.deep.equal([])
  })
})
