import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { readEcosystem } from '../../src/ecosystem/index.js'
import { githubWorkflow, WORKFLOW, type WorkflowInput } from '../../src/init/ci/github.js'
import { githubReviews, REVIEW_WORKFLOW } from '../../src/init/ci/github-reviews.js'
import { applyPlan, prepareInit, type InitParts } from '../../src/init/index.js'
import {
  git,
  options,
  packRuntime,
  plainEcosystem,
  realFolder,
  removeFolders,
} from './real-folder.js'

interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
  env?: Record<string, string>
}
interface Job {
  if: string
  concurrency?: { group: string; 'cancel-in-progress': boolean }
  steps: Step[]
}
interface Workflow {
  on: { push: { branches: string[] }; pull_request: null }
  permissions: object
  jobs: { review: Job; deploy: Job }
}

const workflow = (input: Partial<WorkflowInput> = {}) =>
  parse(
    githubWorkflow({
      deploy: {},
      packageManager: 'npm',
      hasLockfile: true,
      hasEngines: true,
      ...input,
    }),
    { strict: true },
  ) as Workflow
const runs = ({ steps }: Job) => steps.map(({ run }) => run ?? '')

describe('the workflow for GitHub', () => {
  it('deploys a push to main, one after the other, with the key from the secrets', () => {
    const {
      on,
      permissions,
      jobs: { deploy },
    } = workflow()
    expect(on.push.branches).to.deep.equal(['main'])
    expect(on).to.have.property('pull_request')
    expect(permissions).to.deep.equal({ contents: 'read' })
    expect(deploy.if).to.equal("github.event_name == 'push'")
    expect(deploy.concurrency).to.deep.equal({
      group: 'shipit-deploy',
      'cancel-in-progress': false,
    })
    expect(deploy.steps.at(-1)).to.deep.equal({
      run: 'shipit deploy --yes --timestamps --lock-wait 10m',
      env: {
        HEROKU_API_KEY: '${{ secrets.HEROKU_API_KEY }}',
        HEROKU_APP: '${{ vars.HEROKU_APP }}',
      },
    })
  })

  it('rehearses a pull request, with no secret at hand', () => {
    const { review } = workflow().jobs
    expect(review.if).to.equal("github.event_name == 'pull_request'")
    expect(runs(review).slice(-3)).to.deep.equal([
      'npm ci',
      'shipit doctor',
      'shipit deploy --local --app review --ref HEAD --yes',
    ])
    expect(JSON.stringify(review)).to.not.include('secrets.')
  })

  it('has the whole history, and the Node.js of package.json', () => {
    for (const job of Object.values(workflow().jobs)) {
      expect(job.steps[0]).to.deep.include({
        uses: 'actions/checkout@v4',
        with: { 'fetch-depth': 0 },
      })
      expect(job.steps[1]).to.deep.include({
        uses: 'actions/setup-node@v4',
        with: { 'node-version-file': 'package.json', cache: 'npm' },
      })
    }
    expect(
      workflow({ hasEngines: false, hasLockfile: false }).jobs.deploy.steps[1]?.with,
    ).to.deep.equal({ 'node-version': 22 })
  })

  it('takes the production environment, its branch and its app', () => {
    const { on, jobs } = workflow({
      deploy: { homolog: { app: 'a-homolog' }, production: { app: 'a', ref: 'release/v2' } },
    })
    expect(on.push.branches).to.deep.equal(['release/v2'])
    expect(jobs.deploy.steps.at(-1)).to.deep.equal({
      run: 'shipit deploy production --yes --timestamps --lock-wait 10m',
      env: { HEROKU_API_KEY: '${{ secrets.HEROKU_API_KEY }}' },
    })
    expect(runs(jobs.review).slice(-2)).to.deep.equal([
      'shipit doctor production --local --app review',
      'shipit deploy production --local --app review --ref HEAD --yes',
    ])
  })

  it('names no environment that would need quotes', () => {
    expect(
      workflow({ deploy: { 'a; rm -rf': { app: 'a' } } }).jobs.deploy.steps.at(-1)?.run,
    ).to.equal('shipit deploy --yes --timestamps --lock-wait 10m')
  })

  it('sets the config vars that the environment asks for on the rehearsal, by scripts that a shell can read', () => {
    const { jobs } = workflow({
      deploy: { production: { app: 'a', config: ['DATABASE_URL', 'API_KEY'] } },
    })
    const script = runs(jobs.review).find((run) => run.includes('config set'))
    expect(script).to.equal(
      "shipit apps create review --local\nshipit config set --local --app review <<'VARS'\nDATABASE_URL=review\nAPI_KEY=review\nVARS\n",
    )
    for (const run of [...runs(jobs.review), ...runs(jobs.deploy)])
      execFileSync('bash', ['-n'], { input: run })
  })

  it("installs with the app's own package manager", () => {
    expect(runs(workflow({ packageManager: 'pnpm' }).jobs.deploy)).to.include.members([
      'corepack enable',
      'pnpm install --frozen-lockfile',
    ])
    expect(runs(workflow({ packageManager: 'yarn' }).jobs.deploy)).to.include(
      'yarn install --frozen-lockfile',
    )
    expect(runs(workflow({ hasLockfile: false }).jobs.deploy)).to.include('npm install')
  })

  it('ends at once, with what to do, where nobody has said where shipit is', () => {
    const script = runs(workflow().jobs.deploy).find((run) => run.includes('SHIPIT_PACKAGE'))!
    let failure: { status?: number; stdout?: string } = {}
    try {
      execFileSync('bash', ['-c', script], {
        env: { PATH: process.env.PATH, SHIPIT_PACKAGE: '' },
        encoding: 'utf8',
        stdio: 'pipe',
      })
    } catch (error) {
      failure = error as typeof failure
    }
    expect(failure.status).to.equal(1)
    expect(failure.stdout).to.match(/^::error::Set the variable SHIPIT_PACKAGE/)
  })
})

describe('the workflow of review apps for GitHub', () => {
  interface Reviews {
    on: { pull_request: { types: string[] } }
    permissions: object
    concurrency: object
    jobs: { up: Job; down: Job }
  }
  const { on, permissions, concurrency, jobs } = parse(
    githubReviews({ deploy: {}, packageManager: 'npm', hasLockfile: true, hasEngines: true }),
    { strict: true },
  ) as Reviews
  const ours = 'github.event.pull_request.head.repo.full_name == github.repository'

  it('makes an app while a pull request of the repository is open, one after the other', () => {
    expect(on.pull_request.types).to.deep.equal(['opened', 'synchronize', 'reopened', 'closed'])
    expect(permissions).to.deep.equal({ contents: 'read', 'pull-requests': 'write' })
    expect(concurrency).to.deep.equal({
      group: 'shipit-review-${{ github.event.number }}',
      'cancel-in-progress': false,
    })
    expect(jobs.up.if).to.equal(`github.event.action != 'closed' && ${ours}`)
    expect(jobs.down.if).to.equal(`github.event.action == 'closed' && ${ours}`)
    for (const { steps } of Object.values(jobs))
      expect(steps[0]?.with).to.deep.equal({
        'fetch-depth': 0,
        ref: '${{ github.event.pull_request.head.sha }}',
      })
  })

  it('says only what shipit knows, and hands secrets over by the environment', async () => {
    const { parsed } = await import('../support/command-line.js')
    const [up] = runs(jobs.up).filter((run) => /shipit review (up|down)/.test(run))
    const [down] = runs(jobs.down).filter((run) => /shipit review (up|down)/.test(run))
    const words = (line: string) =>
      line
        .replace(/^[^|]*\| /, '')
        .replace(/ > .*$/, '')
        .replaceAll('"', '')
        .trim()
        .split(/\s+/)
        .slice(1)
    await parsed(words(up!))
    await parsed(words(down!))
    for (const { run = '', env = {} } of Object.values(jobs).flatMap(({ steps }) => steps)) {
      expect(run).not.to.include('${{ secrets').and.not.include('${{ github')
      if (/shipit review (up|down)/.test(run))
        expect(env['HEROKU_API_KEY']).to.equal('${{ secrets.HEROKU_API_KEY }}')
    }
  })

  it('has one comment, which is changed', () => {
    const dir = realFolder({ 'review.json': { url: 'https://shop-pr-7.example.com/' } })
    // A gh that keeps what it is asked, and knows the comment that COMMENT names.
    const gh = path.join(dir, 'gh')
    writeFileSync(
      gh,
      '#!/bin/sh\ncase "$*" in *--paginate*) echo "$COMMENT" ;; *) printf "%s\\n" "$@" >> "$ASKED" ;; esac\n',
      { mode: 0o755 },
    )
    const asked = (job: Job, comment: string) => {
      const file = path.join(dir, `asked-${comment}-${job.if.length}`)
      writeFileSync(file, '')
      execFileSync(
        'bash',
        ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', job.steps.at(-1)!.run!],
        {
          env: {
            PATH: `${dir}:${process.env.PATH}`,
            RUNNER_TEMP: dir,
            GITHUB_REPOSITORY: 'a/b',
            NUMBER: '7',
            HEAD_SHA: 'abc',
            COMMENT: comment,
            ASKED: file,
          },
        },
      )
      return readFileSync(file, 'utf8')
    }
    const body = 'body=<!-- shipit review -->\nhttps://shop-pr-7.example.com/ serves abc.\n'
    expect(asked(jobs.up, '')).to.equal(
      `api\n--silent\n--method\nPOST\nrepos/a/b/issues/7/comments\n--raw-field\n${body}`,
    )
    expect(asked(jobs.up, '12')).to.equal(
      `api\n--silent\n--method\nPATCH\nrepos/a/b/issues/comments/12\n--raw-field\n${body}`,
    )
    expect(asked(jobs.down, '12')).to.include('PATCH').and.include('The review app is gone.')
    expect(asked(jobs.down, '')).to.equal('')
  })
})

describe('init --ci github', () => {
  let parts: InitParts
  before(() => {
    parts = { ecosystem: plainEcosystem, runtime: packRuntime('1.0.0') }
  })
  after(removeFolders)

  it('writes the workflow, leaves one that is there alone, and writes it anew with --force', async () => {
    const dir = realFolder({ 'package.json': { name: 'a', version: '1.0.0' }, 'server.js': '' })
    const { plan } = await prepareInit(dir, options({ ci: 'github' }), parts)
    await applyPlan({ ...plan, steps: plan.steps.filter(({ kind }) => kind !== 'run') })
    const file = path.join(dir, WORKFLOW)
    const { jobs } = parse(readFileSync(file, 'utf8')) as Workflow
    expect(jobs.deploy.steps[1]?.with).to.deep.equal({
      'node-version-file': 'package.json',
      cache: 'npm',
    })

    writeFileSync(file, 'name: mine\n')
    const again = (await prepareInit(dir, options({ ci: 'github' }), parts)).plan
    expect(again.steps.map((step) => step.file)).to.not.include(WORKFLOW)
    expect(again.warnings.join()).to.include(`${WORKFLOW} is there and is left as it is`)
    const forced = (await prepareInit(dir, options({ ci: 'github', force: true }), parts)).plan
    expect(forced.steps.find((step) => step.file === WORKFLOW)).to.include({
      kind: 'edit',
      before: 'name: mine\n',
    })
    expect(
      (await prepareInit(dir, options(), parts)).plan.steps.map((step) => step.file),
    ).to.not.include(WORKFLOW)
  })

  it('writes that of review apps besides, if it is asked to', async () => {
    const dir = realFolder({ 'package.json': { name: 'a', version: '1.0.0' }, 'server.js': '' })
    const plan = async (more: object) =>
      (await prepareInit(dir, options({ ci: 'github', ...more }), parts)).plan
    const written = (await plan({ reviews: true })).steps.map(({ file }) => file)
    expect(written).to.include.members([WORKFLOW, REVIEW_WORKFLOW])
    expect((await plan({})).steps.map(({ file }) => file)).not.to.include(REVIEW_WORKFLOW)
    mkdirSync(path.join(dir, '.github/workflows'), { recursive: true })
    writeFileSync(path.join(dir, REVIEW_WORKFLOW), 'name: mine\n')
    const again = await plan({ reviews: true })
    expect(again.steps.map(({ file }) => file)).not.to.include(REVIEW_WORKFLOW)
    expect(again.warnings.join()).to.include(`${REVIEW_WORKFLOW} is there`)
  })

  it('takes the environments of the ecosystem file that is there', async () => {
    const dir = realFolder({
      'package.json': { name: 'a', version: '1.0.0' },
      'server.js': '',
      'ecosystem.config.yml':
        'apps:\n  - name: a\n    script: server.js\ndeploy:\n  live: { app: shop, ref: stable }\n',
    })
    const { ecosystemFiles } = await import('../../src/init/ecosystem-adapter.js')
    expect((await readEcosystem(path.join(dir, 'ecosystem.config.yml'))).deploy).to.have.property(
      'live',
    )
    const { plan } = await prepareInit(dir, options({ ci: 'github' }), {
      ...parts,
      ecosystem: await ecosystemFiles(),
    })
    const step = plan.steps.find((one) => one.file === WORKFLOW)
    expect(step && 'after' in step ? step.after : '')
      .to.include('branches: [stable]')
      .and.include('shipit deploy live --yes')
      .and.not.include('HEROKU_APP')
  })

  it('says that GitHub would not look into a folder below the root', async () => {
    const root = realFolder({
      'api/package.json': { name: 'a', version: '1.0.0' },
      'api/server.js': '',
    })
    git(root, 'init', '--quiet')
    mkdirSync(path.join(root, 'other'))
    const { plan } = await prepareInit(path.join(root, 'api'), options({ ci: 'github' }), parts)
    expect(plan.steps.map((step) => step.file)).to.not.include(WORKFLOW)
    expect(plan.warnings.join()).to.include('root of the repository only')
  })
})
