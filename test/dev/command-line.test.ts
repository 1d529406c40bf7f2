import { expect } from 'chai'
import { readDevLine } from '../../src/dev/command-line.js'
import { ShipitError } from '../../src/errors.js'

describe('the command line of shipit dev', () => {
  const cases: [
    string,
    string[],
    { file?: string; words: string[]; postExec?: string; autoExit?: boolean },
  ][] = [
    ['an ecosystem file that is found', ['--env', 'blue'], { words: ['--env', 'blue', '--watch'] }],
    [
      'an ecosystem file',
      ['start', 'pm2.json', '--only', 'api'],
      { file: 'pm2.json', words: ['--only', 'api', '--watch'] },
    ],
    [
      'a script with instances',
      ['app.js', '-i', '2', '--name', 'api'],
      { file: 'app.js', words: ['-i', '2', '--name', 'api', '--watch'] },
    ],
    [
      'a script after its flags',
      ['--name', 'app.js', 'app.js'],
      { file: 'app.js', words: ['--name', 'app.js', '--watch'] },
    ],
    [
      'arguments of the script',
      ['app.js', '--', '--watch', '-i', '4'],
      { file: 'app.js', words: ['--watch', '--', '--watch', '-i', '4'] },
    ],
    ['a command', ['npm run serve'], { file: 'npm run serve', words: ['--watch'] }],
    ['--watch of its own', ['app.js', '--watch=src'], { file: 'app.js', words: ['--watch=src'] }],
    ['--no-watch', ['app.js', '--no-watch'], { file: 'app.js', words: ['--no-watch'] }],
    [
      "pm2-dev's flags",
      [
        'start',
        'app.js',
        '--ignore',
        'tmp,*.log',
        '--timestamp',
        '--post-exec',
        'npm run check',
        '--auto-exit',
      ],
      {
        file: 'app.js',
        words: ['--ignore', 'tmp,*.log', '--timestamp', '--watch'],
        postExec: 'npm run check',
        autoExit: true,
      },
    ],
  ]
  for (const [what, argv, { file, words, postExec, autoExit = false }] of cases) {
    it(`takes ${what}`, () => {
      expect(readDevLine(argv)).to.deep.equal({ file, words, postExec, isSilent: false, autoExit })
    })
  }

  it('refuses keys, flags that PM2 does not have, and several things at once, with what to type', () => {
    const refusals: [string[], RegExp][] = [
      [['app.js', '--secret', 's3cr3t'], /--secret cannot be used here/],
      [['app.js', '--wacth'], /--wacth cannot be used here/],
      [['npm', 'run', 'dev'], /these are 3: npm run dev/],
    ]
    for (const [argv, message] of refusals) {
      expect(() => readDevLine(argv))
        .to.throw(ShipitError, message)
        .with.property('exitCode', 2)
    }
    expect(() => readDevLine(['app.js', '--secret', 's3cr3t']))
      .to.throw()
      .with.property('message')
      .that.does.not.include('s3cr3t')
  })
})
