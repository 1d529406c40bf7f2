import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { plainApp } from '../e2e/support/apps.js'
import { inSoak } from '../support/soak.js'
import { World } from '../e2e/support/world.js'

const run = promisify(execFile)
const MB = 1024 * 1024

/** A disk of its own for the embedded Heroku takes the right to mount one. */
describe('a disk that takes nothing more', function () {
  this.timeout(120_000)
  let world: World
  let state: string
  let isMounted = false
  before(async function () {
    world = await World.create()
    state = path.join(world.folder, 'state')
    await mkdir(state)
    const refusal = await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', state]).then(
      () => undefined,
      (error: Error) => error.message.trim(),
    )
    if (refusal === undefined) isMounted = true
    else {
      console.log(`      not tried: ${refusal}`)
      this.skip()
    }
  })
  after(async () => {
    try {
      if (isMounted) await world.shipit(['local', 'stop'])
    } finally {
      if (isMounted) await run('umount', ['-l', state])
      await world.close()
    }
  })

  const fill = () =>
    run('dd', ['if=/dev/zero', `of=${path.join(state, 'ballast')}`, `bs=${MB}`, 'count=40']).then(
      () => {
        throw new Error('the disk is not full')
      },
      () => undefined,
    )
  const empty = () => run('rm', ['-f', path.join(state, 'ballast')])
  const refused = new ShipitError('refused', { message: '' }).exitCode

  it('is named by every change, with the exit code of a refusal, and over once there is room', async () => {
    const { name } = await world.json<{ name: string }>(['apps', 'create', '--local'])
    await fill()
    for (const args of [
      ['apps', 'create', `${name}-2`, '--local'],
      ['config', 'set', 'A=b', '--local', '--app', name],
    ]) {
      const { status, output } = await world.shipit(args)
      expect(output).to.include(`The disk of ${path.join(state, 'local')} is full.`)
      expect(output).to.not.include('status.heroku.com')
      expect(status, output).to.equal(refused)
    }
    await empty()
    await world.ok(['apps', 'create', `${name}-2`, '--local'])
    const { status } = await world.shipit(['config', 'get', 'A', '--local', '--app', name])
    expect(status, 'nothing of a refused change was stored').to.be.greaterThan(0)
  })

  it('does not let the platform start, and is named; nor one that is read-only', async () => {
    await world.ok(['local', 'stop'])
    await fill()
    const full = await world.shipit(['local', 'start'])
    expect(full.output).to.match(/is full|no space left/i)
    expect(full.status).to.equal(new ShipitError('local', { message: '' }).exitCode)
    await empty()
    await run('mount', ['-o', 'remount,ro', state])
    const readOnly = await world.shipit(['local', 'start'])
    await run('mount', ['-o', 'remount,rw', state])
    expect(readOnly.output).to.match(/read-only/)
    expect(readOnly.status).to.equal(full.status)
    await world.ok(['local', 'start'])
  })

  inSoak('is named by a deploy that meets it', async () => {
    await fill()
    const dir = await world.write('app', {
      ...plainApp('hello'),
      Procfile: 'web: node server.js\n',
      'ecosystem.config.yml': 'apps:\n  - script: server.js\n',
    })
    await world.git(dir, 'init', '--quiet', '--initial-branch', 'main')
    await world.commit(dir, 'First')
    const deploy = await world.shipit(['deploy', '--local', '--app', 'before'], { cwd: dir })
    expect(deploy.output).to.match(/disk .*is full|No space left on device/i)
    expect(deploy.output).to.not.include('status.heroku.com')
    expect(deploy.status, deploy.output).to.be.greaterThan(0)
    await empty()
  })
})
