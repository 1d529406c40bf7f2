import { expect } from 'chai'
import pc from 'picocolors'
import { describePlan } from '../../src/init/describe-plan.js'
import type { InitPlan, InitStep } from '../../src/init/types.js'

const plan = (more: Partial<InitPlan>): InitPlan => ({
  dir: '/app',
  steps: [],
  decisions: [],
  warnings: [],
  ...more,
})
const said = (more: Partial<InitPlan>, width = 40, isColoured = false) =>
  describePlan(plan(more), { width, colours: pc.createColors(isColoured) })
const run = (...command: string[]) =>
  ({ kind: 'run', file: 'yarn.lock', command, why: 'in step' }) as unknown as InitStep

describe('the plan as lines', () => {
  it('has what was found, each step with its reasons, and what to look out for', () => {
    expect(
      said({
        decisions: ['server.js starts the app: scripts.start is it.', 'Another.'],
        steps: [
          {
            kind: 'create',
            file: 'a',
            after: '',
            why: 'first\nsecond reason, which is too long to stand in one line',
          },
          { kind: 'edit', file: 'b', before: '', after: '', why: 'x' },
          { kind: 'remove', file: 'c', why: 'y' },
          run('npm', 'install'),
        ],
        warnings: ['Mind this, which is too long to stand in one line.', 'And that.'],
      }),
    ).to.equal(
      [
        'server.js starts the app: scripts.start',
        'is it.',
        'Another.',
        '',
        '  + a',
        '      first',
        '      second reason, which is too long',
        '        to stand in one line',
        '  ~ b',
        '      x',
        '  - c',
        '      y',
        '  $ npm install',
        '      in step',
        '',
        '! Mind this, which is too long to stand',
        '  in one line.',
        '! And that.',
      ].join('\n'),
    )
  })

  it('leaves out the parts that are empty', () => {
    expect(said({ warnings: ['Mind.'] })).to.equal('! Mind.')
    expect(said({ decisions: ['Found.'], warnings: ['Mind.'] })).to.equal('Found.\n\n! Mind.')
    expect(said({})).to.equal('')
  })

  it('shows no folder that stands for one of the moment', () => {
    const words = ['--modules-folder', '<scratch>/m', '--cache-folder', '<scratch>/c', '--x-folder']
    expect(said({ steps: [run('yarn', 'install', ...words)] })).to.equal(
      '  $ yarn install --x-folder\n      in step',
    )
    expect(said({ steps: [run('yarn', 'x--cache-folder', '--cache-folders')] })).to.match(
      /yarn x--cache-folder\n? +--cache-folders/,
    )
  })

  it('has colours where they are shown, which take no columns', () => {
    const colours = pc.createColors(true)
    const why = 'reason'
    expect(
      said(
        {
          steps: [
            { kind: 'create', file: 'a', why },
            { kind: 'edit', file: 'a', why },
            { kind: 'remove', file: 'a', why },
            run('npm'),
          ],
          warnings: ['Mind.'],
        },
        40,
        true,
      ).split('\n'),
    ).to.deep.equal([
      `  ${colours.green('+')} a`,
      colours.dim('      reason'),
      `  ${colours.yellow('~')} a`,
      colours.dim('      reason'),
      `  ${colours.red('-')} a`,
      colours.dim('      reason'),
      `  ${colours.cyan('$')} npm`,
      colours.dim('      in step'),
      '',
      `${colours.yellow('!')} Mind.`,
    ])
  })
})
