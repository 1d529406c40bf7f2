import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { tryInstall, type Tried } from '../../src/init/lock/frozen-install.js'
import { rejection } from '../support/platform.js'
import { until } from '../support/until.js'
import { FakeManager } from './fake-manager.js'
import { realFolder, removeFolders } from './real-folder.js'

/** Runs with these variables; an undefined one is not there. */
async function withVariables<Result>(
  variables: Record<string, string>,
  run: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  try {
    return await run()
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}

describe('an install that is tried', function () {
  this.timeout(60_000)
  let manager: FakeManager
  let dir: string
  beforeEach(() => {
    manager = new FakeManager()
    dir = realFolder({
      'package.json': { name: 'shop' },
      'package-lock.json': 'new',
      'server.js': '',
      'packages/a/package.json': 'a, new',
    })
  })
  afterEach(removeFolders)

  const attempt = (
    script: string,
    { command = ['npm', 'ci'], ...more }: Partial<Parameters<typeof tryInstall>[0]> = {},
  ): Promise<Tried> => {
    manager.behave(command[0]!, { install: script })
    return manager.during(() =>
      tryInstall({ dir, command, signal: new AbortController().signal, ...more }),
    )
  }
  const failing = (...lines: string[]) =>
    `${lines.map((line) => `echo '${line}'`).join('; ')}; exit 1`

  it('has what an install reads in a folder of the same name, which is gone afterwards', async () => {
    const seen = path.join(realFolder(), 'seen')
    const found = await attempt(`(pwd; find . -type f | sort; cat package-lock.json) >'${seen}'`)
    expect(found).to.deep.equal({ outcome: 'installs' })
    const [copy, ...files] = readFileSync(seen, 'utf8').split('\n')
    expect(path.basename(copy!)).to.equal(path.basename(dir))
    expect(copy).to.not.equal(dir)
    expect(files).to.deep.equal([
      './package-lock.json',
      './package.json',
      './packages/a/package.json',
      'new',
    ])
    expect(readdirSync(manager.temporary)).to.deep.equal([])
    expect(await attempt('rm -rf "$(dirname "$(pwd)")"')).to.deep.equal({ outcome: 'installs' })
  })

  it('has files as they were before, in folders that are gone too', async () => {
    const seen = path.join(realFolder(), 'seen')
    const found = await attempt(
      `cat package-lock.json packages/a/package.json gone/away/package.json >'${seen}'`,
      {
        instead: {
          'package-lock.json': Buffer.from('old, '),
          'gone/away/package.json': Buffer.from(', gone'),
        },
      },
    )
    expect(found).to.deep.equal({ outcome: 'installs' })
    expect(readFileSync(seen, 'utf8')).to.equal('old, a, new, gone')
    expect(readFileSync(path.join(dir, 'package-lock.json'), 'utf8')).to.equal('new')
    expect(existsSync(path.join(dir, 'gone'))).to.equal(false)
  })

  it('gets no key, and no answer', async () => {
    await withVariables({ HEROKU_API_KEY: 'key', npm_config_registry: 'http://own' }, async () =>
      expect(await attempt(failing('[$HEROKU_API_KEY]').replaceAll("'", '"'))).to.deep.equal({
        outcome: 'fails',
        why: '[]',
      }),
    )
    expect(await attempt('read answer; exit 1')).to.include({ outcome: 'fails' })
  })

  it('fails with its own words, as if it had run in the project', async () => {
    expect(await attempt('echo "npm error in $(pwd) and $(pwd)/x" >&2; exit 1')).to.deep.equal({
      outcome: 'fails',
      why: `npm error in ${dir} and ${dir}/x`,
    })
    expect(await attempt('exit 3')).to.deep.equal({
      outcome: 'fails',
      why: 'Command failed with exit code 3: npm ci',
    })
    expect(readdirSync(manager.temporary)).to.deep.equal([])
  })

  it('says nothing where it is this machine that cannot', async () => {
    const codes = [
      ...['ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH'],
      ...['EHOSTUNREACH', 'ENOTCACHED', 'ENOSPC', 'EACCES', 'EPERM', 'EBADPLATFORM', 'EBADENGINE'],
      ...['E401', 'E403', 'E500', 'E503', 'CERT_HAS_EXPIRED', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ...['ERR_SOCKET_TIMEOUT', 'ERR_PNPM_FETCH_401', 'ERR_PNPM_FETCH_403', 'ERR_PNPM_FETCH_502'],
      ...['ERR_PNPM_META_FETCH_FAIL', 'ERR_PNPM_UNSUPPORTED_ENGINE', 'RequestError'],
      ...['ERR_PNPM_NO_OFFLINE_TARBALL'],
    ]
    manager.behave('npm', { install: 'echo npm error; echo "npm error code $2"; exit 1' })
    const found = await manager.during(() =>
      Promise.all(
        codes.map((code) => {
          const { signal } = new AbortController()
          return tryInstall({ dir, command: ['npm', 'ci', code], signal })
        }),
      ),
    )
    expect(found).to.deep.equal(
      codes.map((code) => ({ outcome: 'untold', why: `npm error code ${code}` })),
    )
  })

  it('fails by what is wrong in the project, whatever it was warned of', async () => {
    for (const code of ['EUSAGE', 'E404', 'ERR_PNPM_FETCH_404', 'ERR_PNPM_OUTDATED_LOCKFILE'])
      expect((await attempt(failing(`npm error code ${code}`))).outcome, code).to.equal('fails')
    for (const word of ['npm warn', 'warning', ' WARN '])
      expect(
        (await attempt(failing(`${word} EBADENGINE`, 'npm error code EUSAGE'))).outcome,
        word,
      ).to.equal('fails')
    expect((await attempt(failing('npm warn x', 'npm error warned EACCES'))).outcome).to.equal(
      'untold',
    )
  })

  it('says nothing if it takes too long', async () => {
    const found = await attempt('exec sleep 60', { longest: 200 })
    expect(found.outcome).to.equal('untold')
    expect(found)
      .to.have.property('why')
      .that.matches(/timed out after 200/)
  })

  it('keeps the store of pnpm in its folder if that is on another disk than the home', async () => {
    const told = async (home: string, ...command: string[]) => {
      await withVariables({ HOME: home }, () => attempt(':', { command }))
      return manager
        .asked()
        .at(-1)!
        .replace(/ \/\S+\/store/, ' …/store')
    }
    // Another one than that of temporary folders.
    const elsewhere = '/dev'
    const store = '--store-dir …/store'
    expect(await told(elsewhere, 'pnpm', 'ci')).to.equal(`pnpm ci ${store} in shop`)
    expect(await told(elsewhere, 'npx', 'pnpm@8', 'ci')).to.equal(`npx pnpm@8 ci ${store} in shop`)
    expect(await told(manager.temporary, 'pnpm', 'ci')).to.equal('pnpm ci in shop')
    expect(await told(elsewhere, 'npm', 'ci')).to.equal('npm ci in shop')
    expect(await told(elsewhere, 'npx', 'pnpmx', 'xpnpm', 'ci')).to.equal(
      'npx pnpmx xpnpm ci in shop',
    )
  })

  it('ends with the reason for which it is stopped', async () => {
    const [controller, stop] = [new AbortController(), new Error('stopped')]
    const work = path.join(realFolder(), 'begun')
    const ended = rejection<Error>(
      attempt(`touch '${work}'; exec sleep 60`, { signal: controller.signal }),
    )
    await until('the install', () => existsSync(work))
    controller.abort(stop)
    expect(await ended).to.equal(stop)
    expect(readdirSync(manager.temporary)).to.deep.equal([])
  })
})
