import { expect } from 'chai'
import { ShipitError } from '../../src/errors.js'
import { detect } from '../../src/init/detect/index.js'
import { readManifest } from '../../src/doctor/manifest.js'
import { memoryFolder } from './memory-folder.js'

/**
 * package.json files that nobody would write by hand, and what init says of each: a ShipitError, or
 * an answer; never a crash.
 */
const ROWS: { of: string; text: string; says?: RegExp; keeps?: string }[] = [
  { of: 'scripts that are null', text: '{"scripts": null}', says: /There is no Procfile/ },
  {
    of: 'scripts that are a list',
    text: '{"scripts": [1, "node server.js"]}',
    says: /There is no Procfile/,
  },
  {
    of: 'a start script that is a number',
    text: '{"scripts": {"start": 5}}',
    says: /There is no Procfile/,
  },
  {
    of: "names of JavaScript's own as commands",
    text: '{"scripts": {"start": "constructor"}}',
    keeps: 'constructor',
  },
  {
    of: 'another of those names',
    text: '{"scripts": {"start": "toString --x"}}',
    keeps: 'toString --x',
  },
  { of: 'the prototype itself', text: '{"scripts": {"start": "__proto__"}}', keeps: '__proto__' },
  {
    of: 'such a name as a script',
    text: '{"scripts": {"start": "npm run constructor"}}',
    says: /no script called `constructor`/,
  },
  {
    of: 'such a name as a workspace',
    text: '{"scripts": {"start": "npm start -w __proto__"}}',
    says: /no workspace called `__proto__`/,
  },
  {
    of: 'such names as dependencies',
    text: '{"dependencies": {"__proto__": "1", "constructor": "2"}, "scripts": {"start": "hasOwnProperty"}}',
    keeps: 'hasOwnProperty',
  },
  { of: 'a list', text: '[]', says: /does not hold an object/ },
  { of: 'null', text: 'null', says: /does not hold an object/ },
  { of: 'nothing', text: '', says: /is not valid JSON/ },
  { of: '100,000 brackets', text: '['.repeat(100_000), says: /nested too deeply/ },
  { of: '50,000 objects in each other', text: '{"a":'.repeat(50_000), says: /nested too deeply/ },
  {
    of: 'sixty million characters',
    text: JSON.stringify({ x: 'y'.repeat(60_000_000) }),
    says: /larger than 10 MB/,
  },
  {
    of: 'wrong types everywhere',
    text: '{"name": {}, "main": [], "bin": 3, "engines": "x", "workspaces": {"packages": "x"}, "dependencies": "x"}',
    says: /There is no Procfile/,
  },
]

describe('a package.json that nobody trusts', () => {
  for (const { of, text, says, keeps } of ROWS) {
    it(`${of}: ${keeps === undefined ? 'is told in words' : 'is a command like any other'}`, () => {
      const folder = memoryFolder({ 'package.json': text })
      if (keeps !== undefined) return void expect(detect(folder).kept?.command).to.equal(keeps)
      const error = thrownBy(() => detect(folder))
      expect(error.code).to.equal('project')
      expect([error.message, error.why].join('\n')).to.match(says!)
    })

    it(`${of}: doctor reads it, or says what is wrong`, () => {
      const { manifest, error } = readManifest(memoryFolder({ 'package.json': text }))
      expect(manifest ?? error).to.not.equal(undefined)
    })
  }
})

function thrownBy(run: () => unknown): ShipitError {
  try {
    run()
  } catch (error) {
    if (error instanceof ShipitError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
