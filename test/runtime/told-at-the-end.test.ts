import { expect } from 'chai'
import type { App } from '../../src/runtime/app.js'
import { bootLine } from '../../src/runtime/boot-line.js'
import { crashError } from '../../src/runtime/crash-report.js'
import type { OwnDyno } from '../../src/runtime/dyno.js'
import { EventLog } from '../../src/runtime/event-log.js'
import type { Instance } from '../../src/runtime/instances.js'
import { dynoOutput } from '../../src/runtime/outlet.js'

const appOf = (more: Partial<App> = {}): App =>
  ({
    name: 'api',
    isCluster: true,
    nodeArgs: [],
    env: {},
    interpreter: { isNode: true },
    ...more,
  }) as App

describe('the line that a dyno prints once it has decided', () => {
  const dyno = { memory: 512, memorySource: 'said', cpus: 2 } as OwnDyno
  const sized = [{ name: 'api', instances: 2, why: 'the file', isEstimate: false }]
  const budget = { total: 400, shares: new Map([['api', 200]]) }
  const line = (app: Partial<App> = {}, more: Partial<OwnDyno> = {}, limits = {}) => {
    const given = { budget, heap: 464 as number | undefined, ...limits }
    return bootLine([appOf(app)], sized, { ...dyno, ...more }, given.budget, given.heap)
  }
  const begins = 'shipit: api × 2 (the file); this dyno has 512 MB (said) and 2 CPUs'
  const share = '; an instance is reloaded beyond api 200 MB (once the dyno is full)'

  it('tells the instances, the dyno, and the limits that they are held to', () => {
    expect(line()).to.equal(`${begins}${share}; heap limit 464 MB\n`)
    expect(line({}, { cpus: 1 })).to.include(' and 1 CPU;')
    const file = '; an instance is reloaded beyond api 100 MB (the file)'
    expect(line({ maxMemory: 100 * 2 ** 20 })).to.equal(`${begins}${file}; heap limit 464 MB\n`)
    expect(line({ maxMemory: 100 * 2 ** 20, isCluster: false })).to.include(file)
  })

  it('tells no limit that nothing is held to', () => {
    expect(line({ isCluster: false }, {}, { heap: undefined })).to.equal(`${begins}\n`)
    expect(line({}, {}, { budget: undefined, heap: undefined })).to.equal(`${begins}\n`)
    const own = { nodeArgs: ['--max-old-space-size=100'] }
    expect(line(own)).to.equal(`${begins}${share}\n`)
    expect(line({ env: { NODE_OPTIONS: '--max-old-space-size=9' } })).to.equal(
      `${begins}${share}\n`,
    )
    expect(line({ interpreter: { isNode: false } as never })).to.equal(`${begins}${share}\n`)
  })

  it('tells of a machine its CPUs alone', () => {
    const machine = { isMachine: true }
    expect(line({}, machine)).to.equal('shipit: api × 2 (the file); this machine has 2 CPUs\n')
    expect(line({}, { ...machine, cpus: 1 })).to.include('this machine has 1 CPU\n')
  })
})

describe('what is said of an app that cannot stay up', () => {
  const crash = (more: Partial<Parameters<typeof crashError>[0]> = {}) =>
    crashError({
      app: 'api',
      isDyno: true,
      lines: ['Error: x'],
      hasPrinted: true,
      code: 7,
      why: 'it exited with code 7',
      ...more,
    })

  it('has its own status, never 0', () => {
    expect([7, 0, null].map((code) => crash({ code }).exitCode)).to.deep.equal([7, 1, 1])
  })

  it('tells that it printed nothing, or nothing to stderr', () => {
    expect(crash().toString()).to.equal(
      'shipit: api cannot stay up, so the dyno ends\n  it exited with code 7\n',
    )
    expect(crash({ lines: [] }).why).to.equal('it exited with code 7; it printed nothing to stderr')
    expect(crash({ lines: [], hasPrinted: false }).why).to.equal(
      'it exited with code 7; it printed nothing',
    )
    expect(crash({ isDyno: false }).message).to.equal('api cannot stay up, so all is stopped')
  })

  it('tells what helps, of a full heap too', () => {
    const lines = ['FATAL ERROR: Reached heap limit - JavaScript heap out of memory', 'x']
    expect(crash({ lines }).next).to.equal(
      'its heap is full: a larger dyno, fewer instances, or `node_args: --max-old-space-size=<MB>`',
    )
    expect(crash({ lines, isDyno: false }).next).to.equal(
      'its heap is full: `node_args: --max-old-space-size=<MB>`',
    )
    expect(crash({ lines: ['HEAP OUT OF MEMORY'] }).next).to.include('its heap is full')
    expect(crash({ lines, next: 'wait' }).next).to.equal('wait')
    expect(crash().next).to.equal(undefined)
  })
})

describe('what happens to instances, in the log', () => {
  const { out, err } = dynoOutput
  const writes = [out.write, err.write] as const
  let printed: string[] = []
  beforeEach(() => {
    printed = []
    // One and the same outlet where both are one pipe.
    out.write = err.write = ((text: string) => void printed.push(text)) as typeof out.write
  })
  afterEach(() => {
    ;[out.write, err.write] = writes
  })
  const log = new EventLog('web.1')
  const instanceOf = (env: object = {}, more: Partial<Instance> = {}) =>
    ({
      app: { name: 'api' },
      index: 1,
      keeper: { pm2_env: { restart_time: 2, ...env } },
      tail: { lines: ['one', 'two'] },
      ...more,
    }) as unknown as Instance
  const exit = (
    env?: object,
    more?: Partial<Instance>,
    code: number | null = 3,
    signal: string | null = null,
  ) => {
    printed = []
    log.sayExit(instanceOf(env, more), code, signal)
    return printed.join('').replace('shipit source=web.1 app=api instance=1 event=exit ', '')
  }

  it('are exits, with the delay of the restart if there is one', () => {
    expect(exit()).to.equal('code=3 restarts=2\n')
    expect(exit({}, {}, null, 'SIGKILL')).to.equal('signal=SIGKILL restarts=2\n')
    const task = { restart_task: {} }
    expect(exit(task)).to.equal('code=3 restarts=2 backoff=0ms\n')
    expect(exit({ ...task, restart_delay: 50 })).to.equal('code=3 restarts=2 backoff=50ms\n')
    expect(exit({ ...task, restart_delay: 50, prev_restart_delay: 225 })).to.equal(
      'code=3 restarts=2 backoff=225ms\n',
    )
  })

  it('are exits that were asked for, and whether it was taken out', () => {
    expect(exit({ restart_task: {} }, { wasAsked: true }, 0)).to.equal(
      'code=0 restarts=2 asked=yes\n',
    )
    expect(exit({}, { wasAsked: true, isRemoved: true }, 0)).to.equal(
      'code=0 restarts=2 asked=yes removed=yes\n',
    )
  })

  it('are crashes, with the last words', () => {
    log.sayCrash(instanceOf(), 0)
    expect(printed).to.deep.equal([
      'shipit source=web.1 app=api instance=1 event=crash code=1\n',
      'one\n',
      'two\n',
    ])
  })
})
