import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startDashboard, type ServerOptions } from '../../src/dashboard/server.js'
import { openHistory } from '../../src/history/index.js'
import type { World } from '../support/embedded/index.js'
import { DashboardClient } from '../support/dashboard-client.js'

const PAGE = { 'index.html': '<p>the page</p>', 'page.js': '', 'page.css': '', 'icon.svg': '' }

/** The dashboard of a world's app a1, with a page of nothing, and a browser that was let in. */
export async function dashboardOf(world: World, options: Partial<ServerOptions> = {}) {
  const pageFolder = await mkdtemp(path.join(tmpdir(), 'shipit-page-'))
  for (const [file, text] of Object.entries(PAGE))
    await writeFile(path.join(pageFolder, file), text)
  const server = await startDashboard({
    api: world.api,
    apps: ['a1'],
    platform: 'local',
    openHistory: (app) => openHistory({ app }),
    isReadOnly: false,
    version: '0.0.0',
    pageFolder,
    ...options,
  })
  return {
    server,
    client: await DashboardClient.open(server.url),
    async close() {
      await server.close()
      await rm(pageFolder, { recursive: true })
    },
  }
}
export type Opened = Awaited<ReturnType<typeof dashboardOf>>
