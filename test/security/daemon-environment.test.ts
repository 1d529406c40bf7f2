import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { expect } from 'chai'
import { ensureLocal, stopLocal } from '../../src/embedded/daemon/index.js'
import { daemonEnvironment } from '../../src/embedded/daemon/daemon-environment.js'
import { temporaryFolder } from '../embedded/support/platform.js'

const SECRETS = {
  AWS_SECRET_ACCESS_KEY: 'secret-of-aws',
  NPM_TOKEN: 'secret-of-npm',
  'npm_config_//registry.example/:_authToken': 'secret-of-a-registry',
  npm_config__auth: 'secret-of-auth',
  HEROKU_API_KEY: 'secret-of-heroku',
  GITHUB_TOKEN: 'secret-of-github',
  PM2_SECRET_KEY: 'secret-of-pm2',
  SHIPIT_TOKEN: 'secret-of-shipit',
  DATABASE_URL: 'postgres://secret-of-a-database',
}

describe("the daemon's environment", () => {
  it('has what programs, registries and its own settings take, and nothing else', () => {
    const kept = {
      PATH: '/bin',
      HOME: '/h',
      LC_ALL: 'C',
      https_proxy: 'http://p',
      HTTP_PROXY: 'http://p',
      npm_config_registry: 'http://r',
      'npm_config_@acme:registry': 'http://a',
      SHIPIT_LOCAL_LIMITS: '{}',
    }
    expect(
      daemonEnvironment(
        { ...kept, ...SECRETS, SHIPIT_LOCAL: '1', HEROKU_HOST: 'x', GIT_DIR: '/g' },
        '/state',
      ),
    ).to.deep.equal({ ...kept, SHIPIT_HOME: '/state' })
  })

  it('shows no secret of whoever started it to those who may look', async function () {
    this.timeout(60_000)
    if (!existsSync('/proc/self/environ')) this.skip()
    const home = await temporaryFolder()
    try {
      const { pid } = await ensureLocal({ home, env: { ...process.env, ...SECRETS } })
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
      expect(environment).to.include('PATH=').and.include(`SHIPIT_HOME=${home}`)
      for (const secret of Object.values(SECRETS)) expect(environment).to.not.include(secret)
    } finally {
      await stopLocal(home)
      await rm(home, { recursive: true, force: true })
    }
  })
})
