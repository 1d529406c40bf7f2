// Loads the bundled CLI with the code that V8 compiled the last time. Without a usable cache it
// runs all the same, only slower.
// By their names: of a default, esbuild would first copy all that the module has.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { createRequire, Module } from 'node:module'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { Script } from 'node:vm'

/**
 * Where caches lie: one file a build, Node.js, platform and command, since each command compiles
 * its own part of the CLI.
 */
function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  // As Node.js's own cache, and none if coverage is measured: it would hide what ran.
  if (env.NODE_DISABLE_COMPILE_CACHE || env.NODE_V8_COVERAGE) return undefined
  const home = env.HOME || homedir()
  const base = env.XDG_CACHE_HOME
    ? isAbsolute(env.XDG_CACHE_HOME) && env.XDG_CACHE_HOME
    : home && join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  return base ? join(base, 'shipit', 'code') : undefined
}

/**
 * Machine code of another user would run as ours: only what is our own and closed to others is
 * read.
 */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

interface Compiled {
  /** By the name of its file. */
  code: Map<string, Buffer>
  /** The modules that had run: of the others there is no code in it. */
  modules: Set<string>
}

interface Index {
  code: [name: string, at: number, length: number][]
  modules: string[]
}

/** V8 copies what does not begin at a word. */
const WORD = 8
const TRAILER_BYTES = 8

/**
 * The code of each file from a word on, an index of them and the names of the modules in JSON, and
 * at the end the index's length and the checksum of all before it.
 */
function pack(compiled: Compiled): Buffer {
  const parts: Buffer[] = []
  const index: Index = { code: [], modules: [...compiled.modules] }
  let at = 0
  for (const [name, code] of compiled.code) {
    const padding = (WORD - (code.length % WORD)) % WORD
    index.code.push([name, at, code.length])
    parts.push(code, Buffer.alloc(padding))
    at += code.length + padding
  }
  const names = Buffer.from(JSON.stringify(index))
  const trailer = Buffer.alloc(TRAILER_BYTES)
  const body = Buffer.concat([...parts, names])
  trailer.writeUInt32LE(names.length, 0)
  trailer.writeUInt32LE(checksum(body), 4)
  return Buffer.concat([body, trailer])
}

/** V8 believes what it is given, and crashes of a byte that is wrong. */
function unpack(stored: Buffer): Compiled | undefined {
  const end = stored.length - TRAILER_BYTES
  if (end < 0 || stored.readUInt32LE(end + 4) !== checksum(stored.subarray(0, end)))
    return undefined
  const { code, modules } = JSON.parse(
    stored.toString('utf8', end - stored.readUInt32LE(end), end),
  ) as Index
  return {
    code: new Map(code.map(([name, at, length]) => [name, stored.subarray(at, at + length)])),
    modules: new Set(modules),
  }
}

/** Words of 4 bytes: a sector of a disk has 512. */
const SECTOR = 128

/**
 * FNV-1a over the length, a word of each sector, and the last words. What spoils a cache is a disk
 * that was full or lost its power, and that spoils whole sectors; all of a megabyte would take as
 * long to sum up, or node:zlib to load, as a twentieth of a start.
 */
function checksum(code: Buffer): number {
  const words = wordsOf(code)
  let sum = Math.imul(0x811c9dc5 ^ code.length, 0x01000193)
  const add = (word: number): void => {
    sum = Math.imul(sum ^ word, 0x01000193)
  }
  for (let at = 0; at < words.length; at += SECTOR) add(words[at]!)
  for (let at = Math.max(0, words.length - SECTOR); at < words.length; at += 1) add(words[at]!)
  return sum >>> 0
}

function wordsOf(code: Buffer): Int32Array {
  return code.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0
    ? new Int32Array(code.buffer, code.byteOffset, code.length >> 2)
    : wordsOf(Buffer.from(code))
}

function readOwn(folder: string, file: string): Compiled | undefined {
  let descriptor: number | undefined
  try {
    if (!isOwn(lstatSync(folder))) return undefined
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    return isOwn(fstatSync(descriptor)) ? unpack(readFileSync(descriptor)) : undefined
  } catch {
    // None yet, or none that can be read: the CLI is compiled anew.
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/**
 * Whole or not at all, and quietly: a disk that is full or closed is no fault of the command that
 * ran.
 */
function store(folder: string, file: string, compiled: Compiled): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!isOwn(lstatSync(folder))) return
    dropOld(folder)
    replace(file, pack(compiled))
  } catch (error) {
    if (process.env.DEBUG)
      process.stderr.write(`The compiled code was not kept: ${String(error)}\n`)
  }
}

function replace(file: string, data: Buffer): void {
  const fresh = `${file}.${process.pid}`
  try {
    writeFileSync(fresh, data, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

const KEPT = 30 * 24 * 60 * 60 * 1000

/** Caches of versions that are no longer here. */
function dropOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > KEPT) rmSync(file, { force: true })
  }
}

/**
 * What esbuild otherwise writes into each file: in the order of HELPERS in cli.mjs, which makes them
 * arguments of each.
 */
const HELPERS = {
  __export(target: object, all: Record<string, () => unknown>): void {
    for (const name in all)
      Object.defineProperty(target, name, { get: all[name], enumerable: true })
  },
  /** Of a CommonJS module an ES module's view, by inheritance: a copy of node:fs has 100 names. */
  __toESM(module: object, isNodeMode?: boolean): object {
    if (!isNodeMode && (module as { __esModule?: boolean }).__esModule) return module
    return Object.create(module, { default: { value: module, enumerable: true } }) as object
  },
  __toCommonJS: (module: object): object =>
    Object.defineProperty(module, '__esModule', { value: true }),
}

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  dirname: string,
  ...helpers: ((...args: never) => unknown)[]
) => void

/**
 * The exports of the bundle `filename`: a script in ASCII, whose first line is `// <build>
 * <command>…` and whose value is an object of CommonJS modules, each a function by its file's name.
 * What it requires beside these is a file of its own, whose value is the function. What was
 * compiled is kept in the user's cache folder, at the end of the process, for the next call of the
 * same command (`word`); a name that is no command shares a cache with all such.
 */
export function load<T>(filename: string, word: string, env: NodeJS.ProcessEnv = process.env): T {
  const beside = dirname(filename)
  const source = readFileSync(filename, 'latin1')
  const [build, ...commands] = source.slice(3, source.indexOf('\n')).split(' ')
  const folder = cacheFolder(env)
  const file =
    folder &&
    join(
      folder,
      `${build}-${process.version}-${process.platform}-${process.arch}-${commands.includes(word) ? word : '_'}.bin`,
    )
  const compiled =
    folder && file
      ? (readOwn(folder, file) ?? { code: new Map<string, Buffer>(), modules: new Set<string>() })
      : undefined
  const main = basename(filename)
  const fresh = new Set<string>()
  const scripts = new Map<string, Script>()
  const modules = new Map<string, { exports: object }>()
  if (folder && file && compiled) {
    process.once('exit', () => {
      for (const name of modules.keys()) {
        if (!compiled.modules.has(name)) fresh.add(scripts.has(name) ? name : main)
        compiled.modules.add(name)
      }
      for (const name of fresh) compiled.code.set(name, scripts.get(name)!.createCachedData())
      if (fresh.size > 0) store(folder, file, compiled)
    })
  }

  const evaluate = (name: string, code: string): unknown => {
    const cachedData = compiled?.code.get(name)
    const script = new Script(code, { filename: join(beside, name), cachedData })
    if (cachedData === undefined || script.cachedDataRejected) fresh.add(name)
    scripts.set(name, script)
    return script.runInThisContext()
  }
  const together = evaluate(main, source) as Record<string, Wrapper>
  const helpers = Object.values(HELPERS)
  const outside = createRequire(filename)
  const require: NodeJS.Require = Object.assign(
    (id: string) => (id.startsWith('./') ? part(id.slice(2)) : (outside(id) as object)),
    outside,
  )
  const part = (name: string, module: { exports: object } = { exports: {} }): object => {
    const known = modules.get(name)
    if (known) return known.exports
    const own = join(beside, name)
    const wrapper = together[name] ?? (evaluate(name, readFileSync(own, 'latin1')) as Wrapper)
    modules.set(name, module)
    try {
      wrapper.call(module.exports, module.exports, require, module, own, beside, ...helpers)
    } catch (error) {
      modules.delete(name)
      throw error
    }
    return module.exports
  }

  const bundle = new Module(filename) as NodeModule
  bundle.filename = filename
  bundle.paths = (
    Module as unknown as { _nodeModulePaths(from: string): string[] }
  )._nodeModulePaths(beside)
  // oclif requires the file by its name, and must get this one.
  outside.cache[filename] = bundle
  part(main, bundle)
  bundle.loaded = true
  return bundle.exports as T
}
