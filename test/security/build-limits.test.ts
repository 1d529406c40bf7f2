import { execFileSync } from 'node:child_process'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { expect } from 'chai'
import { Header } from 'tar'
import { fetchSource } from '../../src/embedded/api/fetch-source.js'
import { readTreeFile } from '../../src/embedded/build/tree-file.js'
import { unpack } from '../../src/embedded/build/unpack.js'
import { fakePlatform, type FakePlatform } from '../embedded/build/fake-platform.js'
import { buildApp } from '../embedded/build/build-app.js'
import { temporaryFolder } from '../embedded/support/platform.js'
import { removeFolder } from '../../src/embedded/daemon/folders.js'

const MB = 1024 * 1024
const app = (scripts: Record<string, string> = {}) => ({
  'package.json': {
    name: 'limits',
    version: '1.0.0',
    scripts: { start: 'node server.js', ...scripts },
  },
  'server.js': '',
})

/** A tar, entry by entry: what no well-meaning tar writes. */
function tarOf(
  entries: {
    path: string
    type?: 'File' | 'SymbolicLink' | 'Link'
    linkpath?: string
    content?: string
  }[],
): Buffer {
  const parts = entries.flatMap(({ path: name, type = 'File', linkpath, content = '' }) => {
    const head = Buffer.alloc(512)
    new Header({
      path: name,
      type,
      mode: 0o644,
      size: content.length,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    }).encode(head)
    return [head, Buffer.from(content.padEnd(Math.ceil(content.length / 512) * 512, '\0'))]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

describe('a build has limits', () => {
  let folder: string
  let platform: FakePlatform | undefined
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(async () => {
    await platform?.close()
    platform = undefined
    await removeFolder(folder)
  })

  const unpacked = async (
    archive: Buffer | string,
    options: Partial<Parameters<typeof unpack>[2]> = {},
  ) => {
    const file = typeof archive === 'string' ? archive : path.join(folder, 'source.tar')
    if (typeof archive !== 'string') await writeFile(file, archive)
    const dir = path.join(folder, 'app')
    return unpack(file, dir, { signal: new AbortController().signal, ...options }).then(
      (leaving) => ({ leaving, error: undefined }),
      (error: Error) => ({ leaving: [], error: error.message }),
    )
  }
  const zeros = async (name: string, bytes: number): Promise<string> => {
    const file = path.join(folder, name)
    await pipeline(
      Readable.from(
        (function* () {
          for (let i = 0; i < bytes / MB; i++) yield Buffer.alloc(MB)
        })(),
      ),
      createGzip({ level: 1 }),
      createWriteStream(file),
    )
    return file
  }

  it('on the bytes of a source, zeros of which nothing would be kept among them', async () => {
    expect(
      await unpacked(await zeros('zeros.tgz', 24 * MB), { limits: { bytes: 8 * MB, files: 10 } }),
    ).to.have.property('error', 'The source is larger than 8 MB once it is unpacked.')
  })

  it('on its files', async () => {
    const many = tarOf(Array.from({ length: 20 }, (_, index) => ({ path: `f${index}` })))
    expect(await unpacked(many, { limits: { bytes: MB, files: 10 } })).to.have.property(
      'error',
      'The source has more than 10 files.',
    )
  })

  it('on its depth, before that takes memory', async () => {
    const deep = tarOf([{ path: `${'d/'.repeat(101)}f` }])
    expect(await unpacked(deep)).to.have.property(
      'error',
      'The source has folders more than 100 deep.',
    )
  })

  it('on what can be written: a file that cannot is an error, and not left out', async () => {
    const both = tarOf([
      { path: 'a', content: 'file' },
      { path: 'a/b', content: 'in it' },
    ])
    expect(await unpacked(both)).to.have.property(
      'error',
      'A file of the source cannot be written.',
    )
  })

  it('on its time, and nothing of the build is left on the disk', async () => {
    platform = await fakePlatform({
      buildTimeout: 200,
      sourceLimits: { bytes: Number.MAX_SAFE_INTEGER, files: 10 },
    })
    const record = await platform.createApp('endless')
    const archive = await zeros('zeros.tgz', 256 * MB)
    const text: Buffer[] = []
    const { done } = await platform.builder.start(
      { appId: record.id, archive, commit: null, commitDescription: null },
      (chunk) => text.push(chunk),
    )
    expect((await done).status).to.equal('failed')
    expect(Buffer.concat(text).toString()).to.include(
      'The build took longer than 0.2 s and was stopped.',
    )
    expect(await readdir(path.join(platform.folders.builds, 'work'))).to.deep.equal([])
    expect(
      await readdir(path.join(platform.folders.slugs, record.id)).catch(() => []),
    ).to.deep.equal([])
    expect(existsSync(archive)).to.equal(false)
  })

  it('on what its scripts write', async () => {
    platform = await fakePlatform({ buildRoom: { bytes: 16 * MB, files: 1_000_000 } })
    const { build, text } = await buildApp(
      platform,
      await platform.createApp('filler'),
      app({ build: 'dd if=/dev/zero of=filler bs=1M count=48 2>/dev/null && sleep 60' }),
    )
    expect(build.status).to.equal('failed')
    expect(text).to.match(/The build wrote more than .* GB and was stopped/)
  })

  it('on what a source may be: no file of this machine', async () => {
    const signal = new AbortController().signal
    for (const url of [
      'file:///dev/zero',
      'file:///etc/passwd',
      `file://${import.meta.filename}`,
      'ftp://127.0.0.1/a.tar',
    ]) {
      expect(
        await fetchSource(url, { folder, checksum: null, signal }).then(
          () => 'read',
          (error: { status: number }) => error.status,
        ),
        url,
      ).to.equal(422)
    }
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('on a download: its bytes, its time, and the patience of who asked', async () => {
    const server = http
      .createServer((request, response) => {
        const timer = setInterval(
          () => response.write(request.url === '/large' ? Buffer.alloc(MB) : 'x'),
          1,
        )
        response.once('close', () => clearInterval(timer))
      })
      .listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const gone = new AbortController()
    const never = new AbortController().signal
    const why = (name: string, options: Partial<Parameters<typeof fetchSource>[1]>) =>
      fetchSource(url + name, { folder, checksum: null, signal: never, ...options }).then(
        () => 'read',
        (error: Error) => error.message,
      )
    expect(await why('/large', { largest: 4 * MB })).to.match(/larger than 4194304 bytes/)
    expect(await why('/slow', { time: 100 })).to.match(/did not come in time/)
    setTimeout(() => gone.abort(), 50)
    expect(await why('/slow', { signal: gone.signal })).to.match(/nobody waits for it/)
    expect(await readdir(folder)).to.deep.equal([])
    server.closeAllConnections()
    server.close()
  })
})

describe('the tree that is built', () => {
  let folder: string
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('keeps symbolic links as git has them, names those that lead out of the app, and writes through none', async () => {
    const dir = path.join(folder, 'app')
    const outside = path.join(folder, 'outside')
    await mkdir(outside)
    const archive = path.join(folder, 'source.tar')
    await writeFile(
      archive,
      tarOf([
        { path: 'a/file', content: 'inside' },
        { path: 'inner', type: 'SymbolicLink', linkpath: 'a/file' },
        { path: 'a/up', type: 'SymbolicLink', linkpath: '../a/file' },
        { path: 'out', type: 'SymbolicLink', linkpath: '../outside' },
        { path: 'absolute', type: 'SymbolicLink', linkpath: outside },
        { path: 'absolute/written', content: 'through' },
        { path: 'way', type: 'SymbolicLink', linkpath: outside },
        { path: 'way/link', type: 'SymbolicLink', linkpath: '/etc/passwd' },
        { path: '../sneaky', type: 'SymbolicLink', linkpath: 'x' },
      ]),
    )
    const leaving = await unpack(archive, dir, { signal: new AbortController().signal })
    expect(
      await Promise.all(['inner', 'a/up', 'out'].map((name) => readlink(path.join(dir, name)))),
    ).to.deep.equal(['a/file', '../a/file', '../outside'])
    expect(leaving)
      .to.include.members(['out -> ../outside', `way -> ${outside}`])
      .and.not.include('inner -> a/file')
    expect(await readdir(outside)).to.deep.equal([])
    expect((await readdir(folder)).sort()).to.deep.equal(['app', 'outside', 'source.tar'])
  })

  it("is read as files of its own alone: no device, no pipe, no link to another's file, and none without an end", async () => {
    const dir = path.join(folder, 'app')
    await mkdir(dir)
    await writeFile(path.join(folder, 'secret'), 's3cret')
    await symlink('/dev/zero', path.join(dir, 'zero'))
    await symlink('../secret', path.join(dir, 'secret'))
    await writeFile(path.join(dir, 'file'), 'own')
    await symlink('file', path.join(dir, 'link'))
    execFileSync('mkfifo', [path.join(dir, 'pipe')])
    execFileSync('truncate', ['-s', '65M', path.join(dir, 'large')])
    const why = (name: string): string => {
      try {
        return readTreeFile(dir, name).toString()
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(['zero', 'secret', 'pipe', 'large', 'link'].map(why)).to.deep.equal([
      'zero is a link to a file outside of the app.',
      'secret is a link to a file outside of the app.',
      'pipe is not a file.',
      'large is larger than 64 MB.',
      'own',
    ])
  })
})
