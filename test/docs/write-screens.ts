/** npm run docs:screens: what the commands show on terminals of three widths, from a real run. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { packageRoot } from '../../src/paths.js'
import { World } from '../e2e/support/world.js'
import { PseudoTerminal } from '../support/pseudo-terminal.js'
import { SHOP, visit } from './shop.js'

const WIDTHS = [80, 120, 200]
const ROWS = 130
const MONIT_ROWS = 30
const APP = ['--app', 'shop']
const folder = path.join(packageRoot, '.github/docs/screens')
const COMMANDS = [
  ['ps', ...APP],
  ['show', 'web.1', ...APP],
  ['logs', '--num', '30', ...APP],
  ['deploy', '--help'],
]

const world = await World.create()
const pages = new Map<number, string[]>(WIDTHS.map((width) => [width, []]))
try {
  const dir = await world.app('shop', SHOP)
  const env = { ...world.env, SHIPIT_LOCAL: '1', COLORTERM: 'truecolor' }
  const terminal = (columns: number, rows: number, argv: string[]) =>
    new PseudoTerminal(process.execPath, [path.join(packageRoot, 'bin/shipit.js'), ...argv], {
      columns,
      rows,
      cwd: dir,
      env,
    })
  const add = (columns: number, argv: string[], { text }: PseudoTerminal) =>
    pages
      .get(columns)!
      .push(`## shipit ${argv.join(' ')}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`)

  for (const [index, columns] of WIDTHS.entries()) {
    const server = SHOP['server.js'].replace("end('shop')", `end('shop ${index}')`)
    await writeFile(path.join(dir, 'server.js'), server)
    await world.commit(dir, `Say shop ${index}`)
    const deploy = terminal(columns, ROWS, ['deploy', ...APP])
    if ((await deploy.ended) !== 0) throw new Error(`The deploy failed:\n${deploy.text}`)
    add(columns, ['deploy', ...APP], deploy)
  }
  const [{ web_url: url }] = await world.json<[{ web_url: string }]>(['apps', '--local'])
  const visits = visit(url)
  const monits = WIDTHS.map((columns) => terminal(columns, MONIT_ROWS, ['monit', ...APP]))
  try {
    // Charts are of several samples, one each 20 s; later the log's 1,500 lines lack the boot.
    await delay(Number(process.env.SHIPIT_PICTURE_SECONDS ?? 70) * 1000)
    for (const [index, columns] of WIDTHS.entries()) {
      add(columns, ['monit', ...APP], monits[index]!)
      for (const argv of COMMANDS) {
        const shown = terminal(columns, ROWS, argv)
        await shown.ended
        add(columns, argv, shown)
      }
    }
  } finally {
    for (const monit of monits) monit.type('q')
    await Promise.all(monits.map((monit) => monit.close()))
    await visits.stop()
  }
  await mkdir(folder, { recursive: true })
  for (const [columns, parts] of pages)
    await writeFile(
      path.join(folder, `${columns}-columns.md`),
      [
        `# On a terminal of ${columns} columns\n`,
        'Made by `npm run docs:screens` from a real run on the embedded Heroku.\n',
        ...parts,
      ].join('\n'),
    )
} finally {
  await world.close()
}
