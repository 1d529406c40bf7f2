import path from 'node:path'
import { findEcosystemFile, readEcosystem } from '../ecosystem/index.js'

interface DeployedApps {
  /** Name of the ecosystem file; undefined if the folder has none. */
  file: string | undefined
  /** The apps that its `deploy:` block names, each once. */
  apps: string[]
}

/**
 * The apps that a folder is deployed to, by its ecosystem file. What is wrong with that file is for
 * `deploy` and `doctor` to tell.
 */
export async function appsOfFolder(dir: string): Promise<DeployedApps> {
  const file = await findEcosystemFile(dir)
  if (file === undefined) return { file, apps: [] }
  const { deploy } = await readEcosystem(file)
  return {
    file: path.basename(file),
    apps: [...new Set(Object.values(deploy).flatMap(({ app }) => app ?? []))],
  }
}
