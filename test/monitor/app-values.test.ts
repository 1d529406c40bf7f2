import { expect } from 'chai'
import { addMetric, readActions, type AppMetric } from '../../src/monitor/app-values.js'

const read = (key: string, value: string): AppMetric[] => {
  const metrics: AppMetric[] = []
  addMetric(metrics, `metric#${key}`, value)
  return metrics
}

describe('what an app tells of itself', () => {
  for (const [value, number, unit] of [
    ['12', 12, null],
    ['-1.5', -1.5, null],
    ['1e21', 1e21, null],
    ['2.5e-7', 2.5e-7, null],
    ['3.5 ms', 3.5, 'ms'],
    ['3.5ms', 3.5, 'ms'],
    ['80%', 80, '%'],
    ['21 °C', 21, '°C'],
    ['21°', 21, '°'],
    ['2 /s', 2, '/s'],
    ['1eV', 1, 'eV'],
    ['1 e5', 1, 'e5'],
    ['7 req / s', 7, 'req / s'],
    ['1 a\nb', 1, 'a\nb'],
  ] as const)
    it(`${JSON.stringify(value)} is a number${unit === null ? '' : ` of ${JSON.stringify(unit)}`}`, () =>
      expect(read('queue', value)).to.deep.equal([{ name: 'queue', value: number, unit }]))

  for (const value of [
    '',
    'busy',
    'v1',
    '.5',
    '1.2.3',
    '10.0.0.1',
    'NaN',
    '- 1',
    '1 2',
    '2026-11-28',
    '12:30',
    '1/2',
    '5e-x',
  ])
    it(`${JSON.stringify(value)} is text`, () =>
      expect(read('state', value)).to.deep.equal([{ name: 'state', value, unit: null }]))

  it('has a name of any letters, and none that was not written by the runtime', () => {
    expect(read('a%20b%3D%C3%A9', '1')[0]!.name).to.equal('a b=é')
    expect(read('50%', '1')).to.deep.equal([])
  })

  it('is cut to a length, and to a number', () => {
    expect(read('n'.repeat(300), 'v'.repeat(300))).to.deep.equal([
      { name: 'n'.repeat(200), value: 'v'.repeat(200), unit: null },
    ])
    expect(read('n', `1 ${'u'.repeat(300)}`)[0]!.unit).to.equal('u'.repeat(200))
    const metrics: AppMetric[] = []
    for (let at = 0; at < 60; at += 1) addMetric(metrics, `metric#m${at}`, '1')
    expect(metrics.map(({ name }) => name)).to.deep.equal(
      Array.from({ length: 50 }, (_, at) => `m${at}`),
    )
  })

  it('can be asked for its actions, by the names that it gave them', () => {
    expect(readActions('flush,a%2Cb,,50%,drop%20all')).to.deep.equal(['flush', 'a,b', 'drop all'])
    expect(readActions('')).to.deep.equal([])
    expect(readActions(Array.from({ length: 60 }, (_, at) => `a${at}`).join())).to.have.length(50)
  })
})
