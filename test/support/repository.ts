import path from 'node:path'
import type { SimpleGit } from 'simple-git'
import { repository, temporaryFolder } from '../git/git-server.js'

export interface TemporaryRepository {
  /** What holds the repository, for whatever else a test writes. */
  folder: string
  dir: string
  git: SimpleGit
  remove: () => Promise<void>
}

/** A repository with one commit on `main`, in a temporary folder of its own. */
export async function temporaryRepository(): Promise<TemporaryRepository> {
  const { dir: folder, remove } = await temporaryFolder()
  const dir = path.join(folder, 'app')
  return { folder, dir, git: await repository(dir), remove }
}
