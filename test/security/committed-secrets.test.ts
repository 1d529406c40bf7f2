import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { gatherCommit, gatherFolder, preflightFindings } from '../../src/doctor/index.js'
import { scanFile } from '../../src/doctor/scan-secrets.js'
import { secretsIn } from '../../src/lib/secret-values.js'
import { git } from '../init/real-folder.js'
import { isSoak } from '../support/soak.js'
import { letters, MORE_SECRETS, NONE, SECRETS, two } from './sample-secrets.js'

const GITHUB = two('ghp_', letters(36))
const words = 'module.exports = [1, 2, 3].map((one) => one * 2)\n'

describe('a secret in a file of the commit', function () {
  this.timeout(isSoak ? 600_000 : 60_000)
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'shipit-secrets-'))
    git(root, 'init', '--quiet', '--initial-branch', 'main')
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const write = (files: Record<string, string | Buffer>): void => {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
      writeFileSync(path.join(root, file), content)
    }
  }
  const commit = (): void => {
    git(root, 'add', '--all', '--force')
    git(root, 'commit', '--quiet', '--message', 'First')
  }
  const ofCommit = () =>
    gatherCommit({ root, folder: '', commit: { id: 'HEAD', short: 'HEAD' }, ecosystem: undefined })
  const placesOf = async (): Promise<string[]> =>
    (await ofCommit()).secrets.map(({ file, line, kind }) => `${file}:${line} ${kind}`)

  it('is found by every rule that it would be found by in the whole text', async () => {
    const kinds = new Set<string>()
    for (const value of [...SECRETS.map(([, one]) => one), ...Object.values(MORE_SECRETS)]) {
      const text = `${words.repeat(3)}const key = '${value}'\n${words}`
      const whole = await secretsIn(text, 'key.js')
      expect(whole, value.slice(0, 8)).to.have.length.greaterThan(0)
      expect(await scanFile('key.js', Buffer.from(text)), value.slice(0, 8)).to.deep.equal(
        whole.map((one) => ({ ...one, file: 'key.js' })),
      )
      for (const { kind } of whole) kinds.add(kind)
    }
    // One that a newer set of rules has is to get its mark, and its example here: a rule more, and
    // filter-comments, which finds nothing.
    const known = [
      'aws',
      'gcp',
      'npm',
      'slack',
      'privatekey',
      'sendgrid',
      'github',
      'gitlab',
      'database-connection-string',
      'filter-comments',
      ...Object.keys(MORE_SECRETS),
    ]
    expect(
      rules.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', '')),
    ).to.have.members(known)
  })

  it('is named with its file and line, the value never', async () => {
    write({
      'lib/a b.js': `${words}const token = '${GITHUB}'\n`,
      'config/settings.yml': `stripe: ${two('sk_live_', letters(40))}\n`,
      'README.md': words,
      '.env.example': `TOKEN=${GITHUB}\n`,
    })
    commit()
    expect(await placesOf()).to.have.members([
      'lib/a b.js:2 GitHub token',
      'config/settings.yml:1 Stripe key',
      '.env.example:1 GitHub token',
    ])
    const findings = preflightFindings({ project: await ofCommit() }).filter(
      ({ check }) => check === 'secret-values',
    )
    expect(findings).to.have.lengthOf(1)
    expect(findings[0]).to.include({ severity: 'warning' })
    expect(JSON.stringify(findings)).to.include('lib/a b.js:2').and.not.include(letters(20))
  })

  it('is found where the files are those on disk, and only those of the commit', async () => {
    write({ 'old.js': words, 'secret.js': `'${GITHUB}'\n` })
    commit()
    write({ 'old.js': `'${GITHUB}'\n`, 'new.js': `'${GITHUB}'\n` })
    const facts = await gatherFolder({
      root,
      folder: '',
      commit: { id: 'HEAD', short: 'HEAD' },
      ecosystem: undefined,
      isRepository: true,
      uncommitted: [],
    })
    expect(facts.secrets.map(({ file }) => file)).to.have.members(['old.js', 'secret.js'])
  })

  it('is not searched for in tests, examples, packages, links, bytes and data', async () => {
    write({
      'test/fixtures/key.js': `'${GITHUB}'`,
      'src/__tests__/a.js': `'${GITHUB}'`,
      'examples/a.js': `'${GITHUB}'`,
      'node_modules/a/index.js': `'${GITHUB}'`,
      'image.png': Buffer.concat([Buffer.from([0x89, 0x50, 0, 1]), Buffer.from(GITHUB)]),
      'dump.sql': `${words.repeat(50_000)}'${GITHUB}'`,
    })
    await symlink(path.join(root, 'test/fixtures/key.js'), path.join(root, 'link.js'))
    commit()
    expect(await placesOf()).to.deep.equal([])
  })

  it('is nothing that only looks like one', async () => {
    write(
      Object.fromEntries(
        Object.entries(NONE).map(([what, value]) => [`${what}.txt`, `value=${value}\n`]),
      ),
    )
    write({
      'package-lock.json': JSON.stringify(
        {
          packages: Object.fromEntries(
            Array.from({ length: 300 }, (_, at) => [
              `node_modules/p${at}`,
              {
                version: '1.0.0',
                resolved: `https://registry.npmjs.org/p${at}/-/p${at}-1.0.0.tgz`,
                integrity: `sha512-${letters(86)}==`,
              },
            ]),
          ),
        },
        null,
        2,
      ),
      'yarn.lock': `"a@npm:^1.0.0":\n  version: 1.0.0\n  checksum: 10c0/${'0123456789abcdef'.repeat(8)}\n`,
      'ids.json': JSON.stringify(
        Array.from(
          { length: 300 },
          (_, at) => `8c2c5b0e-6a0e-4c5e-9c70-${String(at).padStart(12, '0')}`,
        ),
      ),
      '.npmrc': '//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n',
      'docs/keys.md':
        'Set `STRIPE_KEY` to your `sk_live_…` key, and `GITHUB_TOKEN` to one that begins with `ghp_`.\n',
    })
    commit()
    expect(await placesOf()).to.deep.equal([])
  })

  it('is found late in a large text, and among many', async () => {
    const long = `${words.repeat(20_000)}const token = '${GITHUB}'\n${words}`
    write({
      'bundle.js': long,
      'one-line.js': `${'x=1;'.repeat(200_000)}t='${GITHUB}'`,
      'many.js': `'${GITHUB}'\n`.repeat(300),
    })
    commit()
    const places = await placesOf()
    expect(places)
      .to.include('bundle.js:20001 GitHub token')
      .and.include('one-line.js:1 GitHub token')
      .and.include('many.js:1 GitHub token')
  })

  it(`is found among ${isSoak ? 5000 : 200} files in one go, without the rules being asked of each`, async () => {
    const count = isSoak ? 5000 : 200
    write(
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `src/${at % 50}/file${at}.js`,
          words.repeat(60) + String(at),
        ]),
      ),
    )
    write({ 'src/keys.js': `'${GITHUB}'\n` })
    commit()
    const start = process.cpuUsage()
    expect(await placesOf()).to.deep.equal(['src/keys.js:1 GitHub token'])
    const { user, system } = process.cpuUsage(start)
    console.log(`      ${count} files: ${Math.round((user + system) / 1000)} ms of CPU`)
  })
})
