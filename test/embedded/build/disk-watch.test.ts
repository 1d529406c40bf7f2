import fs, { mkdir, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { expect } from 'chai'
import { step, type BuildContext } from '../../../src/embedded/build/context.js'
import { watchDisk } from '../../../src/embedded/build/disk-watch.js'
import { BuildFailure } from '../../../src/embedded/build/failure.js'
import { BuildOutput } from '../../../src/embedded/build/output.js'
import { removeFolder } from '../../../src/embedded/daemon/folders.js'
import { rejection } from '../../support/platform.js'
import { until } from '../../support/until.js'
import { temporaryFolder } from '../support/platform.js'

const { statfs } = fs
const MB = 1024 * 1024
const PLENTY = 100_000 * MB

describe('the disk that a build writes to', () => {
  let root: string
  let looks: number
  let end = () => {}
  beforeEach(async () => {
    root = await temporaryFolder()
    looks = 0
  })
  afterEach(async () => {
    end()
    fs.statfs = statfs
    syncBuiltinESMExports()
    await removeFolder(root)
  })

  type Look = { free?: number; files?: number; blocks?: number } | Error
  /** What the disk has left, look by look; the last one from then on. */
  const disk = (...answers: Look[]) => {
    fs.statfs = (async () => {
      const answer = answers[Math.min(looks++, answers.length - 1)]!
      if (answer instanceof Error) throw answer
      const { free = PLENTY, files = 1000, blocks = 1 } = answer
      return { bavail: free / 1024, bsize: 1024, ffree: files, blocks }
    }) as unknown as typeof fs.statfs
    syncBuiltinESMExports()
  }
  const folder = async (name: string, files: number, bytes: number) => {
    const dir = path.join(root, name)
    await mkdir(dir)
    for (let i = 0; i < files; i++)
      await writeFile(path.join(dir, String(i)), 'x'.repeat(bytes / files))
    return dir
  }
  const ROOM = { bytes: MB, files: 5 }
  /** What stopped a build that writes to these folders, once so many looks were taken. */
  const stopped = async (dirs: readonly [string, ...string[]], most: number) => {
    const failures: BuildFailure[] = []
    end = watchDisk(dirs, (failure) => failures.push(failure), ROOM, 1)
    await until('the looks', () => looks >= most || failures.length > 0)
    end()
    return failures.map(({ message }) => message)
  }

  it('stops it when it is full, with 16 MB left', async () => {
    const dir = await folder('a', 1, 1)
    disk({ free: 16 * MB }, { free: 16 * MB - 1024 })
    expect(await stopped([dir], 5)).to.deep.equal(['The disk is full.'])
    expect(looks).to.equal(2)
  })

  it('stops it when it has written more than its room', async () => {
    const large = await folder('large', 2, 2 * MB)
    disk({}, { free: PLENTY - MB }, { free: PLENTY - MB - 1024 })
    expect(await stopped([path.join(root, 'gone'), large], 9)).to.deep.equal([
      `The build wrote more than ${1 / 1024} GB and was stopped.`,
    ])
    expect(looks).to.equal(3)
  })

  it('stops it when it has written more files than its room', async () => {
    const many = await folder('many', 10, 10)
    disk({}, { files: 995 }, { files: 994 })
    expect(await stopped([many], 9)).to.deep.equal([
      'The build wrote more than 5 files and was stopped.',
    ])
    expect(looks).to.equal(3)
  })

  it('does not stop it for what others write, nor where the disk tells nothing', async () => {
    const small = await folder('small', 2, 1000)
    disk({}, { free: PLENTY / 2 }, { files: 1 }, { free: PLENTY / 3, files: 1 })
    expect(await stopped([small], 8)).to.deep.equal([])
    looks = 0
    disk({ free: 0, blocks: 0 })
    expect(await stopped([small], 4)).to.deep.equal([])
  })

  it('counts from the most that was free since the last measurement', async () => {
    const large = await folder('large', 2, 2 * MB)
    disk({ free: PLENTY - MB }, {}, { free: PLENTY - 1024 - MB })
    expect(await stopped([large], 9)).to.have.length(1)
  })

  it('is looked at again where it cannot be yet, and no more after the end', async () => {
    const dir = await folder('a', 1, 1)
    disk(new Error('not there'), new Error('not there'), { free: 0 })
    expect(await stopped([dir], 9)).to.deep.equal(['The disk is full.'])
    const failures: BuildFailure[] = []
    watchDisk([dir], (failure) => failures.push(failure), ROOM, 1)()
    looks = 0
    disk({})
    expect(await stopped([dir], 3)).to.deep.equal([])
    expect(failures).to.deep.equal([])
  })

  it('has a step of a build fail that leaves less than a MB, whatever its tool says', async () => {
    const output = new BuildOutput(path.join(root, 'log'))
    const PATH = process.env.PATH!
    const context = {
      places: { dir: root, home: path.join(root, 'home'), caches: root, nodes: root },
      cache: root,
      env: { PATH },
      hostEnv: { PATH },
      output,
      signal: new AbortController().signal,
      onProcessGroup: () => undefined,
    } as unknown as BuildContext
    disk({ free: MB }, { free: 0, blocks: 0 }, { free: MB - 1024 })
    for (let i = 0; i < 2; i++) await step(context, 'npm', 'true', [])
    expect((await rejection<Error>(step(context, 'npm', 'true', []))).message).to.equal(
      'The disk is full.',
    )
    output.end()
  })
})
