import { expect } from 'chai'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { chooseInterpreter } from '../../src/runtime/interpreter.js'

describe('the interpreter of a script', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-interpreter-test-'))
    write('app.js', '')
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
    chmodSync(path.join(dir, name), 0o755)
  }
  const install = (name: string, file: string) => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: file }))
    write(`node_modules/${name}/${file}`, '')
  }
  const choose = (named: string, nodeArgs?: string[]) =>
    chooseInterpreter(path.join(dir, 'app.js'), named, dir, { PATH: process.env.PATH }, nodeArgs)

  it('is Node if it is Node, under whatever name', () => {
    symlinkSync(process.execPath, path.join(dir, 'runs-the-app'))
    write('node20', '#!/bin/sh\n')
    expect(choose('node').isNode).to.equal(true)
    expect(choose('./runs-the-app').isNode).to.equal(true)
    expect(choose('./node20').isNode).to.equal(true)
  })

  it('is run as it is if only its name ends like that of Node', () => {
    for (const name of ['deno-node', 'ts-node', 'babel-node']) {
      write(`node_modules/.bin/${name}`, '#!/bin/sh\n')
      expect(choose(`./node_modules/.bin/${name}`)).to.deep.equal({
        command: path.join(dir, 'node_modules/.bin', name),
        isNode: false,
        flags: [],
      })
    }
  })

  it('is Node with a loader, whether the loader is named or given by its path', () => {
    install('tsx', 'loader.js')
    install('@babel/register', 'index.js')
    write('node_modules/ts-node/register.js', '')
    for (const name of ['tsx', 'esno', 'babel-node', 'ts-node']) {
      const named = choose(name)
      expect(named.isNode, name).to.equal(true)
      expect(named.flags, name).to.have.length(2)
      expect(choose(`./node_modules/.bin/${name}`), name).to.deep.equal(named)
    }
  })

  it("is the loader's own program if it is given flags that are not Node's", () => {
    write('node_modules/ts-node/register.js', '')
    write('node_modules/.bin/ts-node', '#!/bin/sh\n')
    const program = {
      command: path.join(dir, 'node_modules/.bin/ts-node'),
      isNode: false,
      flags: [],
    }
    for (const own of [
      ['-T'],
      ['--transpile-only'],
      ['-P', 'tsconfig.app.json'],
      ['--files'],
      ['-C', 'ttypescript'],
      ['--inspect', '--esm'],
    ]) {
      expect(choose('ts-node', own), own.join(' ')).to.deep.equal(program)
    }
    for (const nodes of [
      ['--max-old-space-size=300'],
      ['--max_old_space_size', '300'],
      ['--expose-gc'],
      ['-r', 'tsconfig-paths/register'],
      ['--enable-source-maps'],
      ['--inspect=0'],
    ]) {
      expect(choose('ts-node', nodes).isNode, nodes.join(' ')).to.equal(true)
    }
  })
})
