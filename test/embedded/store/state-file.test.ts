import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import {
  asObject,
  asRecords,
  readState,
  type StateProblem,
} from '../../../src/embedded/store/state-file.js'
import { rejection } from '../../support/platform.js'
import { temporaryFolder } from '../support/platform.js'

describe('a JSON file of the state', () => {
  let home: string
  let file: string
  beforeEach(async () => {
    home = await temporaryFolder()
    file = path.join(home, 'settings.json')
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  async function read(check: (value: unknown) => unknown = asObject) {
    const problems: StateProblem[] = []
    const report = (problem: StateProblem) => void problems.push(problem)
    const value = await readState(file, check, { report, loss: 'the keys are lost' })
    return { value, problems }
  }

  it('is what it says', async () => {
    await writeFile(file, '{"a":1}')
    expect(await read()).to.deep.equal({ value: { a: 1 }, problems: [] })
  })

  it('may not be there', async () => {
    expect(await read()).to.deep.equal({ value: undefined, problems: [] })
    expect(await readdir(home)).to.deep.equal([])
  })

  it('is set aside if it is of no use, with the reason and what is lost', async () => {
    const wrong: [string, string][] = [
      ['', 'it is empty'],
      [' \n', 'it is empty'],
      ['{"SECRET": s3cret}', 'it is not JSON'],
      ['null', 'it is not a JSON object'],
      ['[]', 'it is not a JSON object'],
      ['7', 'it is not a JSON object'],
    ]
    for (const [text, why] of wrong) {
      await writeFile(file, text)
      const { value, problems } = await read()
      expect(value).to.equal(undefined)
      const [aside = ''] = await readdir(home)
      expect(aside).to.match(/^settings\.json\.set-aside-\d{17}$/)
      expect(problems).to.deep.equal([
        {
          file,
          problem: `cannot be used: ${why}. It was set aside as ${path.join(home, aside)}; the keys are lost.`,
        },
      ])
      expect(await readFile(path.join(home, aside), 'utf8')).to.equal(text)
      await rm(path.join(home, aside))
    }
  })

  it('that the file system does not give out is not set aside', async () => {
    await mkdir(file)
    expect((await rejection<NodeJS.ErrnoException>(read())).code).to.equal('EISDIR')
    expect(await readdir(home)).to.deep.equal(['settings.json'])
  })

  it('may be a list of objects that have some fields as texts', () => {
    interface Two {
      id: string
      name: string
    }
    const check = (value: unknown) => asRecords<Two>(value, ['id', 'name'])
    const sound = [{ id: '1', name: 'one', more: 1 }]
    expect(check(sound)).to.equal(sound)
    expect(check([])).to.deep.equal([])
    expect(() => check({})).to.throw('it is not a list')
    expect(() => check(['x'])).to.throw('it is not a JSON object')
    expect(() => check([...sound, { id: '2' }])).to.throw('its field name is missing')
    expect(() => check([{ id: 1 }])).to.throw('its field id is missing or of the wrong kind')
  })
})
