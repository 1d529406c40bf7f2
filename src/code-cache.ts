// Loads the bundled CLI with the code that V8 compiled the last time. Without a usable cache it runs all the same, only slower.
import fs from 'node:fs'
import Module from 'node:module'
import os from 'node:os'
import path from 'node:path'
import vm from 'node:vm'

const CHECKSUM_BYTES = 4

/** Where caches lie: one file a build, Node.js, platform and command, since each command compiles its own part of the CLI. */
function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  // As Node.js's own cache, and none where coverage is measured: it would hide what ran.
  if (env.NODE_DISABLE_COMPILE_CACHE || env.NODE_V8_COVERAGE) return undefined
  const home = env.HOME || os.homedir()
  const base = env.XDG_CACHE_HOME ? path.isAbsolute(env.XDG_CACHE_HOME) && env.XDG_CACHE_HOME : home && path.join(home, process.platform === 'darwin' ? 'Library/Caches' : '.cache')
  return base ? path.join(base, 'shipit', 'code') : undefined
}

/** Machine code of another user would run as ours: only what is our own and closed to others is read. */
function isOwn({ uid, mode }: fs.Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

/** V8 believes what it is given, and crashes of a byte that is wrong. */
function whole(stored: Buffer): Buffer | undefined {
  const code = stored.subarray(CHECKSUM_BYTES)
  return code.length > CHECKSUM_BYTES && stored.readUInt32LE(0) === checksum(code) ? code : undefined
}

function withChecksum(code: Buffer): Buffer {
  const sum = Buffer.alloc(CHECKSUM_BYTES)
  sum.writeUInt32LE(checksum(code))
  return Buffer.concat([sum, code])
}

/** Words of 4 bytes: a sector of a disk has 512. */
const SECTOR = 128

/**
 * FNV-1a over the length, a word of each sector, and the last words. What spoils a cache is a disk that was full or lost its power, and that spoils whole
 * sectors; all of a megabyte would take as long to sum up, or node:zlib to load, as a twentieth of a start.
 */
function checksum(code: Buffer): number {
  const words = wordsOf(code)
  let sum = Math.imul(0x811c9dc5 ^ code.length, 0x01000193)
  const add = (word: number): void => { sum = Math.imul(sum ^ word, 0x01000193) }
  for (let at = 0; at < words.length; at += SECTOR) add(words[at]!)
  for (let at = Math.max(0, words.length - SECTOR); at < words.length; at += 1) add(words[at]!)
  return sum >>> 0
}

function wordsOf(code: Buffer): Int32Array {
  return code.byteOffset % Int32Array.BYTES_PER_ELEMENT === 0 ? new Int32Array(code.buffer, code.byteOffset, code.length >> 2) : wordsOf(Buffer.from(code))
}

function readOwn(folder: string, file: string): Buffer | undefined {
  let descriptor: number | undefined
  try {
    if (!isOwn(fs.lstatSync(folder))) return undefined
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0))
    return isOwn(fs.fstatSync(descriptor)) ? whole(fs.readFileSync(descriptor)) : undefined
  } catch {
    // None yet, or none that can be read: the CLI is compiled anew.
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

/** Whole or not at all, and quietly: a disk that is full or closed is no fault of the command that ran. */
function store(folder: string, file: string, code: Buffer): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!isOwn(fs.lstatSync(folder))) return
    dropOld(folder)
    replace(file, withChecksum(code))
  } catch (error) {
    if (process.env.DEBUG) process.stderr.write(`The compiled code was not kept: ${String(error)}\n`)
  }
}

function replace(file: string, data: Buffer): void {
  const fresh = `${file}.${process.pid}`
  try {
    fs.writeFileSync(fresh, data, { mode: 0o600, flag: 'wx' })
    fs.renameSync(fresh, file)
  } catch (error) {
    fs.rmSync(fresh, { force: true })
    throw error
  }
}

const KEPT = 30 * 24 * 60 * 60 * 1000

/** Caches of versions that are no longer here. */
function dropOld(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name)
    const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > KEPT) fs.rmSync(file, { force: true })
  }
}

type Wrapper = (exports: object, require: NodeJS.Require, module: NodeModule, filename: string, dirname: string) => void

/**
 * The exports of the bundle `filename`: a CommonJS module in ASCII, whose first line is `// <build> <command>…`, and which is its own wrapper where it is run as a script. What was compiled is kept in the user's cache folder, at the end of
 * the process, for the next call of the same command (`word`); a name that is no command shares a cache with all such.
 */
export function load<T>(filename: string, word: string, env: NodeJS.ProcessEnv = process.env): T {
  const source = fs.readFileSync(filename, 'latin1')
  const [build, ...commands] = source.slice(3, source.indexOf('\n')).split(' ')
  const folder = cacheFolder(env)
  const name = `${build}-${process.version}-${process.platform}-${process.arch}-${commands.includes(word) ? word : '_'}.bin`
  const file = folder && path.join(folder, name)
  const cachedData = folder && file ? readOwn(folder, file) : undefined
  const script = new vm.Script(source, { filename, cachedData })
  if (folder && file && (cachedData === undefined || script.cachedDataRejected)) process.once('exit', () => store(folder, file, script.createCachedData()))

  const module = new Module(filename) as NodeModule
  module.filename = filename
  module.paths = (Module as unknown as { _nodeModulePaths(from: string): string[] })._nodeModulePaths(path.dirname(filename))
  const require = Module.createRequire(filename)
  // oclif requires the file by its name, and must get this one.
  require.cache[filename] = module
  const run = script.runInThisContext() as Wrapper
  run.call(module.exports, module.exports, require, module, filename, path.dirname(filename))
  module.loaded = true
  return module.exports as T
}
