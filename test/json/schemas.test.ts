import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Command } from '@oclif/core'
import { expect } from 'chai'
import path from 'node:path'
import { errorDocument } from '../../src/json/error.js'
import { jsonHelp, jsonSchemaOf } from '../../src/json/help.js'
import { ERROR, SCHEMAS } from '../../src/json/index.js'
import { ShipitError } from '../../src/errors.js'
import { packageRoot } from '../../src/paths.js'
import { COMMAND_IDS } from '../support/command-line.js'
import { checkJson } from '../support/json-shape.js'

interface Node {
  type?: string | string[]
  properties?: Record<string, Node>
  required?: string[]
  additionalProperties?: boolean | Node
  items?: Node
  anyOf?: Node[]
  format?: string
}

/** Every object of a schema, with the way to it. */
function* objectsOf(node: Node, at = ''): Generator<[string, Node]> {
  if ([node.type].flat().includes('object')) yield [at, node]
  for (const [name, property] of Object.entries(node.properties ?? {}))
    yield* objectsOf(property, `${at}/${name}`)
  if (typeof node.additionalProperties === 'object')
    yield* objectsOf(node.additionalProperties, `${at}/*`)
  if (node.items) yield* objectsOf(node.items, `${at}/0`)
  for (const one of node.anyOf ?? []) yield* objectsOf(one, at)
}

describe('the JSON of commands', () => {
  it('has a schema for each command that has --json, and for no other', async () => {
    const reporting: string[] = []
    for (const id of COMMAND_IDS) {
      const file = path.join(packageRoot, 'src/commands', `${id.replaceAll(':', '/')}.ts`)
      const { default: command } = (await import(file)) as { default: Command.Class }
      if (command.enableJsonFlag) reporting.push(id)
    }
    expect(Object.keys(SCHEMAS).sort()).to.deep.equal(reporting.sort())
  })

  for (const [id, schema] of [...Object.entries(SCHEMAS), ['error', ERROR] as const])
    it(`${id}: a valid schema whose objects name all that they have, in snake_case, with units`, () => {
      const ajv = new Ajv2020({ strict: true, strictTypes: false })
      formats.default(ajv)
      ajv.compile(jsonSchemaOf(id.split(':'), 'shipit'))
      for (const [at, { properties, required, additionalProperties }] of objectsOf(
        schema as Node,
      )) {
        if (properties === undefined) {
          expect(additionalProperties, `${at} is a map`).to.be.an('object')
          continue
        }
        expect(additionalProperties, at).to.equal(false)
        if (!at.endsWith('/details')) expect(required, at).to.have.members(Object.keys(properties))
        for (const [name, { type, format }] of Object.entries(properties)) {
          expect(name, at).to.match(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
          expect(format === 'date-time', `${at}/${name}`).to.equal(name.endsWith('_at'))
          if ([type].flat().includes('number') || [type].flat().includes('integer'))
            expect(name, at).to.not.match(/^(uptime|timeout|duration|memory|elapsed|age)$/)
        }
      }
    })

  it('an error has why, next and details even where there are none', () => {
    const error = new ShipitError('usage', { message: 'No.' })
    expect(errorDocument(error)).to.deep.equal({
      code: 'usage',
      message: 'No.',
      why: null,
      next: null,
      exit_code: 2,
      details: {},
    })
  })

  it('a failed rollback tells both errors in the same shape', () => {
    const failure = new ShipitError('boot', { message: 'Down.', details: { dyno: 'web.1' } })
    const error = new ShipitError('rollback', {
      message: 'Twice.',
      details: { failure, rollback_failure: failure, release: null },
    })
    const document = { error: errorDocument(error) }
    checkJson(['deploy', '--json'], { status: 14, stdout: JSON.stringify(document) })
    expect(document.error.details.failure).to.deep.include({
      code: 'boot',
      details: { dyno: 'web.1' },
    })
  })

  it('the check of outputs takes neither an unknown key nor a missing one', () => {
    const check = (value: object) => () =>
      checkJson(['logout', '-j'], { status: 0, stdout: JSON.stringify(value) })
    check({ logged_out: true })()
    expect(check({ logged_out: true, more: 1 })).to.throw('must NOT have additional properties')
    expect(check({})).to.throw('must have required property')
    expect(check({ logged_out: 'yes' })).to.throw('must be boolean')
    const error = { error: errorDocument(new ShipitError('usage', { message: 'No.' })) }
    expect(() =>
      checkJson(['logout', '--json'], { status: 1, stdout: JSON.stringify(error) }),
    ).to.throw('ended with 1')
  })

  it('help lists every command, and knows what is near', () => {
    const text = jsonHelp('shipit')
    for (const id of Object.keys(SCHEMAS)) expect(text).to.contain(id.replaceAll(':', ' '))
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(100)
    expect(() => jsonSchemaOf(['config', 'sett'], 'shipit')).to.throw('prints no JSON')
  })
})
