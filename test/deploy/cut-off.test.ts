import { expect } from 'chai'
import { existsSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { holdPostdeploy, tellOfCutOff } from '../../src/deploy/set-up/cut-off.js'
import type { Running } from '../../src/deploy/steps/step.js'
import { rejection } from '../support/platform.js'

describe('a postdeploy that was cut off', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'shipit-cut-off-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const home = () => path.join(folder, 'state')
  const lock = () => path.join(home(), 'postdeploy', 'id%2Fof%2Fa1')
  /** A deploy whose plan has postdeploy. */
  const deploy = (more: object = {}, steps = ['push', 'postdeploy']) => {
    const warnings = new Set<string>()
    const app = { id: 'id/of/a1', name: 'a1' }
    const running = { plan: { app: 'a1', steps }, home: home(), app, warnings, ...more }
    return { running: running as unknown as Running, warnings }
  }
  const plain = (more: object = {}) => deploy(more, ['push'])
  /** Of a process that is no more. */
  const leave = async () => {
    await mkdir(path.dirname(lock()), { recursive: true })
    await writeFile(lock(), JSON.stringify({ pid: 0, began: 'before' }))
  }

  it('is known by a lock, which goes once its end was seen', async () => {
    const { running, warnings } = deploy()
    const held = await holdPostdeploy(running)
    expect(existsSync(lock())).to.equal(true)
    expect(statSync(path.dirname(lock())).mode & 0o7777).to.equal(0o700)
    await held!.release()
    expect(existsSync(lock())).to.equal(false)
    expect([...warnings]).to.deep.equal([])
  })

  it('is nothing to a deploy without one, nor where no state is kept', async () => {
    expect(await holdPostdeploy(plain().running)).to.equal(undefined)
    expect(await holdPostdeploy(deploy({ home: undefined }).running)).to.equal(undefined)
    expect(existsSync(home())).to.equal(false)
    await leave()
    for (const { running, warnings } of [deploy(), plain({ home: undefined })]) {
      await tellOfCutOff(running)
      expect([...warnings]).to.deep.equal([])
    }
    expect(existsSync(lock())).to.equal(true)
  })

  it('is told once, by the next deploy that runs none', async () => {
    await leave()
    const { running, warnings } = plain()
    await tellOfCutOff(running)
    expect([...warnings]).to.have.lengthOf(1)
    expect([...warnings][0]).to.include('the deploy that made a1 was stopped before its end')
    const next = plain()
    await tellOfCutOff(next.running)
    expect([...next.warnings]).to.deep.equal([])
    expect(existsSync(lock())).to.equal(false)
  })

  it('is not told while it goes on', async () => {
    const held = await holdPostdeploy(deploy().running)
    const { running, warnings } = plain()
    await tellOfCutOff(running)
    expect([[...warnings], existsSync(lock())]).to.deep.equal([[], true])
    const second = deploy()
    expect(await holdPostdeploy(second.running)).to.equal(undefined)
    expect([...second.warnings]).to.deep.equal([
      'If postdeploy of a1 is cut off, no later deploy tells: ' +
        `Process ${process.pid} deploys a1 as well.`,
    ])
    await held!.release()
  })

  it('is not told later if the disk takes no lock, which does not stop the deploy', async () => {
    await writeFile(home(), 'a file in place of the folder')
    const { running, warnings } = deploy()
    expect(await holdPostdeploy(running)).to.equal(undefined)
    expect([...warnings]).to.have.lengthOf(1)
    expect([...warnings][0]).to.match(
      /^If postdeploy of a1 is cut off, no later deploy tells: E\w+:/,
    )
  })

  it('is looked for in the folder of an app that was found', async () => {
    const { running, warnings } = deploy({ app: undefined })
    const bug = await rejection<Error>(holdPostdeploy(running))
    expect(bug.message).to.include('a1 has not been looked up')
    expect([...warnings]).to.deep.equal([])
  })
})
