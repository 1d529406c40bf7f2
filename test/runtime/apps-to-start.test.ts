import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { appsToStart } from '../../src/runtime/apps-to-start.js'
import { parsePm2CommandLine } from '../../src/runtime/ecosystem-adapter.js'
import { dynoOutput } from '../../src/runtime/outlet.js'
import { RuntimeError } from '../../src/runtime/runtime-error.js'

const WEB = { DYNO: 'web.1', PORT: '5000', PATH: process.env.PATH! }
const LAPTOP = { PATH: process.env.PATH! }

describe('what is to be started', () => {
  const { err } = dynoOutput
  const { write } = err
  const home = process.cwd()
  let dir: string
  let printed = ''
  beforeEach(() => {
    printed = ''
    err.write = (text) => void (printed += text)
    dir = mkdtempSync(path.join(os.tmpdir(), 'shipit-apps-test-'))
    process.chdir(dir)
    writeFileSync('app.js', '')
  })
  afterEach(() => {
    err.write = write
    process.chdir(home)
    rmSync(dir, { recursive: true, force: true })
  })

  const begin = (line: string, env: Record<string, string> = WEB, isDev = false) => {
    const parsed = parsePm2CommandLine(line.split(' '))
    return appsToStart(
      { ...parsed, file: parsed.file! },
      { env, dyno: { isDyno: env.DYNO !== undefined }, isDev },
    )
  }
  const file = (apps: string, more = '') =>
    writeFileSync('e.yml', `apps:\n${apps.replaceAll(/^/gm, '  - ')}\n${more}`)
  const refusal = async (line: string, env?: Record<string, string>): Promise<RuntimeError> => {
    try {
      await begin(line, env)
    } catch (error) {
      if (error instanceof RuntimeError) return error
      throw error
    }
    throw new Error('it was not refused')
  }
  const names = ({ apps }: Awaited<ReturnType<typeof begin>>) => apps.map(({ name }) => name)

  describe('is refused', () => {
    it('of a file that cannot be used, with the place and what to do', async () => {
      expect((await refusal('start none.yml')).toString()).to.equal(
        'shipit: none.yml cannot be used\n  none.yml: there is no such file\n' +
          '  → correct it and deploy again\n',
      )
      file('{ name: api, script: app.js, instances: many, max_memory_restart: 5X }')
      const error = await refusal('start e.yml')
      expect(error.message).to.equal('e.yml cannot be used')
      expect(error.why).to.match(
        /^e\.yml:2:\d+ apps\/0\/instances: .+\n {2}e\.yml:2:\d+ apps\/0\/max_memory_restart: /,
      )
      expect(error.next).to.equal('correct it and deploy again')
      expect((await refusal('start e.yml', LAPTOP)).next).to.equal('correct it and start again')
    })

    it('of apps that are not there', async () => {
      file('{ name: api, script: app.js }\n{ name: jobs, script: app.js }')
      expect((await refusal('start e.yml --only api,web,db')).toString()).to.match(
        /^shipit: there is no app called web, db in .*e\.yml\n {2}it has api, jobs\n$/,
      )
      expect((await refusal('start e.yml --only web')).message).to.match(
        /^there is no app called web in /,
      )
      writeFileSync('none.yml', 'apps: []\n')
      for (const line of ['start none.yml', 'start none.yml --only api'])
        expect((await refusal(line)).toString()).to.equal(
          'shipit: none.yml cannot be used\n  none.yml:1:7 apps: the list of apps is empty\n' +
            '  → correct it and deploy again\n',
        )
    })

    it('where nothing is left, or a script is missing', async () => {
      file(
        '{ name: api, script: app.js, autostart: false }\n{ name: jobs, script: app.js, autostart: false }',
      )
      const error = await refusal('start e.yml')
      expect([error.message, error.why]).to.deep.equal([
        'no app is to be started',
        '`autostart: false` keeps api, jobs from it',
      ])
      file('{ name: api }')
      expect((await refusal('start e.yml')).why).to.match(/^e\.yml:2:\d+ apps\/0: has no script/)
      file('{ name: api, script: gone.js }')
      expect((await refusal('start e.yml')).message).to.include('gone.js')
    })
  })

  it('is every app of the file, or those that are named', async () => {
    file('{ name: a, script: app.js }\n{ name: b, script: app.js }\n{ name: c, script: app.js }')
    expect(names(await begin('start e.yml'))).to.deep.equal(['a', 'b', 'c'])
    expect(names(await begin('start e.yml --only a,c'))).to.deep.equal(['a', 'c'])
    expect(names(await begin('start e.yml --only a,,c,'))).to.deep.equal(['a', 'c'])
    expect(printed).to.equal('')
  })

  it('leaves out in a dyno what waits for a person, and keeps it on a laptop', async () => {
    file('{ name: a, script: app.js, autostart: false }\n{ name: b, script: app.js }')
    expect(names(await begin('start e.yml'))).to.deep.equal(['b'])
    expect(printed).to.equal('shipit: warning: not started, as `autostart: false` wants it: a\n')
    printed = ''
    expect(names(await begin('start e.yml', LAPTOP, true))).to.deep.equal(['a', 'b'])
    expect(printed).to.equal('')
  })

  it('is a script of the command line, with its options', async () => {
    const { apps } = await begin('start app.js --name one -i 2 -- x y')
    expect(apps[0]).to.deep.include({ name: 'one', wanted: 2, isCluster: true, args: ['x', 'y'] })
    expect(apps[0]!.script).to.equal(path.join(process.cwd(), 'app.js'))
  })

  it('has the environment that is named, and a warning where there is none', async () => {
    file(
      '{ name: api, script: app.js, env: { A: "1" }, env_blue: { A: "2" }, append_env_to_name: true }\n{ name: jobs, script: app.js }',
      'deploy:\n  green: { user: u, host: [h], ref: main, repo: r, path: /p, env: { A: "3" } }\n',
    )
    const [plain] = (await begin('start e.yml')).apps
    expect([plain!.name, plain!.env.A, printed]).to.deep.equal(['api', '1', ''])
    const blue = await begin('start e.yml --env blue')
    expect(names(blue)).to.deep.equal(['api-blue', 'jobs'])
    expect(blue.apps[0]!.env.A).to.equal('2')
    expect((await begin('start e.yml', { ...WEB, SHIPIT_ENV: 'blue' })).apps[0]!.env.A).to.equal(
      '2',
    )
    expect((await begin('start e.yml --env green')).apps[1]!.env.A).to.equal('3')
    expect(printed).to.equal('')
    await begin('start e.yml --env red')
    expect(printed).to.equal('shipit: warning: no app has env_red in e.yml\n')
  })

  it('drains for 25 s, or as long as SHIPIT_DRAIN or the file says', async () => {
    file('{ name: a, script: app.js }\n{ name: b, script: app.js, kill_timeout: 3000 }')
    const drains = async (SHIPIT_DRAIN?: string) =>
      (await begin('start e.yml', { ...WEB, ...(SHIPIT_DRAIN ? { SHIPIT_DRAIN } : {}) })).apps.map(
        ({ killTimeout }) => killTimeout,
      )
    expect(await drains()).to.deep.equal([25_000, 3000])
    expect(await drains('7')).to.deep.equal([7000, 3000])
    expect(await drains('1')).to.deep.equal([1000, 3000])
    expect(await drains('0')).to.deep.equal([25_000, 3000])
    expect(await drains('long')).to.deep.equal([25_000, 3000])
  })

  it('is watched where files change, and elsewhere only if SHIPIT_WATCH or the line asks for it', async () => {
    file('{ name: a, script: app.js, watch: true }\n{ name: b, script: app.js }')
    const isWatched = async (line: string, env: Record<string, string>) => {
      printed = ''
      const { isWatched: is } = await begin(line, env)
      return [is, printed.includes('`watch` is ignored in a dyno, whose files do not change (a)')]
    }
    expect(await isWatched('start e.yml', LAPTOP)).to.deep.equal([true, false])
    expect(await isWatched('start e.yml', WEB)).to.deep.equal([false, true])
    expect(await isWatched('start e.yml', { ...WEB, SHIPIT_WATCH: '1' })).to.deep.equal([
      true,
      false,
    ])
    expect(await isWatched('start e.yml --watch', WEB)).to.deep.equal([true, false])
    expect(await isWatched('start e.yml --no-watch', LAPTOP)).to.deep.equal([false, false])
    file('{ name: a, script: app.js }')
    expect(await isWatched('start e.yml', LAPTOP)).to.deep.equal([false, false])
    printed = ''
    const { apps } = await begin('start e.yml --watch', LAPTOP)
    expect(printed).to.equal('')
    expect(apps[0]!.options.watch).to.equal(true)
    expect((await begin('start e.yml', LAPTOP)).apps[0]!.options.watch).to.equal(undefined)
  })

  it('writes no log files, which is said of each app that names one', async () => {
    const warnings = async (isDev = false) => {
      printed = ''
      await begin('start e.yml', isDev ? LAPTOP : WEB, isDev)
      return printed
    }
    file(
      '{ name: a, script: app.js, out_file: a.log }\n{ name: b, script: app.js, error_file: b.log }\n{ name: c, script: app.js, out_file: /dev/null, error_file: "NULL" }\n{ name: d, script: app.js }',
    )
    expect(await warnings()).to.equal(
      "shipit: warning: log files are not written, since a dyno's disk does not last; the lines " +
        "are in the app's log (a, b)\n",
    )
    expect(await warnings(true)).to.equal(
      "shipit: warning: log files are not written; the lines are in this session's log (a, b)\n",
    )
    file('{ name: c, script: app.js, out_file: /dev/null }')
    expect(await warnings()).to.equal('')
    for (const name of ['log_file', 'output', 'error', 'log', 'out', 'err']) {
      file(`{ name: a, script: app.js, ${name}: a.log }`)
      expect(await warnings(), name).to.include('log files are not written')
    }
  })

  it('takes from the line how lines are printed, and says what of it is ignored', async () => {
    file('{ name: a, script: app.js }\n{ name: b, script: app.js, log_date_format: HH }')
    const printedAs = async (line: string) =>
      (await begin(line)).apps.map(({ options: { log_type, log_date_format } }) => [
        log_type,
        log_date_format,
      ])
    expect(await printedAs('start e.yml')).to.deep.equal([
      [undefined, undefined],
      [undefined, 'HH'],
    ])
    expect(await printedAs('start e.yml --json')).to.deep.equal([
      ['json', undefined],
      ['json', 'HH'],
    ])
    expect(await printedAs('start e.yml --log-date-format YYYY')).to.deep.equal([
      [undefined, 'YYYY'],
      [undefined, 'HH'],
    ])
    expect(printed).to.equal('')
    await begin('start e.yml -i 3 --no-daemon')
    expect(printed).to.match(
      /the command line's instances is ignored: e\.yml says what its apps have/,
    )
  })

  it('leaves out what the line asks of a daemon, and says why', async () => {
    await begin('start app.js --output a.log --no-daemon')
    expect(printed).to.match(/^(shipit: warning: --?\S+ is left out: \S.+\n)+$/)
  })

  it('lives in the folder that it was started from', async () => {
    mkdirSync('in')
    writeFileSync('in/e.yml', 'apps:\n  - { name: api, script: app.js }\n')
    expect((await begin('start in/e.yml')).apps[0]!.cwd).to.equal(process.cwd())
  })
})
