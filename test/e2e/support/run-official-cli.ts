/**
 * npm run test:official: the suites of the official CLI, with HEROKU_CLI or the `heroku` on PATH.
 * SHIPIT_SOAK=1 runs every row of the table; arguments go to mocha.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { packageRoot } from '../../../src/paths.js'
import { officialCli } from './official-cli.js'

const SUITES = ['official-cli', 'official-cli-table'].map((name) => `test/e2e/${name}.test.ts`)

if (await officialCli()) {
  const mocha = path.join(packageRoot, 'node_modules/mocha/bin/mocha.js')
  const { status } = spawnSync(process.execPath, [mocha, ...SUITES, ...process.argv.slice(2)], {
    cwd: packageRoot,
    stdio: 'inherit',
    env: { ...process.env, SHIPIT_OFFICIAL_CLI: '1' },
  })
  process.exitCode = status ?? 1
} else {
  process.stderr.write(
    'There is no official CLI here: npm install --global heroku@11.10.0, or name one by HEROKU_CLI.\n',
  )
  process.exitCode = 1
}
