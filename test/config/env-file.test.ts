import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { readEnvFile, readEnvInput, writeEnvFile } from '../../src/config/index.js'
import { failureOf } from '../support/failures.js'

describe('.env files on disk', () => {
  let dir: string
  const at = (name: string) => path.join(dir, name)
  beforeEach(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'shipit-env-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('are read, by the name of the file in errors', async () => {
    await writeFile(at('.env'), 'A=1\n')
    expect(await readEnvFile(at('.env'))).to.deep.equal({ A: '1' })
    await writeFile(at('.env'), 'A=1\nhello\n')
    const error = await failureOf(readEnvFile(at('.env'), { mayLack: true }))
    expect(error).to.include({
      code: 'usage',
      message: `Line 2 of ${at('.env')} cannot be used: it is not NAME=value. Nothing was changed.`,
    })
  })

  it('may lack, if that is said', async () => {
    expect(await readEnvFile(at('none'), { mayLack: true })).to.deep.equal({})
    const error = await failureOf(readEnvFile(at('none')))
    expect(error).to.include({
      code: 'usage',
      message: `${at('none')} cannot be used. Nothing was changed.`,
    })
    expect(error.why).to.match(/^ENOENT/)
    expect((await failureOf(readEnvFile(dir, { mayLack: true }))).why).to.match(/^EISDIR/)
  })

  it('come from stdin by the name of -', async () => {
    const stdin = () => Readable.from(['A=1\n', 'B=2\n'])
    expect(await readEnvInput('-', stdin())).to.deep.equal({ A: '1', B: '2' })
    await writeFile(at('.env'), 'C=3\n')
    expect(await readEnvInput(at('.env'), stdin())).to.deep.equal({ C: '3' })
    expect((await failureOf(readEnvInput('-', Readable.from(['x'])))).message).to.match(
      /^Line 1 of the input /,
    )
  })

  it('are written for the user alone, also over one that others can read', async () => {
    await writeFile(at('.env'), 'A=1\n')
    await chmod(at('.env'), 0o644)
    await writeEnvFile(at('.env'), { B: 'two words', A: '1' })
    expect(await readFile(at('.env'), 'utf8')).to.equal("A=1\nB='two words'\n")
    expect((await stat(at('.env'))).mode & 0o777).to.equal(0o600)
  })

  it('are left as they are if a value has no form in them, or the place is a folder', async () => {
    await writeFile(at('.env'), 'A=1\n')
    await failureOf(writeEnvFile(at('.env'), { A: '2', B: '\'"`#\n' }))
    expect(await readFile(at('.env'), 'utf8')).to.equal('A=1\n')
    await mkdir(at('folder'))
    const error = await failureOf(writeEnvFile(at('folder'), { A: '1' }))
    expect(error).to.include({ code: 'usage', why: 'It is a folder.' })
    expect((await failureOf(writeEnvFile(at('no/where'), { A: '1' }))).code).to.equal('usage')
    expect(await readdir(dir)).to.have.members(['.env', 'folder'])
  })
})
