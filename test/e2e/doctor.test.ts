import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { DoctorReport } from '../../src/doctor/index.js'
import { plainApp } from './support/apps.js'
import { World } from './support/world.js'

/** As --json spells it. */
type Report = Pick<DoctorReport, 'findings' | 'fixed' | 'app' | 'uncommitted'> & {
  left_out: string[]
  checks: { name: string; status: string }[]
}

describe('shipit doctor', () => {
  let world: World
  let dir: string
  before(async () => {
    world = await World.create()
    dir = await world.app('patient', plainApp('well'), { isStartedByNpm: true })
  })
  after(() => world.close())

  const report = async (
    ...args: string[]
  ): Promise<{ report: Report; status: number; stderr: string }> => {
    const { stdout, stderr, status } = await world.shipit(['doctor', ...args, '--json'], {
      cwd: dir,
    })
    return { report: JSON.parse(stdout) as Report, status, stderr }
  }
  const ecosystem = () => path.join(dir, 'ecosystem.config.yml')

  it('finds nothing in what init has made, without a network, and says what it left out', async () => {
    const { stdout, status } = await world.shipit(['doctor'], {
      cwd: dir,
      env: { HEROKU_HOST: 'http://127.0.0.1:9' },
    })
    expect(status, stdout).to.equal(0)
    expect(stdout)
      .to.include('Nothing is the matter.')
      .and.include('Left out: what only the platform knows. Name an app: shipit doctor --app NAME')
    expect(stdout).to.match(/^ok: Start \d+ checks$/m)
  })

  it('names what would fail, and a deploy stops at it before it makes the app', async () => {
    await writeFile(
      path.join(dir, '.gitignore'),
      `${await readFile(path.join(dir, '.gitignore'), 'utf8')}server.js\n`,
    )
    await world.git(dir, 'rm', '--quiet', '--cached', 'server.js')
    await world.commit(dir, 'Lose the script')
    const { report: found, status } = await report()
    expect(status).to.equal(4)
    expect(found.findings.map(({ check, severity }) => [check, severity])).to.deep.equal([
      ['entry', 'error'],
    ])
    expect(found.findings[0]!.next).to.equal('git add --force server.js && git commit')

    const deploy = await world.shipit(['deploy', '--local', '--app', 'patient', '--json'], {
      cwd: dir,
    })
    expect(deploy.status, deploy.output).to.equal(4)
    expect(
      (
        JSON.parse(deploy.stdout) as { error: { details: { findings: { check: string }[] } } }
      ).error.details.findings.map(({ check }) => check),
    ).to.deep.equal(['entry'])
    expect(
      (await world.shipit(['releases', '--local', '--app', 'patient'], { cwd: dir })).status,
    ).to.equal(6)
    await world.git(dir, 'add', '--force', 'server.js')
    await world.commit(dir, 'Find it again')
  })

  it('fixes what is safe, shows it, and finds nothing of it afterwards', async () => {
    await writeFile(
      ecosystem(),
      `${(await readFile(ecosystem(), 'utf8')).replace(/^(\s+)script:/m, '$1watch: true\n$1out_file: ./out.log\n$1script:')}`,
    )
    const manifest = path.join(dir, 'package.json')
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8'))
        .replace(/"start": "[^"]*"/, '"start": "node server.js"')
        .replace(/,\s*"engines": \{[^}]*\}/, ''),
    )
    await world.commit(dir, 'Unlearn')
    expect((await report()).report.findings.map(({ check }) => check)).to.have.members([
      'start-script',
      'engines',
      'watch',
      'log-files',
    ])

    const { report: found, stderr } = await report('--fix')
    expect(stderr)
      .to.include('Fixing ecosystem.config.yml: without apps.0.watch')
      .and.include('scripts.start: node server.js → shipit-runtime')
    expect(found.fixed.length).to.be.greaterThan(2)
    expect(found.findings.map(({ check }) => check)).to.deep.equal(['committed'])
    await world.commit(dir, 'Fixed')
    expect((await report('--fix')).report).to.deep.include({
      findings: [],
      fixed: [],
      uncommitted: 0,
    })
  })

  it('looks at the app of an environment, and ends with the code of the error', async () => {
    await writeFile(
      ecosystem(),
      `${await readFile(ecosystem(), 'utf8')}\ndeploy:\n  production: { app: patient, config: [DATABASE_URL] }\n`,
    )
    await world.commit(dir, 'Environment')
    const { report: found, status } = await report('production', '--local')
    expect(status).to.equal(3)
    expect(found.app).to.equal('patient')
    expect(found.left_out).to.deep.equal([])
    expect(
      found.findings.filter(({ severity }) => severity === 'error').map(({ check }) => check),
    ).to.deep.equal(['config-set'])
    expect(found.checks.find(({ name }) => name === 'buildpacks')).to.include({ status: 'ok' })
  })
})
