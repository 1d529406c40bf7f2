import { expect } from 'chai'
import * as v from 'valibot'
import { APP, FORMATION, misfit, PIPELINE, STAGES } from '../../src/heroku/shapes.js'
import { app, formation } from '../support/records.js'

describe('the shape of an answer', () => {
  it('is told by its first misfit, without the value', () => {
    const shape = v.looseObject({
      name: v.string(),
      list: v.array(v.looseObject({ on: v.boolean() })),
      at: v.pipe(
        v.string(),
        v.check((text) => text !== 's3cret', 'is not a time'),
      ),
      size: v.optional(v.union([v.string(), v.number()])),
    })
    const sound = { name: 'a', list: [], at: '' }
    const rows: [unknown, string | undefined][] = [
      [sound, undefined],
      [{ ...sound, more: 1 }, undefined],
      [{ list: [], at: '' }, '`name` is missing'],
      [{ ...sound, name: 7 }, '`name` is not a text'],
      [{ ...sound, name: null }, '`name` is not a text'],
      [{ ...sound, list: {} }, '`list` is not a list'],
      [{ ...sound, list: [{ on: true }, { on: 1 }] }, '`list.1.on` is not true or false'],
      [{ ...sound, list: [1] }, '`list.0` is not an object'],
      [{ ...sound, at: 's3cret' }, '`at` is not a time'],
      [{ ...sound, size: true }, '`size` is not what it should be'],
      [undefined, 'it is missing'],
      ['s3cret', 'it is not an object'],
    ]
    for (const [answer, wrong] of rows)
      expect(misfit(shape, answer), JSON.stringify(answer)).to.equal(wrong)
  })

  it('takes counts from 0, times, and addresses of the web alone', () => {
    expect(misfit(FORMATION, formation('web', 0))).to.equal(undefined)
    for (const [quantity, wrong] of [
      [-1, 'is not what it should be'],
      [0.5, 'is not what it should be'],
      ['1', 'is not a number'],
    ] as const)
      expect(misfit(FORMATION, { ...formation('web', 0), quantity })).to.equal(
        `\`quantity\` ${wrong}`,
      )
    expect(misfit(APP, app('a1'))).to.equal(undefined)
    for (const web_url of ['http://a1.example.com/', 'https://a1.example.com/'])
      expect(misfit(APP, app('a1', { web_url }))).to.equal(undefined)
    for (const web_url of ['file:///etc/passwd', 'javascript:alert(1)', 'a1.example.com', ''])
      expect(misfit(APP, app('a1', { web_url })), web_url).to.equal(
        '`web_url` is not an http or https address',
      )
    expect(misfit(PIPELINE, { id: '', name: 'a', created_at: '2026-01-01' })).to.equal(
      '`id` is empty',
    )
    expect(misfit(PIPELINE, { id: 'p', name: 'a', created_at: 'soon' })).to.equal(
      '`created_at` is not a time',
    )
  })

  it('has the stages of a pipeline in their order', () =>
    expect(STAGES).to.deep.equal(['review', 'development', 'staging', 'production']))
})
