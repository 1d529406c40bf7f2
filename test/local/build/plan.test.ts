import { expect } from 'chai'
import { checkEngines } from '../../../src/local/build/engines.js'
import { buildEnvironment } from '../../../src/local/build/environment.js'
import { BuildFailure } from '../../../src/local/build/failure.js'
import { choosePackageManager } from '../../../src/local/build/package-manager.js'
import { parseProcfile } from '../../../src/local/build/procfile.js'
import { findExpired } from '../../../src/local/build/retention.js'
import type { AppRecord } from '../../../src/local/types.js'

describe('what a build decides before it does anything', () => {
  describe('the Procfile', () => {
    it('keeps colons of commands, and passes over comments, blank lines, a byte order mark and Windows line ends', () => {
      const text = '\uFEFF# how it runs\r\nweb: node --title=a:b index.js\r\n\r\n  worker:   sh -c "echo a: b"  \r\nrelease: ./migrate'
      expect(parseProcfile(text)).to.deep.equal({ web: 'node --title=a:b index.js', worker: 'sh -c "echo a: b"', release: './migrate' })
    })

    for (const line of ['web', 'web:', 'my web: node x', ': node x', '- node x']) {
      it(`fails at the line ${JSON.stringify(line)}`, () => {
        expect(() => parseProcfile(`worker: node w\n${line}\n`)).to.throw(BuildFailure, 'line 2')
      })
    }
  })

  describe('the package manager', () => {
    const choose = (files: string[], field?: string, lock = '') => choosePackageManager(files, { engines: {}, packageManager: field }, () => lock)
    const cases: [string, string[], string | undefined, string, object][] = [
      ['npm without a lockfile', ['package.json'], undefined, '', { name: 'npm', lockfile: null }],
      ['npm with its lockfile', ['package-lock.json'], undefined, '', { name: 'npm', lockfile: 'package-lock.json' }],
      ['npm with a shrinkwrap', ['npm-shrinkwrap.json'], undefined, '', { name: 'npm', lockfile: 'npm-shrinkwrap.json' }],
      ['yarn 1', ['yarn.lock'], undefined, '# yarn lockfile v1\n', { name: 'yarn', spec: 'yarn@1', major: 1 }],
      ['yarn 1 as asked for', ['yarn.lock'], 'yarn@1.22.19+sha1.abc', '', { name: 'yarn', spec: 'yarn@1.22.19' }],
      ['newer yarn by its lockfile', ['yarn.lock'], undefined, '__metadata:\n  version: 8\n', { name: 'berry', spec: '@yarnpkg/cli-dist@4' }],
      ['newer yarn as asked for', ['yarn.lock'], 'yarn@3.8.1', '__metadata:\n', { name: 'berry', spec: '@yarnpkg/cli-dist@3.8.1', major: 3 }],
      ['pnpm by its lockfile\'s format', ['pnpm-lock.yaml'], undefined, 'lockfileVersion: \'6.0\'\n', { name: 'pnpm', spec: 'pnpm@8' }],
      ['pnpm as asked for', ['pnpm-lock.yaml'], 'pnpm@9.1.0', 'lockfileVersion: \'9.0\'\n', { name: 'pnpm', spec: 'pnpm@9.1.0', major: 9 }],
    ]
    for (const [what, files, field, lock, expected] of cases) {
      it(`is ${what}`, () => expect(choose(files, field, lock)).to.include(expected))
    }

    it('is none where lockfiles contradict each other', () => {
      expect(() => choose(['package-lock.json', 'yarn.lock'])).to.throw(BuildFailure, 'package-lock.json and yarn.lock')
      expect(() => choose(['package-lock.json', 'npm-shrinkwrap.json'])).to.throw(BuildFailure, 'npm-shrinkwrap.json and package-lock.json')
    })

    it('is none if package.json names several', () => {
      const engines = { npm: '10.x', pnpm: '9.x' }
      expect(() => choosePackageManager(['pnpm-lock.yaml'], { engines, packageManager: undefined }, () => '')).to.throw(BuildFailure, 'Several package managers')
      expect(choosePackageManager(['pnpm-lock.yaml'], { engines: { pnpm: '9.x' }, packageManager: 'pnpm@9.1.0' }, () => '').name).to.equal('pnpm')
    })
  })

  describe('engines', () => {
    const running = { node: '20.20.2', npm: '11.19.1' }
    it('is quiet where the range holds', () => {
      expect(checkEngines({ node: '20.x' }, running).warnings).to.deep.equal([])
      expect(checkEngines({ node: '20.x' }, running).lines).to.include('Using Node 20.20.2 of this machine')
    })
    it('warns loudly where it does not', () => expect(checkEngines({ node: '22.x' }, running).warnings[0]).to.equal('THIS APP ASKS FOR NODE 22.x AND RUNS ON NODE 20.20.2 HERE.'))
    it('warns where none is given, or one without an end', () => {
      expect(checkEngines({}, running).warnings[0]).to.include('not specified')
      expect(checkEngines({ node: '>=18' }, running).warnings[0]).to.include('no upper end')
    })
    it('fails for what is no range', () => expect(() => checkEngines({ node: 'latest please' }, running)).to.throw(BuildFailure, 'latest please'))
  })

  describe('the environment', () => {
    const places = { dir: '/slug', home: '/home', temp: '/tmp/x', programs: ['/node/bin'], caches: '/caches' }
    const own = { PATH: '/repo/node_modules/.bin:/usr/bin', AWS_SECRET: 'x', SHIPIT_LOCAL: '1', https_proxy: 'http://p', npm_config_registry: 'http://r', npm_config_prefix: '/n', NODE_OPTIONS: '--x' }
    const env = buildEnvironment(own, { API_KEY: 'k', PATH: '/evil', NODE_ENV: 'staging', LD_PRELOAD: 'x' }, places, { commit: 'c0ffee', hasCacheSetting: false })

    it('has the app\'s config vars, but for those that would break the build', () => {
      expect(env).to.include({ API_KEY: 'k', NODE_ENV: 'staging', PATH: '/node/bin:/usr/bin', SOURCE_VERSION: 'c0ffee', HOME: '/home' })
      expect(env).not.to.have.property('LD_PRELOAD')
    })
    it('has of the machine\'s only what reaching a registry takes', () => {
      expect(env).to.include({ https_proxy: 'http://p', npm_config_registry: 'http://r' })
      for (const name of ['AWS_SECRET', 'SHIPIT_LOCAL', 'npm_config_prefix', 'NODE_OPTIONS']) expect(env).not.to.have.property(name)
    })
  })

  describe('what is kept', () => {
    const release = (n: number) => ({ id: `r${n}`, slug_id: `s${n}`, status: 'succeeded' })
    const build = (n: number) => ({ id: `b${n}`, slug_id: `s${n}`, status: 'succeeded' })
    const numbers = [1, 2, 3, 4, 5]
    const app = (current: string) => ({ releases: numbers.map(release), builds: numbers.map(build), slugs: numbers.map((n) => ({ id: `s${n}` })), current_release_id: current }) as unknown as AppRecord

    it('is what the last releases need', () => expect(findExpired(app('r5'), 2)).to.deep.equal({ slugs: ['s1', 's2', 's3'], builds: ['b1', 'b2', 'b3'] }))
    it('is what serves, however old', () => expect(findExpired(app('r2'), 2)).to.deep.equal({ slugs: ['s1', 's3'], builds: ['b1', 'b3'] }))
  })
})
