import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { parse } from 'yaml'
import { packageRoot } from '../../src/paths.js'
import { parsed } from '../support/command-line.js'

const FOLDER = path.join(packageRoot, '.github/actions/shipit')

interface Action {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, { value: string }>
  runs: { using: string; steps: { id: string; run: string; env: Record<string, string> }[] }
}

/** What the step's expressions come to for a workflow's `with:`. */
function environment({ inputs, runs }: Action, given: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(runs.steps[0]!.env).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(expression)![1]!
      if (!(input in inputs)) throw new Error(`There is no input ${input}`)
      return [name, given[input] ?? inputs[input]!.default ?? '']
    }),
  )
}

describe('the GitHub Action', () => {
  let dir: string
  let action: Action
  before(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'shipit-action-'))
    action = parse(await readFile(path.join(FOLDER, 'action.yml'), 'utf8')) as Action
    await mkdir(path.join(dir, 'bin'))
    // In the place of shipit: what it was given, and an answer of its shape.
    await program(
      'shipit',
      `printf '%s\\n' "$@" > "$DIR/words"; echo "\${HEROKU_API_KEY-none}" > "$DIR/token"\n` +
        'if [ -n "${FAILS:-}" ]; then echo \'{"error": {}}\'; exit "$FAILS"; fi\n' +
        'echo \'{"url": "https://a1.example/", "release": {"id": "x", "version": 7}}\'\n',
    )
    await program('npm', 'printf \'%s\\n\' "$@" > "$DIR/npm"\ncp "$DIR/bin/shipit" "$DIR/bare/"\n')
  })
  after(() => rm(dir, { recursive: true, force: true }))

  const program = async (name: string, script: string) => {
    const file = path.join(dir, 'bin', name)
    await writeFile(file, `#!/usr/bin/env bash\n${script}`)
    await chmod(file, 0o755)
  }
  const step = async (given: Record<string, string>, more: Record<string, string> = {}) => {
    const output = path.join(dir, 'output')
    await writeFile(output, '')
    const { exitCode, stdout } = await execa('bash', ['-c', action.runs.steps[0]!.run], {
      env: {
        PATH: [path.join(dir, 'bin'), process.env.PATH].join(path.delimiter),
        GITHUB_ACTION_PATH: FOLDER,
        GITHUB_OUTPUT: output,
        DIR: dir,
        ...environment(action, given),
        ...more,
      },
      extendEnv: false,
      reject: false,
      cwd: dir,
    })
    const lines = async (name: string) =>
      (await readFile(path.join(dir, name), 'utf8')).trimEnd().split('\n')
    return { exitCode, stdout, lines, outputs: await lines('output') }
  }

  it('deploys with a command line that oclif takes, and tells the URL and the release', async () => {
    const { exitCode, lines, outputs } = await step({
      'api-key': 'a-token',
      app: 'a1',
      environment: 'production',
      directory: 'packages/api',
    })
    expect(exitCode).to.equal(0)
    const words = await lines('words')
    expect(words).to.deep.equal(
      'deploy production --app a1 --dir packages/api --yes --timestamps --lock-wait 10m --json'.split(
        ' ',
      ),
    )
    expect(await parsed(words)).to.equal('deploy')
    expect(outputs).to.deep.equal(['url=https://a1.example/', 'release=7', 'exit-code=0'])
    expect(outputs.map((line) => line.split('=')[0])).to.deep.equal(Object.keys(action.outputs))
  })

  it('rehearses without the token', async () => {
    const { exitCode, lines } = await step({ rehearse: 'true', 'api-key': 'a-token', app: 'a1' })
    expect(exitCode).to.equal(0)
    const words = await lines('words')
    expect(words.slice(0, 6)).to.deep.equal([
      'deploy',
      '--local',
      '--app',
      'review',
      '--ref',
      'HEAD',
    ])
    expect(await parsed(words)).to.equal('deploy')
    expect(await lines('token')).to.deep.equal(['none'])
  })

  it('takes what a workflow passes in as words, never as a command', async () => {
    const { lines } = await step({ 'api-key': 't', app: 'a1; touch "$DIR/harm" $(touch harm)' })
    expect((await lines('words'))[2]).to.equal('a1; touch "$DIR/harm" $(touch harm)')
    expect(await readFile(path.join(dir, 'harm'), 'utf8').catch(() => 'none')).to.equal('none')
  })

  it("ends with shipit's own exit code, and tells it", async () => {
    const { exitCode, outputs } = await step({ 'api-key': 't', app: 'a1' }, { FAILS: '12' })
    expect(exitCode).to.equal(12)
    expect(outputs).to.deep.equal(['url=', 'release=', 'exit-code=12'])
  })

  it('says what is missing before it does anything', async () => {
    const noToken = await step({ app: 'a1' })
    expect(noToken.exitCode).to.equal(2)
    expect(noToken.stdout).to.match(/^::error title=shipit::api-key is not set/)
    expect((await step({ rehearse: 'yes' })).stdout).to.contain('rehearse is true or false')
  })

  it('installs shipit by the words that the README has, if it is not there', async () => {
    const bare = path.join(dir, 'bare')
    await mkdir(bare)
    await writeFile(path.join(bare, 'npm'), await readFile(path.join(dir, 'bin/npm')))
    await chmod(path.join(bare, 'npm'), 0o755)
    const { exitCode, lines } = await step(
      { 'api-key': 't', app: 'a1' },
      {
        PATH: [bare, path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
      },
    )
    expect(await lines('npm')).to.deep.equal(['install', '--global', 'shipit-heroku'])
    expect(exitCode).to.equal(0)
    expect(await readFile(path.join(packageRoot, 'README.md'), 'utf8')).to.contain(
      'npm install --global shipit-heroku',
    )
  })
})
