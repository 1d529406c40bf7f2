import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'
import { withoutKeys } from '../../src/lib/child-environment.js'
import { runCommand } from '../../src/init/apply/run-command.js'
import { withPath } from '../init/fake-npm.js'
import { realFolder, removeFolders } from '../init/real-folder.js'
import { packageRoot } from '../../src/paths.js'

const TOKEN = 'HRKU-canary-of-the-platform'
const KEYS = {
  HEROKU_API_KEY: TOKEN,
  PM2_SECRET_KEY: 'canary-secret-key',
  PM2_PUBLIC_KEY: 'canary-public-key',
  KEYMETRICS_SECRET: 'canary-keymetrics',
  SHIPIT_TOKEN: 'canary-of-shipit',
  SHIPIT_NOTIFY_URL: 'https://hooks.example/services/canary-of-a-webhook',
  MY_COPY: TOKEN,
  URL_WITH_IT: `https://x:${TOKEN}@example.com`,
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'http.http://127.0.0.1:28671/git/.extraHeader',
  GIT_CONFIG_VALUE_0: 'Authorization: Basic Y2FuYXJ5',
  GIT_CONFIG_KEY_1: 'user.name',
  GIT_CONFIG_VALUE_1: 'Ada',
  GIT_CONFIG_KEY_2: 'http.extraheader',
  GIT_CONFIG_VALUE_2: `Authorization: Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`,
}
const NEEDED = {
  PATH: `/bin:/${TOKEN}`,
  NPM_TOKEN: 'token-of-npm',
  'npm_config_//r.example/:_authToken': 'token-of-r',
  https_proxy: 'http://me:pw@proxy',
  YARN_NPM_AUTH_TOKEN: 'token-of-yarn',
  NODE_AUTH_TOKEN: 'x',
  AWS_PROFILE: 'dev',
  HEROKU_APP: 'a',
  SSH_AUTH_SOCK: '/s',
}

describe('the environment of what shipit starts', () => {
  after(removeFolders)

  it('has no key of the platform and of PM2 under any name, and all that npm needs', () => {
    const env = withoutKeys({ ...NEEDED, ...KEYS })
    expect(env).to.deep.equal({
      ...NEEDED,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.name',
      GIT_CONFIG_VALUE_0: 'Ada',
    })
  })

  it('has headers for git that are of other hosts', () => {
    const github = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.https://github.com/.extraheader',
      GIT_CONFIG_VALUE_0: 'AUTHORIZATION: basic eDp5',
    }
    expect(withoutKeys({ ...github, HEROKU_API_KEY: TOKEN })).to.deep.equal(github)
  })

  it('has no other value that its starter names, and is whole where there is no key', () => {
    expect(
      withoutKeys({ COPY: 'a-token-by-another-way', A: 'b' }, ['a-token-by-another-way']),
    ).to.deep.equal({ A: 'b' })
    expect(withoutKeys({ HEROKU_API_KEY: '', A: '' })).to.deep.equal({ A: '' })
  })

  for (const tool of ['npm', 'yarn', 'pnpm', 'npx']) {
    it(`is that of the ${tool} that init starts`, async () => {
      const bin = realFolder()
      const dir = realFolder()
      writeFileSync(
        path.join(bin, tool),
        `#!${process.execPath}\nrequire('fs').writeFileSync('environment.json', JSON.stringify(process.env))\n`,
      )
      chmodSync(path.join(bin, tool), 0o755)
      const before = { ...process.env }
      Object.assign(process.env, KEYS, { NPM_TOKEN: NEEDED.NPM_TOKEN })
      try {
        const step = {
          kind: 'run',
          manager: 'npm',
          command: [tool, 'install'],
          install: [tool, 'ci'],
          file: 'package-lock.json',
          mustHold: [],
          isApart: false,
        } as unknown as Parameters<typeof runCommand>[1]
        await withPath(bin, () => runCommand(dir, step, new AbortController().signal))
      } finally {
        for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
        Object.assign(process.env, before)
      }
      const seen = readFileSync(path.join(dir, 'environment.json'), 'utf8')
      expect(seen)
        .to.include(NEEDED.NPM_TOKEN)
        .and.not.match(/canary|Y2FuYXJ5/)
    })
  }

  it('is made by one of the places that are for it, wherever a child is started', () => {
    const MAKERS = /\b(withoutKeys|childEnvironment|gitEnvironment|daemonEnvironment|PASSED_ON)\b/
    // dev starts your own app, as `npm start` would, and Heroku's CLI the whole of ours. The others
    // are no part of the CLI: the demo, the embedded Heroku, the dyno, the build.
    const OWN =
      /^(dev\/(foreground|pm2-dev)|heroku-plugin|demo\/|runtime\/|build\/|embedded\/(?!daemon\/spawn-daemon))/
    const starts = readdirSync(path.join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !OWN.test(file))
      .filter((file) =>
        /node:child_process|['"]execa['"]|import\('open'\)/.test(
          readFileSync(path.join(packageRoot, 'src', file), 'utf8'),
        ),
      )
      .filter(
        (file) =>
          !/^import type .*child_process|^import \{ type ChildProcess \}/m.test(
            readFileSync(path.join(packageRoot, 'src', file), 'utf8'),
          ),
      )
    expect(starts).to.have.length.greaterThan(8)
    for (const file of starts)
      expect(readFileSync(path.join(packageRoot, 'src', file), 'utf8'), file).to.match(MAKERS)
  })
})
