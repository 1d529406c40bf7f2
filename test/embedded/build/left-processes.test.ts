import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs, { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { expect } from 'chai'
import { killLeftProcesses, noteProcessGroup } from '../../../src/embedded/build/left-processes.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { until } from '../../support/until.js'
import { temporaryFolder } from '../support/platform.js'

const failing = (code: string) => Object.assign(new Error(code), { code })

describe('what a build has left running', () => {
  let root: string
  let file: string
  let marker: string
  const started: ChildProcess[] = []
  const own = {
    kill: process.kill,
    readFile: fs.readFile,
    readdir: fs.readdir,
    PATH: process.env.PATH,
    platform: Object.getOwnPropertyDescriptor(process, 'platform')!,
  }
  beforeEach(async () => {
    root = await temporaryFolder()
    file = path.join(root, 'groups')
    marker = path.join(root, 'work')
  })
  afterEach(async () => {
    process.kill = own.kill
    process.env.PATH = own.PATH
    Object.defineProperty(process, 'platform', own.platform)
    Object.assign(fs, { readFile: own.readFile, readdir: own.readdir })
    syncBuiltinESMExports()
    for (const child of started.splice(0)) child.kill('SIGKILL')
    await removeFolder(root)
  })
  const start = (env: Record<string, string>) => {
    const child = spawn('sleep', ['1000'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: own.PATH, ...env },
    })
    started.push(child)
    return child
  }
  const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

  it('is noted by its process group', async () => {
    for (const group of [12, 345]) noteProcessGroup(file, group)
    expect(await readFile(file, 'utf8')).to.equal('12\n345\n')
  })

  describe('where there is a /proc', function () {
    before(function () {
      if (process.platform !== 'linux') this.skip()
    })

    /** Processes of this test's own making, by their ids. */
    const procs = (environments: Record<number, string | Error>) => {
      const killed: number[] = []
      fs.readdir = (async () => [...Object.keys(environments), 'self']) as never
      fs.readFile = (async (name: string) => {
        const pid = Number(/^\/proc\/(\d+)\/environ$/.exec(name)?.[1])
        const environment = killed.includes(pid) ? failing('ENOENT') : environments[pid]
        if (environment === undefined) throw failing(`nothing to read at ${name}`)
        if (typeof environment === 'string') return environment
        throw environment
      }) as never
      syncBuiltinESMExports()
      process.kill = ((pid: number, signal: string) => {
        expect(signal).to.equal('SIGKILL')
        killed.push(pid)
        return true
      }) as never
      return killed
    }

    it('is never this process, nor the first one', async () => {
      const killed = procs({ 1: marker, [process.pid]: marker, 77: marker, 2: `A=${marker}/home` })
      await killLeftProcesses(file, marker)
      expect(killed).to.have.members([2, 77])
    })
    it('is looked for again until nothing is left', async () => {
      const environments: Record<number, string> = { 70: `A=${marker}\0B=${marker}` }
      const killed = procs(environments)
      const { kill } = process
      process.kill = ((pid: number, signal: string) => {
        // What it was starting meanwhile.
        environments[pid + 1] ??= pid < 72 ? marker : ''
        return kill(pid, signal)
      }) as never
      await killLeftProcesses(file, marker)
      expect(killed).to.deep.equal([70, 71, 72])
    })
    it('is none that has ended or is of another user', async () => {
      const killed = procs({
        70: failing('ENOENT'),
        71: failing('ESRCH'),
        72: failing('EACCES'),
        73: failing('EPERM'),
      })
      await killLeftProcesses(file, marker)
      expect(killed).to.deep.equal([])
      procs({ 70: failing('EIO') })
      expect((await rejection<Error>(killLeftProcesses(file, marker))).message).to.equal('EIO')
      procs({ 70: new Error('no code') })
      expect((await rejection<Error>(killLeftProcesses(file, marker))).message).to.equal('no code')
    })
    it('may have ended before its signal, and what may not be signalled is an error', async () => {
      const killed = procs({ 70: marker })
      process.kill = ((pid: number) => {
        killed.push(pid)
        throw failing('ESRCH')
      }) as never
      await killLeftProcesses(file, marker)
      expect(killed).to.deep.equal([70])
      procs({ 70: marker })
      process.kill = () => {
        throw failing('EPERM')
      }
      expect((await rejection<Error>(killLeftProcesses(file, marker))).message).to.equal('EPERM')
    })

    it('is all that has its folder in the environment, and nothing else', async () => {
      const left = [start({ HOME: path.join(marker, 'home') }), start({ TMPDIR: marker })]
      const others = [start({}), start({ HOME: path.join(root, 'other') })]
      const ends = left.map((child) => once(child, 'exit'))
      await killLeftProcesses(file, marker)
      for (const [code, signal] of (await Promise.all(ends)) as [number | null, string][])
        expect([code, signal]).to.deep.equal([null, 'SIGKILL'])
      expect(others.map(hasEnded)).to.deep.equal([false, false])
    })
  })

  describe('where there is none', () => {
    /** A ps that says what the processes have in their environments. */
    const ps = async (environments: Record<number, string>) => {
      Object.defineProperty(process, 'platform', { ...own.platform, value: 'darwin' })
      await mkdir(path.join(root, 'bin'))
      const program = path.join(root, 'bin/ps')
      const cases = Object.entries(environments).map(
        ([pid, environment]) => `"-E -ww -o command= -p ${pid}") echo "${environment}";;`,
      )
      await writeFile(
        program,
        [
          '#!/bin/sh',
          `echo "$*" >> ${root}/asked`,
          'case "$*" in',
          ...cases,
          '*) exit 1;; esac',
        ].join('\n'),
      )
      await chmod(program, 0o755)
      process.env.PATH = `${path.join(root, 'bin')}:${own.PATH}`
    }
    const asked = async () =>
      (await readFile(path.join(root, 'asked'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => Number(line.split(' ').at(-1)))

    it('is the groups that were noted, as far as their leaders are still those of the build', async () => {
      const [left, other] = [start({}), start({})]
      const ended = once(left, 'exit')
      const signalled: number[] = []
      process.kill = ((pid: number, signal: string) => {
        signalled.push(pid)
        return pid === -left.pid! && own.kill(pid, signal)
      }) as never
      await ps({ [left.pid!]: `sleep HOME=${marker}/home`, [other.pid!]: 'sleep HOME=/home/me' })
      await writeFile(file, `1\n0\n\n2147483646\n2\n${other.pid}\n${left.pid}\n`)
      await killLeftProcesses(file, marker)
      expect((await ended)[1]).to.equal('SIGKILL')
      await until('the one that is left', () => hasEnded(left))
      expect(signalled).to.deep.equal([-left.pid!])
      expect(await asked()).to.deep.equal([2147483646, 2, other.pid, left.pid])
    })
    it('is nothing if none was noted', async () => {
      await ps({})
      await killLeftProcesses(file, marker)
      await mkdir(file)
      expect(await rejection<NodeJS.ErrnoException>(killLeftProcesses(file, marker))).to.include({
        code: 'EISDIR',
      })
    })
  })
})
