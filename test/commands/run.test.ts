import { expect } from 'chai'
import { API, expectOnlyKnownRequests, nock } from '../support/nock.js'
import { dyno } from '../support/records.js'
import { run } from '../support/run.js'

const asks = (body: object) => nock(API).post('/apps/a1/dynos', { attach: false, env: {}, ...body })
const started = dyno('run.4711', 'starting')

describe('shipit run', () => {
  expectOnlyKnownRequests()

  it('starts a detached dyno, and says how its output is read', async () => {
    asks({
      command: 'node nightly.js',
      size: 'standard-2x',
      type: 'job',
      env: { A: '1', B: 'x=y' },
    }).reply(201, started)
    const ran = await run('run', [
      '--detached',
      '-a',
      'a1',
      '-s',
      'standard-2x',
      '--type',
      'job',
      '-e',
      'A=1',
      '--env',
      'B=x=y',
      '--',
      'node',
      'nightly.js',
    ])
    expect(ran.stdout).to.equal(
      'Running node nightly.js on a1: run.4711\nIts output: shipit logs --tail --dyno run.4711 --app a1\n',
    )
    expect(ran.exitCode).to.equal(0)
    asks({ command: 'ls' }).reply(201, started)
    expect((await run('run', ['-d', '-a', 'a1', '--json', 'ls'])).json()).to.deep.equal({
      app: 'a1',
      dyno: 'run.4711',
      command: 'ls',
      exit_code: null,
    })
  })

  it('takes a command with -- and without, in the order that was typed', async () => {
    for (const [argv, command] of [
      [['-a', 'a1', '-d', 'echo', 'b', 'a', 'b', '--loud', '-z=1'], 'echo b a b --loud -z=1'],
      [['echo', 'b', '--loud', '-a', 'a1', '-d'], 'echo b --loud'],
      [
        ['-a', 'a1', '-d', '--', 'node', '-e', 'x', '--json', '-a', 'other'],
        'node -e x --json -a other',
      ],
      [['-a', 'a1', '-d', 'ls', '--', '--all'], 'ls --all'],
      [['-a', 'a1', '-d', '--', 'ls | wc -l; exit 3'], 'ls | wc -l; exit 3'],
    ] as const) {
      asks({ command }).reply(201, started)
      expect((await run('run', [...argv])).exitCode, command).to.equal(0)
    }
  })

  it('asks again where the release is not known everywhere yet, and no more than twice', async () => {
    asks({ command: 'ls' }).times(2).reply(409, { id: 'conflict', message: 'Release not found' })
    asks({ command: 'ls' }).reply(201, started)
    expect((await run('run', ['-d', '-a', 'a1', 'ls'])).exitCode).to.equal(0)
    asks({ command: 'ls' }).times(3).reply(409, { id: 'conflict', message: 'Release not found' })
    expect((await run('run', ['-d', '-a', 'a1', 'ls'])).exitCode).to.equal(7)
  })

  it('says what is wrong before anything is asked for', async () => {
    for (const [argv, said] of [
      [[], /Which command\?/],
      [['--', ''], /Which command\?/],
      [['-e', 'A', 'ls'], /--env \(-e\) takes KEY=VALUE/],
      [['--detatched', 'ls'], /There is no flag --detatched\.\s+Did you mean --detached\?/],
      [['--size'], /--size expects a value/],
    ] as const) {
      const ran = await run('run', ['-a', 'a1', ...argv])
      expect(ran.exitCode, argv.join(' ')).to.equal(2)
      expect(ran.stderr).to.match(said)
    }
  })

  it("passes the platform's refusal on", async () => {
    asks({ command: 'ls', size: 'huge' }).reply(422, {
      id: 'invalid_params',
      message: 'No such size as huge.',
    })
    const ran = await run('run', ['-d', '-a', 'a1', '-s', 'huge', 'ls'])
    expect(ran.exitCode).to.equal(7)
    expect(ran.stderr).to.match(/No such size as huge\./)
  })

  it('cannot attach where the platform names no place to meet', async () => {
    nock(API)
      .post(
        '/apps/a1/dynos',
        (body: { attach: boolean; force_no_tty: boolean; command: string }) =>
          body.attach && body.force_no_tty && body.command.startsWith('ls ; echo '),
      )
      .reply(201, started)
    const ran = await run('run', ['-a', 'a1', 'ls'])
    expect(ran.exitCode).to.equal(7)
    expect(ran.stderr).to.match(/run\.4711 cannot be attached to/)
  })
})
