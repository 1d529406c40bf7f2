import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { create } from 'tar'
import { newApp } from '../../../src/embedded/api/new-app.js'
import { cacheDirectories } from '../../../src/embedded/build/cache-directories.js'
import { buildEnvironment, listedEnvironment } from '../../../src/embedded/build/environment.js'
import { BuildFailure } from '../../../src/embedded/build/failure.js'
import { inTurn } from '../../../src/embedded/build/in-turn.js'
import { lockedPackages } from '../../../src/embedded/build/locked-packages.js'
import { hasInstallScripts, readManifest } from '../../../src/embedded/build/manifest.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import type { PackageManager } from '../../../src/embedded/build/package-manager.js'
import { dropExpired, findExpired } from '../../../src/embedded/build/retention.js'
import { unpack } from '../../../src/embedded/build/unpack.js'
import { checkVendoredPackages } from '../../../src/embedded/build/vendored-packages.js'
import type {
  AppRecord,
  BuildRecord,
  ReleaseRecord,
  SlugRecord,
} from '../../../src/embedded/store/records.js'
import { rejection } from '../../support/platform.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { temporaryFolder } from '../support/platform.js'
import { writeTree, type Tree } from './build-app.js'

let dir: string
const inFolder = () => {
  beforeEach(async () => {
    dir = await temporaryFolder()
  })
  // What was being written when a source was refused may still be finished.
  afterEach(() => removeFolder(dir))
}
const failure = (work: Promise<unknown>) => rejection<BuildFailure>(work)

describe("a build's environment", () => {
  const PLACES = {
    dir: '/b/dir',
    home: '/b/home',
    temp: '/b/tmp',
    programs: ['/b/bin', '/n/bin'],
    caches: '/c',
    nodes: '/n',
  }
  const env = (
    own: NodeJS.ProcessEnv = {},
    config: Record<string, string> = {},
    build = { commit: 'c0ffee' as string | null, hasCacheSetting: false },
  ) => buildEnvironment(own, config, PLACES, build)

  it("is Heroku's, where nothing is set", () => {
    expect(env()).to.deep.equal({
      LANG: 'C.UTF-8',
      COREPACK_HOME: path.join(homedir(), '.cache/node/corepack'),
      COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
      npm_config_cache: path.join(homedir(), '.npm'),
      npm_config_update_notifier: 'false',
      npm_config_confirm_modules_purge: 'false',
      npm_config_package_import_method: 'clone-or-copy',
      pnpm_config_confirm_modules_purge: 'false',
      pnpm_config_package_import_method: 'clone-or-copy',
      YARN_CACHE_FOLDER: '/c/yarn',
      YARN_GLOBAL_FOLDER: '/c/berry',
      STACK: 'heroku-24',
      SOURCE_VERSION: 'c0ffee',
      NPM_CONFIG_LOGLEVEL: 'error',
      NODE_VERBOSE: 'false',
      NODE_ENV: 'production',
      NODE_MODULES_CACHE: 'true',
      NODE_OPTIONS: '--max_old_space_size=2560',
      PATH: '/b/bin:/n/bin',
      HOME: '/b/home',
      TMPDIR: '/b/tmp',
      BUILD_DIR: '/b/dir',
    })
  })

  it('has of the user what reaches a registry, and nothing else', () => {
    const kept = {
      LANG: 'de_DE',
      LC_ALL: 'C',
      https_proxy: 'p',
      HTTP_PROXY: 'q',
      No_Proxy: 'r',
      ALL_PROXY: 's',
      NODE_EXTRA_CA_CERTS: 'f',
      SSL_CERT_FILE: 'g',
      SSL_CERT_DIR: 'd',
      COREPACK_HOME: 'h',
      COREPACK_NPM_REGISTRY: 'i',
      npm_config_registry: 'j',
      NPM_CONFIG_CAFILE: 'k',
      npm_config_fetch_retries: 'l',
      'npm_config_@acme:registry': 'm',
      'npm_config_//r/:_authToken': 'n',
    }
    expect(env(kept)).to.include(kept)
    const left = ['AWS_SECRET', 'XLANG', 'LANGX', 'SSL_CERT_FILES', 'XSSL_CERT_FILE', 'http_proxyx']
    const other = ['npm_config_registryx', 'xnpm_config_registry', 'npm_config_prefix', 'LC_']
    for (const name of [...left, ...other])
      expect(env({ [name]: 'x' }), name).not.to.have.property(name)
    expect(env({ LANG: undefined }).LANG).to.equal('C.UTF-8')
  })

  it("has the app's config vars, but those that are the build's own", () => {
    const own =
      'PATH GIT_DIR CPATH CPPATH LD_PRELOAD LIBRARY_PATH LANG BUILD_DIR HOME TMPDIR'.split(' ')
    const config = Object.fromEntries(own.map((name) => [name, 'mine']))
    expect(Object.values(env({}, config))).not.to.include('mine')
    expect(env({}, { NODE_ENV: 'test', A: '1', STACK: 'x' })).to.include({
      NODE_ENV: 'test',
      A: '1',
      STACK: 'x',
    })
    expect(env({}, { NODE_OPTIONS: '--x' }).NODE_OPTIONS).to.equal('--x')
    expect(env({}, { NODE_OPTIONS: '' }).NODE_OPTIONS).to.equal('--max_old_space_size=2560')
  })

  it("leaves npm's cache where the user has it, and the commit out where there is none", () => {
    expect(env({ NPM_Config_Cache: '/mine' }).npm_config_cache).to.equal('/mine')
    const bare = env({}, {}, { commit: null, hasCacheSetting: true })
    expect(bare).not.to.have.any.keys('npm_config_cache', 'SOURCE_VERSION')
  })

  it('finds programs as the user does, but those of another project', () => {
    const PATH = '/usr/bin::/p/node_modules/.bin:/x/node-gyp-bin:/y/node_modules/.binx:/bin'
    expect(env({ PATH }).PATH).to.equal('/b/bin:/n/bin:/usr/bin:/y/node_modules/.binx:/bin')
  })

  it('is listed as far as it is of the build, without the values of secrets', () => {
    const config = {
      NPM_CONFIG_TOKEN: 'npm_0123456789abcdef0123456789abcdef0123',
      YARN_X: '1',
      USE_NPM_INSTALL: 'true',
      USE_YARN_CACHE: 'false',
      NODE_OPTIONS: '--x',
      DATABASE_URL: 'postgres://x',
      NODE_GONE: 'x',
    }
    const shown = { ...env({}, config), NODE_GONE: undefined } as unknown as Record<string, string>
    expect(listedEnvironment(shown, config)).to.deep.equal([
      'NPM_CONFIG_LOGLEVEL=error',
      'NODE_VERBOSE=false',
      'NODE_ENV=production',
      'NODE_MODULES_CACHE=true',
      'NPM_CONFIG_TOKEN=[hidden]',
      'YARN_X=1',
      'USE_NPM_INSTALL=true',
      'USE_YARN_CACHE=false',
      'NODE_OPTIONS=--x',
    ])
  })
})

describe('package.json, as a build reads it', () => {
  inFolder()
  const read = async (content: string | object) => {
    await writeTree(dir, { 'package.json': content })
    return readManifest(dir)
  }

  it('may have any shape inside, of which only texts count', async () => {
    const odd = {
      scripts: { a: 'x', b: 1, c: null },
      engines: { node: '20.x', npm: null },
      packageManager: 7,
    }
    const { scripts, engines, packageManager, raw } = await read(odd)
    expect({ ...scripts }).to.deep.equal({ a: 'x', c: '' })
    expect({ ...engines }).to.deep.equal({ node: '20.x' })
    expect(packageManager).to.equal(undefined)
    expect(raw).to.deep.equal(odd)
    expect(scripts['constructor']).to.equal(undefined)
    const none = await read('\uFEFF{"scripts":null,"engines":"x","packageManager":"pnpm@9"}')
    expect([{ ...none.scripts }, { ...none.engines }]).to.deep.equal([{}, {}])
    expect(none.packageManager).to.equal('pnpm@9')
  })

  it('is a JSON object', async () => {
    for (const text of ['[]', 'null', '7'])
      expect(await failure(read(text))).to.deep.include({
        message: 'Error: Unable to parse your package.json.',
        details: ['It does not hold a JSON object.'],
      })
    expect((await failure(read('{'))).details[0]).to.match(/JSON/)
  })

  it('has install scripts by name', async () => {
    for (const name of [
      ...['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'],
      ...['dependencies', 'pnpm:devPreinstall'],
    ])
      expect(hasInstallScripts(await read({ scripts: { [name]: 'x' } })), name).to.equal(true)
    expect(hasInstallScripts(await read({ scripts: { build: 'x', '': 'y' } }))).to.equal(false)
  })

  it('names folders to keep, the one way or the other', async () => {
    expect(
      cacheDirectories(await read({ cacheDirectories: ['a', '', 7], cache_directories: ['b'] })),
    ).to.deep.equal(['a'])
    expect(
      cacheDirectories(await read({ cacheDirectories: [], cache_directories: ['b'] })),
    ).to.deep.equal(['b'])
    expect(cacheDirectories(await read({ cacheDirectories: 'a' }))).to.deep.equal([])
  })
})

describe('what an app no longer needs', () => {
  const release = (version: number, slug: string | null, status = 'succeeded') =>
    ({ id: `r${version}`, version, slug_id: slug, status }) as ReleaseRecord
  const build = (id: string, slug: string | null, status = 'succeeded') =>
    ({ id, slug_id: slug, status }) as BuildRecord
  const app = (): AppRecord => ({
    ...newApp('an-app'),
    releases: [
      release(1, 's1'),
      release(2, 's2', 'pending'),
      release(3, 's3'),
      release(4, 's4'),
      release(5, 's5'),
    ],
    current_release_id: 'r3',
    slugs: ['s0', 's1', 's2', 's3', 's4', 's5', 's6'].map((id) => ({ id }) as SlugRecord),
    builds: [
      build('b0', null, 'failed'),
      build('b1', 's1'),
      build('b3', 's3'),
      build('b6', 's6', 'pending'),
      build('b7', null, 'failed'),
      build('b8', 's0'),
    ],
  })

  it('is what no release that is kept, serves or is made has, and builds beyond as many', () => {
    expect(findExpired(app(), 2)).to.deep.equal({ slugs: ['s0', 's1'], builds: ['b0', 'b1'] })
    expect(findExpired(app(), 20)).to.deep.equal({ slugs: ['s0'], builds: [] })
  })

  it('is taken out of the record', () => {
    const draft = app()
    dropExpired(draft, { slugs: ['s0', 's1'], builds: ['b0'] })
    expect(draft.slugs.map(({ id }) => id)).to.deep.equal(['s2', 's3', 's4', 's5', 's6'])
    expect(draft.builds.map(({ id }) => id)).to.deep.equal(['b1', 'b3', 'b6', 'b7', 'b8'])
  })
})

describe('why a build cannot go on', () => {
  it('is a full disk, what the build says, or what was thrown', () => {
    const own = new BuildFailure('Mine.', ['a'])
    expect(BuildFailure.from(own)).to.equal(own)
    for (const code of ['ENOSPC', 'EDQUOT'])
      expect(BuildFailure.from(Object.assign(new Error('x'), { code }))).to.deep.include({
        message: 'The disk is full.',
        details: ['Free some space on this machine and push again.'],
      })
    expect(BuildFailure.from(new Error('boom'))).to.deep.include({ message: 'boom', details: [] })
    expect(BuildFailure.from('text').message).to.equal('text')
  })
})

describe('work in turn', () => {
  const never = new AbortController().signal

  it('waits for that of the same key, however it ends, and for no other', async () => {
    const seen: string[] = []
    let end = () => {}
    const first = inTurn('k', never, async () => {
      await new Promise<void>((resolve) => (end = resolve))
      throw new Error('first')
    })
    const second = inTurn('k', never, async () => seen.push('second'))
    await inTurn('other', never, async () => seen.push('other'))
    expect(seen).to.deep.equal(['other'])
    end()
    expect((await rejection<Error>(first)).message).to.equal('first')
    await second
    expect(seen).to.deep.equal(['other', 'second'])
  })

  it('rejects at once with the reason of its signal, and never begins', async () => {
    const stop = new AbortController()
    let end = () => {}
    const first = inTurn('k', never, () => new Promise<void>((resolve) => (end = resolve)))
    let hasBegun = false
    const second = rejection<Error>(
      inTurn('k', stop.signal, async () => {
        hasBegun = true
      }),
    )
    stop.abort(new Error('stopped'))
    expect((await second).message).to.equal('stopped')
    end()
    await first
    await inTurn('k', never, async () => undefined)
    expect(hasBegun).to.equal(false)
  })
})

describe('the output of a build', () => {
  inFolder()
  const all = async (chunks: AsyncIterable<Buffer>) => {
    let text = ''
    for await (const chunk of chunks) text += String(chunk)
    return text
  }

  it('has the three shapes of line of Heroku, for its listener, its followers and its file', async () => {
    let heard = ''
    const output = new BuildOutput(path.join(dir, 'a/b.log'), (chunk) => (heard += String(chunk)))
    output.heading('Build')
    const follower = all(output.follow())
    output.line('words')
    output.line()
    await new Promise(setImmediate)
    output.warning('careful')
    output.raw('raw')
    output.end()
    output.end()
    const text = '-----> Build\n       words\n\n !     careful\nraw'
    expect(await follower).to.equal(text)
    expect([heard, await readFile(output.file, 'utf8')]).to.deep.equal([text, text])
    expect(await all(BuildOutput.ended(output.file))).to.equal(text)
    expect(output.writeError).to.equal(undefined)
  })

  it('still reaches its listener when it cannot be written', () => {
    let heard = ''
    const output = new BuildOutput(path.join(dir, 'b.log'), (chunk) => (heard += String(chunk)))
    output.end()
    output.line('late')
    expect(output.writeError).to.be.instanceOf(Error)
    expect(heard).to.equal('       late\n')
  })

  it('that was cut short is no output to wait for', async () => {
    const output = new BuildOutput(path.join(dir, 'b.log'))
    output.line('words')
    await writeFile(output.file, '')
    expect((await rejection<Error>(all(output.follow()))).message).to.contain('was cut short')
    output.end()
  })
})

describe('a source, unpacked', () => {
  inFolder()
  const never = new AbortController().signal
  const pack = async (tree: Tree, isZipped = true) => {
    const from = path.join(dir, 'from')
    await rm(from, { recursive: true, force: true })
    await mkdir(from)
    await writeTree(from, tree)
    const file = path.join(dir, 'source.tar')
    await create({ cwd: from, file, gzip: true }, ['.'])
    if (!isZipped) await writeFile(file, gunzipSync(await readFile(file)))
    return file
  }
  const into = () => path.join(dir, 'into')

  it('is the tree of a tar or a tar.gz, without its .git', async () => {
    for (const isZipped of [true, false]) {
      await rm(into(), { recursive: true, force: true })
      const archive = await pack({ 'a.js': 'x', 'b/c.js': 'y', '.git/HEAD': 'z' }, isZipped)
      expect(await unpack(archive, into(), { signal: never })).to.deep.equal([])
      expect((await readdir(into())).sort()).to.deep.equal(['a.js', 'b'])
      expect(await readFile(path.join(into(), 'b/c.js'), 'utf8')).to.equal('y')
    }
  })

  it('is refused beyond its limits, and not before', async () => {
    const archive = await pack({ 'a.js': 'x'.repeat(1000), 'b.js': 'y' })
    const { length } = gunzipSync(await readFile(archive))
    const held = (limits: { bytes: number; files: number }) =>
      unpack(archive, into(), { signal: never, limits })
    await held({ bytes: length, files: 3 })
    expect((await failure(held({ bytes: length, files: 2 }))).message).to.equal(
      'The source has more than 2 files.',
    )
    expect((await failure(held({ bytes: length - 1, files: 3 }))).message).to.match(
      /^The source is larger than [\d.]+ MB once it is unpacked\.$/,
    )
  })

  it('is refused if it is too deep', async () => {
    const deep = (folders: number) => ({ [`${'d/'.repeat(folders)}f`]: 'x' })
    await unpack(await pack(deep(98)), into(), { signal: never })
    const error = await failure(unpack(await pack(deep(101)), into(), { signal: never }))
    expect(error.message).to.equal('The source has folders more than 100 deep.')
    expect(error.details[0]).to.match(/^\.?\/?d\/d.*…$/)
  })

  it('is refused if it is no tar, and ends with its signal', async () => {
    const junk = path.join(dir, 'junk')
    await writeFile(junk, Buffer.from([0x1f, 0x8b, 1, 2, 3]))
    expect((await failure(unpack(junk, into(), { signal: never }))).message).to.equal(
      'The source archive cannot be read as a tar.',
    )
    const archive = await pack({ 'a.js': 'x' })
    const reason = new Error('stopped')
    expect(
      await rejection<Error>(unpack(archive, into(), { signal: AbortSignal.abort(reason) })),
    ).to.equal(reason)
  })

  it('has its links as they are, and tells of those that lead out of the app', async () => {
    await pack({ 'a/b.js': 'x' })
    const from = path.join(dir, 'from')
    const links = {
      'a/in': 'b.js',
      'a/up': '../a',
      out: '../../etc',
      abs: '/etc/passwd',
      none: 'gone',
    }
    for (const [name, target] of Object.entries(links)) await symlink(target, path.join(from, name))
    const file = path.join(dir, 'linked.tgz')
    await create({ cwd: from, file, gzip: true }, ['.'])
    expect((await unpack(file, into(), { signal: never })).sort()).to.deep.equal([
      'abs -> /etc/passwd',
      'out -> ../../etc',
    ])
    for (const [name, target] of Object.entries(links))
      expect(await readlink(path.join(into(), name))).to.equal(target)
  })
})

describe('a package that lies in the repository', () => {
  inFolder()
  const npm = { name: 'npm', lockfile: 'package-lock.json' } as PackageManager
  const lock = (resolved: unknown, integrity: unknown) => ({
    packages: { '': {}, 'node_modules/a': { resolved, integrity } },
  })
  const sha = (text: string) => `sha512-${createHash('sha512').update(text).digest('base64')}`
  const check = async (tree: Tree, manager = npm) => {
    await writeTree(dir, tree)
    return checkVendoredPackages(dir, manager)
  }

  it('is the one that the lockfile pins', async () => {
    await check({ 'a.tgz': 'bytes', 'package-lock.json': lock('file:a.tgz', sha('bytes')) })
    const error = await failure(check({ 'a.tgz': 'other' }))
    expect(error.message).to.equal(
      'a.tgz is not the package that package-lock.json pins (EINTEGRITY).',
    )
    expect(error.details).to.deep.equal([
      `wanted ${sha('bytes')}`,
      `found  ${sha('other')}`,
      'The tarball was changed under the same name. Update the lockfile: npm install ./a.tgz',
    ])
  })

  it('is not looked at if it is none, has no such pin, or belongs to another tool', async () => {
    const lockfile = lock('file:a.tgz', sha('bytes'))
    await check({ 'a.tgz': 'other', 'package-lock.json': lockfile }, {
      ...npm,
      name: 'yarn',
    } as PackageManager)
    await check({}, { ...npm, lockfile: null } as PackageManager)
    for (const [resolved, integrity] of [
      ['file:../a.tgz', sha('x')],
      ['file:gone.tgz', sha('x')],
      ['file:a.tgz', 'md5-x'],
      ['file:a.tgz', 7],
      ['https://r/a.tgz', sha('x')],
      [7, sha('x')],
    ])
      await check({ 'package-lock.json': lock(resolved, integrity) })
  })

  it('is none of a lockfile that cannot be read, for which npm has its words', () => {
    for (const text of ['', '{', 'null', '{}']) expect(lockedPackages(text)).to.deep.equal([])
    expect(lockedPackages(JSON.stringify(lock('x', 'y')))).to.have.length(2)
  })
})
