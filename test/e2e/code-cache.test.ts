import { expect } from 'chai'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'

const LOADER = path.join(packageRoot, 'dist/code-cache.cjs')
const RUN = `console.log(require(${JSON.stringify(LOADER)}).load(process.argv[1], process.argv[2]).answer())`

describe('the cache of compiled code', () => {
  let folder: string
  let bundle: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'shipit-code-'))
    bundle = path.join(folder, 'bundle.cjs')
    write('one', 'aaaa')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = (answer: string, hash: string) =>
    writeFileSync(
      bundle,
      `// ${hash} ps scale\n({ 'bundle.cjs': (exports) => { exports.answer = () => ${JSON.stringify(answer)} } })`,
    )
  const run = (cache = folder, word = 'ps'): string =>
    execFileSync(process.execPath, ['-e', RUN, bundle, word], {
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: cache, NODE_V8_COVERAGE: '' },
    }).trim()
  const code = () => path.join(folder, 'shipit/code')
  const file = () => path.join(code(), readdirSync(code())[0]!)

  it('is written once, for this user alone, under the command, Node.js and machine', () => {
    expect(run()).to.equal('one')
    expect(readdirSync(code())).to.deep.equal([
      `aaaa-${process.version}-${process.platform}-${process.arch}-ps.bin`,
    ])
    expect(statSync(file()).mode & 0o777).to.equal(0o600)
    expect(statSync(code()).mode & 0o777).to.equal(0o700)
    const { ino } = statSync(file())
    expect(run()).to.equal('one')
    expect(statSync(file()).ino, 'an accepted cache is not written again').to.equal(ino)
  })

  it('is of a bundle in ASCII, as it is read', () => {
    const parts = path.join(packageRoot, 'dist/cli')
    for (const file of readdirSync(parts)) {
      expect(readFileSync(path.join(parts, file), 'utf8'), file).to.match(/^[\x00-\x7f]*$/) // eslint-disable-line no-control-regex -- ASCII is the point
    }
  })

  it('grows by the files that a later call needs, and keeps those that it does not', () => {
    const answer = (from: string) => `exports.answer = () => ${from}`
    writeFileSync(
      path.join(folder, 'part.cjs'),
      '(exports, require, module) => { module.exports = () => "a part, " + typeof require("node:fs").readFileSync }',
    )
    writeFileSync(
      bundle,
      `// cccc ps scale\n({ 'bundle.cjs': (exports, require) => { ${answer('process.argv[3] === "part" ? require("./part.cjs")() + (require("./part.cjs") === require("./part.cjs")) + require("./small.cjs") : "alone"')} }, 'small.cjs': (exports, require, module) => { module.exports = ' with it' } })`,
    )
    const call = (last: string): string =>
      execFileSync(process.execPath, ['-e', RUN, bundle, 'ps', last], {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: folder, NODE_V8_COVERAGE: '' },
      }).trim()
    expect(call('')).to.equal('alone')
    const small = statSync(file()).size
    expect(call('part')).to.equal('a part, functiontrue with it')
    const { size, ino } = statSync(file())
    expect(size).to.be.greaterThan(small)
    expect(call('part')).to.equal('a part, functiontrue with it')
    expect(call('')).to.equal('alone')
    expect(statSync(file()).ino, 'an accepted cache is not written again').to.equal(ino)
  })

  it('grows by what a later call runs of the bundle itself', () => {
    const lines = Array.from(
      { length: 200 },
      (_, index) => `exports.line${index} = () => 'line ${index}'`,
    ).join('\n')
    writeFileSync(
      bundle,
      `// dddd ps\n({ 'bundle.cjs': (exports, require) => { exports.answer = () => process.argv[3] === 'lines' ? require('./lines.cjs').line7() : 'none' }, 'lines.cjs': (exports) => { ${lines} } })`,
    )
    const call = (last: string): string =>
      execFileSync(process.execPath, ['-e', RUN, bundle, 'ps', last], {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: folder, NODE_V8_COVERAGE: '' },
      }).trim()
    expect(call('')).to.equal('none')
    const small = statSync(file()).size
    expect(call('lines')).to.equal('line 7')
    const { size, ino } = statSync(file())
    expect(size, 'the module that ran is in it').to.be.greaterThan(small + lines.length)
    for (const last of ['', 'lines']) call(last)
    expect(statSync(file()).ino, 'an accepted cache is not written again').to.equal(ino)
  })

  it('is one for all that is no command', () => {
    run(folder, 'sp')
    run(folder, '../../evil')
    expect(readdirSync(code())).to.deep.equal([
      `aaaa-${process.version}-${process.platform}-${process.arch}-_.bin`,
    ])
  })

  it('is not used for another bundle of the same length', () => {
    run()
    write('two', 'bbbb')
    expect(run()).to.equal('two')
  })

  it('is written anew where it is damaged or cut off', () => {
    run()
    const whole = readFileSync(file())
    for (const bad of [
      whole.subarray(0, whole.length / 2),
      Buffer.alloc(0),
      Buffer.from(whole).fill(7, whole.length - 9),
    ]) {
      writeFileSync(file(), bad)
      expect(run()).to.equal('one')
      expect(readFileSync(file()).length).to.equal(whole.length)
      expect(readFileSync(file()).equals(bad)).to.equal(false)
    }
  })

  it('is written anew where its last sector was lost', () => {
    run()
    const whole = readFileSync(file())
    const lost = Buffer.from(whole).fill(0, 512)
    expect(lost.equals(whole)).to.equal(false)
    writeFileSync(file(), lost)
    expect(run()).to.equal('one')
    expect(readFileSync(file()).equals(lost)).to.equal(false)
  })

  it('is left alone where others can write it', () => {
    run()
    const { ino } = statSync(file())
    chmodSync(code(), 0o777)
    expect(run()).to.equal('one')
    expect(statSync(file()).ino).to.equal(ino)
    chmodSync(code(), 0o700)
    chmodSync(file(), 0o666)
    expect(run()).to.equal('one')
    expect(statSync(file()).mode & 0o777, 'replaced by one of its own').to.equal(0o600)
  })

  it('follows no link to another file or folder', () => {
    run()
    const target = path.join(folder, 'elsewhere')
    writeFileSync(target, readFileSync(file()), { mode: 0o600 })
    const linked = file()
    rmSync(linked)
    symlinkSync(target, linked)
    expect(run()).to.equal('one')
    expect(readFileSync(target).length).to.be.greaterThan(0)
    expect(statSync(linked).ino).not.to.equal(statSync(target).ino)
  })

  it('is not needed: a cache folder that cannot be one changes nothing', () => {
    expect(run(bundle)).to.equal('one')
    expect(run('not/absolute')).to.equal('one')
    expect(readdirSync(folder)).to.deep.equal(['bundle.cjs'])
  })
})
