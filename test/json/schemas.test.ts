import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'chai'
import { errorDocument } from '../../src/json/error.js'
import { ERROR, jsonHelp, jsonSchema, noSchema } from '../../src/json/help.js'
import { ShipitError } from '../../src/errors.js'
import { COMMAND_IDS, commandClass } from '../support/command-line.js'
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
  for (const id of [...COMMAND_IDS, 'error'])
    it(`${id}: a valid schema whose objects name all that they have, in snake_case, with units`, async function () {
      const command = id === 'error' ? undefined : await commandClass(id)
      const schema = command === undefined ? ERROR : await command.json?.()
      if (!schema) {
        expect(command!.enableJsonFlag, `${id} has --json and no schema`).to.equal(false)
        return
      }
      const ajv = new Ajv2020({ strict: true, strictTypes: false })
      formats.default(ajv)
      ajv.compile(jsonSchema(id, schema, 'shipit'))
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

  it('a failed rollback tells both errors in the same shape', async () => {
    const failure = new ShipitError('boot', { message: 'Down.', details: { dyno: 'web.1' } })
    const error = new ShipitError('rollback', {
      message: 'Twice.',
      details: { failure, rollback_failure: failure, release: null },
    })
    const document = { error: errorDocument(error) }
    await checkJson(['deploy', '--json'], { status: 14, stdout: JSON.stringify(document) })
    expect(document.error.details.failure).to.deep.include({
      code: 'boot',
      details: { dyno: 'web.1' },
    })
  })

  it('the check of outputs takes neither an unknown key nor a missing one', async () => {
    const complaint = (status: number, value: object) =>
      checkJson(['logout', '-j'], { status, stdout: JSON.stringify(value) }).then(
        () => undefined,
        ({ message }: Error) => message,
      )
    expect(await complaint(0, { logged_out: true })).to.equal(undefined)
    expect(await complaint(0, { logged_out: true, more: 1 })).to.include(
      'must NOT have additional properties',
    )
    expect(await complaint(0, {})).to.include('must have required property')
    expect(await complaint(0, { logged_out: 'yes' })).to.include('must be boolean')
    const error = { error: errorDocument(new ShipitError('usage', { message: 'No.' })) }
    expect(await complaint(1, error)).to.include('ended with 1')
  })

  it('help lists every command, and knows what is near', () => {
    const text = jsonHelp('shipit', COMMAND_IDS)
    for (const id of COMMAND_IDS) expect(text).to.contain(id.replaceAll(':', ' '))
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(100)
    expect(noSchema('config:sett', COMMAND_IDS, 'shipit')).to.include({
      message: 'config sett prints no JSON.',
      next: 'shipit help json config set',
    })
  })
})
