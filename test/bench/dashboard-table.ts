/**
 * Prints what PM2's dashboard sees and does under plain pm2-runtime and under shipit-runtime, row
 * by row: `node --import tsx test/bench/dashboard-table.ts`.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { AppFolder, freePort } from '../runtime/harness.js'
import { Dashboard } from '../support/dashboard.js'
import { ROWS_APP } from '../support/dashboard-app.js'
import { ROWS } from '../support/dashboard-rows.js'

/** Every row under one runtime; `bin` undefined is ours, built from this source. */
async function rowsOf(machine: string, bin?: string): Promise<string[]> {
  const dashboard = await Dashboard.start()
  const app = new AppFolder(ROWS_APP, bin)
  const home = path.join(app.dir, '.pm2')
  const ports = { api: await freePort(), jobs: await freePort() }
  // PM2_SILENT: pm2-runtime prints the secret otherwise.
  const run = await app.start(undefined, {
    ...dashboard.vars,
    PM2_MACHINE_NAME: 'rows',
    PM2_HOME: home,
    PM2_SILENT: 'true',
    PORT: String(ports.api),
    JOBS_PORT: String(ports.jobs),
    NODE_ENV: 'production',
    MEMORY_AVAILABLE: '1024',
  })
  try {
    const seen: string[] = []
    for (const { look } of ROWS)
      seen.push(
        await look({ dashboard, machine, ports }).catch(
          (error: Error) => `missing: ${error.message.split('\n')[0]?.slice(0, 80)}`,
        ),
      )
    return seen
  } finally {
    run.child.kill('SIGTERM')
    await run.ended
    // PM2's own agent outlives pm2-runtime.
    const left = path.join(home, 'agent.pid')
    if (existsSync(left)) stop(Number(readFileSync(left, 'utf8')))
    await app.end()
    await dashboard.close()
  }
}

function stop(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const pm2 = await rowsOf('rows', createRequire(import.meta.url).resolve('pm2/bin/pm2-runtime'))
const ours = await rowsOf('rows.web.1')
process.stdout.write('| row | pm2-runtime 7.0.4 | shipit-runtime |\n|---|---|---|\n')
ROWS.forEach(({ name }, i) => process.stdout.write(`| ${name} | ${pm2[i]} | ${ours[i]} |\n`))
