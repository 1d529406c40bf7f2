import { expect } from 'chai'
import {
  addLocal,
  misusedCommand,
  unknownCommand,
  withLocal,
} from '../../src/ui/command-line-errors.js'
import { ShipitError } from '../../src/errors.js'
import { packageRoot } from '../../src/paths.js'
import { execFile } from 'node:child_process'
import path from 'node:path'

const commands = [
  { id: 'deploy', takesArguments: true },
  { id: 'ps', takesArguments: true },
  { id: 'scale', takesArguments: true },
  { id: 'whoami', takesArguments: false },
  { id: 'keys:set', takesArguments: true },
  { id: 'keys:list', takesArguments: false },
]

describe('a mistyped command', () => {
  it('is answered with the one that was probably meant', () => {
    expect(unknownCommand('dploy', commands, 'shipit')).to.include({
      code: 'usage',
      exitCode: 2,
      message: 'There is no command `shipit dploy`.',
      why: 'Did you mean `shipit deploy`?',
    })
    expect(unknownCommand('keys:lst', commands, 'shipit')).to.include({
      message: 'There is no command `shipit keys lst`.',
      why: 'Did you mean `shipit keys list`?',
      next: 'shipit keys --help lists the commands.',
    })
    expect(unknownCommand('frobnicate', commands, 'shipit').why).to.equal(undefined)
    expect(unknownCommand('ps:exec', commands, 'shipit')).to.include({
      message: 'There is no command `shipit ps exec`.',
      next: 'shipit run bash',
    })
  })
  it('is told from an argument too many', () => {
    expect(unknownCommand('whoami:extra', commands, 'shipit').message).to.equal(
      '`shipit whoami` takes no arguments.',
    )
  })
  it("of Heroku's own CLI is answered with ours", () => {
    expect(unknownCommand('ps:scale', commands, 'shipit')).to.include({
      message: '`shipit ps` has no commands below it.',
      why: 'Did you mean `shipit scale`?',
      next: 'shipit ps --help',
    })
    expect(unknownCommand('ps:frobnicate', commands, 'shipit').why).to.equal(undefined)
  })
  it('by another name elsewhere is answered with ours', () => {
    const why = (id: string) => unknownCommand(id, commands, 'shipit').why
    expect(why('exec:an-app')).to.equal("A one-off dyno has the app's code and config vars.")
    expect(why('constructor')).to.equal(undefined)
  })
  it('of a command that is a topic too, is answered with what was meant and not repeated', () => {
    const both = [
      ...commands,
      { id: 'config', takesArguments: false },
      { id: 'config:get', takesArguments: true },
    ]
    expect(unknownCommand('config:gte', both, 'shipit')).to.include({
      message: '`shipit config` takes no arguments.',
      why: 'Did you mean `shipit config get`?',
    })
    expect(JSON.stringify(unknownCommand('config:KEY=s3cr3t', both, 'shipit'))).to.not.contain(
      's3cr3t',
    )
  })
  it('does not have what follows it repeated, which may be a secret', () => {
    for (const id of ['keys:sett:s3cr3tvalue', 'kyes:s3cr3tvalue', 'keys:list:s3cr3tvalue'])
      expect(JSON.stringify(unknownCommand(id, commands, 'shipit'))).to.not.contain('s3cr3t')
  })
})

describe('a mistyped flag', () => {
  it('of another tool, or with letters that have changed places, is answered with ours', () => {
    const guess = (flag: string, ...known: string[]) =>
      misusedCommand(Object.assign(new Error(flag), { flags: [flag] }), known, 'shipit logs').why
    expect(guess('-f', 'app', 'json', 'tail')).to.equal('Did you mean --tail?')
    expect(guess('--follow', 'app', 'json', 'tail')).to.equal('Did you mean --tail?')
    expect(guess('--josn', 'app', 'json')).to.equal('Did you mean --json?')
    expect(guess('-f', 'app')).to.equal(undefined)
    expect(guess('--constructor', 'app')).to.equal(undefined)
  })
  it('is answered with the one that was probably meant, and without its value', () => {
    const error = misusedCommand(
      Object.assign(new Error('Nonexistent flag: --aap=s3cr3t\nSee more help with --help'), {
        flags: ['--aap=s3cr3t'],
      }),
      ['app', 'local', 'json'],
      'shipit ps',
    )
    expect(error).to.include({
      code: 'usage',
      message: 'There is no flag --aap.',
      why: 'Did you mean --app?',
      next: 'shipit ps --help',
    })
  })
  it('that is missing is named as it is typed', () => {
    const error = misusedCommand(
      new Error(
        'The following error occurred:\n  Missing required flag app\nSee more help with --help',
      ),
      [],
      'shipit destroy',
    )
    expect(error).to.include({
      message: 'Missing required flag --app.',
      next: 'shipit destroy --help',
    })
  })
  it('with a wrong value is told in one line', () => {
    const error = misusedCommand(
      new Error(
        'Parsing --num \n\tExpected an integer greater than or equal to 1 but received: 0\nSee more help with --help',
      ),
      [],
      'shipit logs',
    )
    expect(error.message).to.equal(
      '--num: expected an integer greater than or equal to 1 but received: 0.',
    )
  })
})

describe('commands that an error suggests', () => {
  it('speak to the platform that the failed one spoke to', () => {
    expect(
      addLocal('Look at `shipit ps --app my-app`, then shipit logs --app b --dyno web.1'),
    ).to.equal(
      'Look at `shipit ps --app my-app --local`, then shipit logs --app b --local --dyno web.1',
    )
    expect(addLocal('shipit rollback v3 --app my-app --local')).to.equal(
      'shipit rollback v3 --app my-app --local',
    )
    expect(addLocal('shipit deploy --local --app t1')).to.equal('shipit deploy --local --app t1')
    expect(addLocal('shipit apps create my-app\nshipit config set A --app my-app')).to.equal(
      'shipit apps create my-app --local\nshipit config set A --app my-app --local',
    )
    expect(addLocal('shipit review down --name pr-4 --pipeline shop --force')).to.equal(
      'shipit review down --name pr-4 --pipeline shop --local --force',
    )
    expect(addLocal('shipit pipelines destroy shop --confirm shop')).to.equal(
      'shipit pipelines destroy shop --local --confirm shop',
    )
    expect(addLocal('the name given by --app, HEROKU_APP')).to.equal(
      'the name given by --app, HEROKU_APP',
    )
    const error = new ShipitError('boot', {
      message: 'web.1 crashed.',
      next: 'shipit logs --app a1',
      details: { dyno: 'web.1' },
    })
    expect(withLocal(error, false)).to.equal(error)
    expect(withLocal(error, true)).to.deep.include({
      code: 'boot',
      next: 'shipit logs --app a1 --local',
      details: { dyno: 'web.1' },
      exitCode: 12,
    })
  })
})

describe('the command line', function () {
  this.timeout(60_000)
  const shipit = (...args: string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        [path.join(packageRoot, 'bin/shipit.js'), ...args],
        (error, stdout, stderr) =>
          resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      )
    })
  it('answers what it does not know with exit status 2, a guess and, where asked, one JSON object', async () => {
    const [command, flag, help, json] = await Promise.all([
      shipit('dploy'),
      shipit('deploy', '--aap', 'x'),
      shipit('dploy', '--help'),
      shipit('rollbak', '--json'),
    ])
    expect(command.status).to.equal(2)
    expect(command.stderr).to.contain('Did you mean `shipit deploy`?')
    expect(flag).to.include({
      status: 2,
      stderr:
        ' ›   Error: There is no flag --aap.\n     Did you mean --app?\n   → shipit deploy --help\n',
    })
    expect(help).to.deep.equal(command)
    expect(JSON.parse(json.stdout).error).to.include({ code: 'usage', exit_code: 2 })
  })
  it('shows help by -h and by the help command too', async () => {
    const [long, short, command, topic] = await Promise.all([
      shipit('deploy', '--help'),
      shipit('deploy', '-h'),
      shipit('help', 'deploy'),
      shipit('help', 'keys', 'set'),
    ])
    expect(long).to.deep.equal(short).and.to.deep.equal(command)
    expect(topic.stdout).to.contain('shipit keys set')
  })
})
