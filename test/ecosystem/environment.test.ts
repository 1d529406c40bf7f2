import { expect } from 'chai'
import {
  environmentNames,
  environmentOf,
  readEcosystemText,
  type EcosystemApp,
} from '../../src/ecosystem/index.js'

const app = (lines: string): EcosystemApp =>
  readEcosystemText(`apps:\n  - script: a.js\n    ${lines}\n`, 'e.yml').apps[0]!

describe('the environment of an app', () => {
  const cases: [
    string,
    EcosystemApp,
    string | undefined,
    Record<string, string | undefined> | undefined,
    Record<string, string>,
  ][] = [
    ['is empty where nothing is said', app('name: a'), undefined, undefined, {}],
    [
      'lays env over the base',
      app('env: {A: 1}'),
      undefined,
      { A: '0', B: 'b', C: undefined },
      { A: '1', B: 'b' },
    ],
    [
      'lays env_NAME over env',
      app('env: {A: 1, B: 1}\n    env_prod: {A: 2}'),
      'prod',
      {},
      { A: '2', B: '1' },
    ],
    ['takes nothing from an empty env', app('env:\n    env_p:'), 'p', { A: '1' }, { A: '1' }],
    ['leaves the others out', app('env: {A: 1}\n    env_prod: {A: 2}'), 'homolog', {}, { A: '1' }],
    [
      'writes everything as text',
      app('env: {N: 1, T: true, X: 1.50, M: {a: 1}, L: [1]}'),
      undefined,
      {},
      { N: '1', T: 'true', X: '1.5', M: '{"a":1}', L: '[1]' },
    ],
    ['writes a map of env_NAME as JSON too', app('env_p: {M: {a: 1}}'), 'p', {}, { M: '{"a":1}' }],
    [
      'takes PORT from port',
      app('port: 3000\n    env: {PORT: 1}'),
      undefined,
      { PORT: '5000' },
      { PORT: '3000' },
    ],
    ['knows names with dots and dashes', app('env_eu-1.x: {A: 1}'), 'eu-1.x', {}, { A: '1' }],
    ['does not take a method for an environment', app('env: {A: 1}'), '_proto__', {}, { A: '1' }],
    [
      'hides what filter_env names',
      app('filter_env: [SECRET]\n    env: {SECRET_B: b}'),
      undefined,
      { MY_SECRET: 'x', PATH: 'p' },
      { PATH: 'p', SECRET_B: 'b' },
    ],
  ]
  for (const [what, each, name, base, expected] of cases) {
    it(what, () => {
      const frozen = structuredClone(each)
      expect(environmentOf(each, name, base)).to.deep.equal(expected)
      expect(each, 'the app is left as it was').to.deep.equal(frozen)
    })
  }

  it("lays a target's variables between env and env_NAME, and PORT under both", () => {
    const each = app('port: 80\n    env: {A: 1, B: 1, C: 1}\n    env_p: {C: 3}')
    const deployEnv = { p: { B: '2', C: '2', PORT: '90' }, q: { A: '9' } }
    expect(environmentOf(each, 'p', {}, deployEnv)).to.deep.equal({
      A: '1',
      B: '2',
      C: '3',
      PORT: '90',
    })
    expect(environmentOf(each, undefined, {}, deployEnv)).to.include({ B: '1', PORT: '80' })
    expect(environmentOf(each, 'none', {}, deployEnv)).to.include({ A: '1', B: '1', C: '1' })
    expect(environmentOf(app('port: 0'), undefined, { PORT: '7' })).to.deep.equal({ PORT: '7' })
  })

  it('hides one name for a text, and nothing for true', () => {
    const base = { SECRET: 's', MY_SECRET: 'm', A: undefined }
    const left = (line: string) => Object.keys(environmentOf(app(line), undefined, base))
    expect(left('filter_env: SECRET')).to.deep.equal(['MY_SECRET'])
    expect(left('filter_env: true')).to.deep.equal(['SECRET', 'MY_SECRET'])
    expect(left('filter_env: [X, MY]')).to.deep.equal(['SECRET'])
  })

  it('lists the names that can be chosen', () => {
    expect(
      environmentNames(app('env: {A: 1}\n    env_prod: {A: 1}\n    env_homolog: {}')),
    ).to.deep.equal(['prod', 'homolog'])
  })
})
