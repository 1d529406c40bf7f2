import { expect } from 'chai'
import { changesBetween, changesTo, parseAssignments, parseDotenv } from '../../src/config/index.js'
import { readEcosystemText } from '../../src/ecosystem/text.js'

const NAMES = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__proto__',
  '__defineGetter__',
]

describe("names that are JavaScript's own", () => {
  after('leave every other object as it was', () =>
    expect(Object.keys(Object.prototype)).to.deep.equal([]),
  )

  for (const name of NAMES) {
    it(`are config vars on the command line like any other: ${name}`, async () => {
      const { values } = await parseAssignments([`${name}=x`])
      expect(Object.entries(values)).to.deep.equal([[name, 'x']])
    })

    it(`are new to an app that has no such config var, and go where they are no longer wanted: ${name}`, () => {
      const vars = Object.fromEntries([[name, 'x']])
      const set = changesTo({}, vars)
      expect({
        added: set.added,
        changed: set.changed,
        patch: Object.entries(set.patch),
      }).to.deep.equal({ added: [name], changed: [], patch: [[name, 'x']] })
      const removed = changesBetween(vars, {})
      expect({ removed: removed.removed, patch: Object.entries(removed.patch) }).to.deep.equal({
        removed: [name],
        patch: [[name, null]],
      })
      expect(changesTo(vars, vars).patch).to.deep.equal({})
    })

    it(`are read from a .env file, or refused with their line: ${name}`, () => {
      if (name === '__proto__')
        expect(() => parseDotenv('A=1\n__proto__=x\n', '.env')).to.throw(
          /Line 2 of \.env.*__proto__/,
        )
      else
        expect(Object.entries(parseDotenv(`A=1\n${name}=x\n`, '.env'))).to.deep.equal([
          ['A', '1'],
          [name, 'x'],
        ])
    })

    it(`are unknown options of an ecosystem file, or an error in it, and change nothing: ${name}`, () => {
      const texts = {
        'ecosystem.config.yml': `apps:\n  - name: a\n    script: a.js\n    ${name}: { polluted: 1 }\n`,
        'ecosystem.json': `{ "apps": [{ "name": "a", "script": "a.js", "${name}": { "polluted": 1 } }] }`,
      }
      for (const [file, text] of Object.entries(texts)) {
        const { apps, problems } = readEcosystemText(text, `/x/${file}`)
        expect('polluted' in {}, file).to.equal(false)
        for (const app of apps) expect('polluted' in app, file).to.equal(false)
        // A file with an error in it has no apps.
        const isRefused = problems.some(({ severity }) => severity === 'error')
        expect(
          apps.map((app) => app.name),
          file,
        ).to.deep.equal(isRefused ? [] : ['a'])
        expect(
          problems.map(({ severity, message }) => `${severity}: ${message}`).join(),
          file,
        ).to.match(/unknown option|not|cannot/)
      }
    })
  }
})
