import { expect } from 'chai'
import { checkHints } from './hints.js'

describe('the check of hints', () => {
  for (const hint of [
    'shipit local cycle web.1 --local',
    'shipit deply',
    'shipit deploy --ap myapp',
    'shipit keys frobnicate --help',
    'shipit ps --app',
  ])
    it(`rejects \`${hint}\``, async () => {
      const fault = await checkHints(` ›   Error: x\n   → ${hint}\n`).then(
        () => undefined,
        (error: Error) => error.message,
      )
      expect(fault).to.include(hint)
    })

  it('accepts what can be run, with prose behind it', async () => {
    await checkHints(
      [
        '   → shipit --help lists the commands.',
        '   → shipit keys --help',
        '   → shipit deploy --app myapp --force, if that is what you want',
        '   → shipit config set --app\n     NAME',
        'Did you mean `shipit frobnicate`?',
      ].join('\n'),
    )
  })
})
