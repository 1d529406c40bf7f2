/** What holds for every start line: one that is not understood stays as its user wrote it. */
import { expect } from 'chai'
import fc from 'fast-check'
import { ShipitError } from '../../src/errors.js'
import { detect } from '../../src/init/detect/index.js'
import { memoryFolder } from '../init/memory-folder.js'

/** Programs that nobody has, with words and operators of a shell around them. */
const program = fc.stringMatching(/^zz[a-z]{2,8}$/)
const word = fc.oneof(
  fc.stringMatching(/^[a-z0-9._/-]{1,10}$/),
  fc.constantFrom('server.js', '--port=$PORT', '"two words"', "'$HOME'", '2>&1', '*.js', '--'),
)
const command = fc
  .tuple(program, fc.array(word, { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest].join(' '))
const line = fc.oneof(
  command,
  fc.tuple(fc.constantFrom('A=1', 'NODE_ENV=production'), command).map((parts) => parts.join(' ')),
  fc.tuple(command, fc.constantFrom('&&', '||', ';', '|', '&'), command).map((it) => it.join(' ')),
  command.map((inner) => `$(${inner})`),
  command.map((inner) => `if true; then ${inner}; fi`),
)
/** Files that a guess would take. */
const TEMPTING = { 'server.js': '', 'index.js': '', 'app.js': '', 'src/index.js': '' }

describe('for every start line that is not understood', () => {
  for (const place of ['start script', 'Procfile'] as const)
    it(`no file with a usual name is started in its place (${place})`, () => {
      fc.assert(
        fc.property(line, (text) => {
          const manifest = { name: 'shop', main: 'index.js' }
          const folder = memoryFolder(
            place === 'Procfile'
              ? { ...TEMPTING, 'package.json': manifest, Procfile: `web: ${text}\n` }
              : { ...TEMPTING, 'package.json': { ...manifest, scripts: { start: text } } },
          )
          const found = detectOrRefusal(() => detect(folder))
          if (found instanceof ShipitError) expect(found.code).to.equal('project')
          else expect(found.kept?.command).to.equal(text)
        }),
      )
    })
})

function detectOrRefusal<T>(work: () => T): T | ShipitError {
  try {
    return work()
  } catch (error) {
    if (error instanceof ShipitError) return error
    throw error
  }
}
