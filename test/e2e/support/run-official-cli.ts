/**
 * npm run test:official: every row of the table of the official CLI, with HEROKU_CLI or the
 * `heroku` on PATH.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { packageRoot } from '../../../src/paths.js'
import { officialCli } from './official-cli.js'

if (await officialCli()) {
  const mocha = path.join(packageRoot, 'node_modules/mocha/bin/mocha.js')
  const { status } = spawnSync(
    process.execPath,
    [mocha, '--no-parallel', 'test/e2e/official-cli-table.test.ts'],
    { cwd: packageRoot, stdio: 'inherit', env: { ...process.env, SHIPIT_SOAK: '1' } },
  )
  process.exitCode = status ?? 1
} else {
  process.stderr.write(
    'There is no official CLI here: npm install --global heroku@11.10.0, or name one by HEROKU_CLI.\n',
  )
  process.exitCode = 1
}
