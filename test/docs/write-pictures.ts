/** npm run docs:pictures: the README's pictures, of a real deploy and of monit. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from '../../src/paths.js'
import { World } from '../e2e/support/world.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { SHOP, visit } from './shop.js'

const COLUMNS = 100
const APP = ['--local', '--app', 'shop']
const folder = path.join(packageRoot, '.github/docs/pictures')

const world = await World.create()
try {
  await mkdir(folder, { recursive: true })
  const dir = await world.app('shop', SHOP)
  const terminal = (rows: number, argv: string[]) =>
    new PseudoTerminal(process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...argv], {
      columns: COLUMNS,
      rows,
      cwd: dir,
      env: { ...world.env, COLORTERM: 'truecolor' },
    })
  const write = (name: string, picture: string) =>
    writeFile(path.join(folder, `${name}.svg`), picture)

  const deploy = terminal(24, ['deploy', ...APP])
  if ((await deploy.ended) !== 0) throw new Error(`The deploy failed:\n${deploy.text}`)
  await write('deploy', deploy.picture('shipit deploy --local --app shop'))

  await world.ok(['scale', 'web=2:standard-1x', ...APP], { cwd: dir })
  const { url } = await world.json<{ url: string }>(['deploy', ...APP], { cwd: dir })
  const visits = visit(url)
  const monit = terminal(30, ['monit', ...APP])
  try {
    await monit.shows(/shop:1/, 60_000)
    // Charts are of many samples, one each 20 s.
    await delay(Number(process.env.SHIPIT_PICTURE_SECONDS ?? 130) * 1000)
    await write('monit', monit.picture('shipit monit --app shop'))
  } finally {
    monit.type('q')
    await monit.close()
    await visits.stop()
  }
} finally {
  await world.close()
}
