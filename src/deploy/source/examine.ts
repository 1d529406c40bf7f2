/**
 * What `shipit doctor` looks at: the project as it lies on disk, seen as a deploy would see a
 * commit of all of it.
 */

import { existsSync } from 'node:fs'
import path from 'node:path'
import { ShipitError } from '../../errors.js'
import { repositoryState, type RepositoryState } from '../../git/index.js'
import {
  gatherFolder,
  gatherPlatform,
  noApp,
  type PlatformFacts,
  type PlatformSource,
  type ProjectFacts,
} from '../../doctor/index.js'
import type { App, AppFeature, Release, Slug } from '../../heroku/index.js'
import { folderWarnings } from './folder-warnings.js'
import { deploySource } from './source.js'

/**
 * Absolute path of the app's folder: where the command was given if that is an app, else the
 * repository's root.
 */
export async function appFolder(dir: string): Promise<{ state: RepositoryState; folder: string }> {
  const state = await repositoryState(dir)
  const isApp = existsSync(path.join(dir, 'package.json'))
  return { state, folder: isApp || !state.isRepository || state.isBare ? dir : state.root }
}

/**
 * Reads the folder anew each time: after a fix there is more to see. The ecosystem file may be
 * faulty or not there.
 */
export async function examineFolder(dir: string): Promise<ProjectFacts> {
  const { findEcosystemFile, readEcosystem } = await import('../../ecosystem/index.js')
  const { state, folder } = await appFolder(dir)
  const file = await findEcosystemFile(folder)
  const ecosystem = file === undefined ? undefined : await readEcosystem(file)
  const refusal = refusalOf(state)
  const isRepository = state.isRepository && !state.isBare
  const root = isRepository ? state.root : folder
  const inner = path.relative(root, folder).split(path.sep).join('/')
  const facts = await gatherFolder({
    root,
    folder: inner,
    ecosystem,
    isRepository,
    commit: state.isRepository ? (state.commit ?? null) : null,
    uncommitted: state.isRepository && state.commit ? [...state.changed, ...state.untracked] : [],
  })
  const outside =
    state.isRepository && state.commit && inner !== ''
      ? { outside: await folderWarnings(root, state.commit, inner, facts) }
      : {}
  return { ...facts, ...outside, ...(refusal ? { refusal } : {}) }
}

/** Why the repository cannot be deployed as it is, in the deploy's own words. */
export function refusalOf(state: RepositoryState): ShipitError | undefined {
  try {
    deploySource(state)
    return undefined
  } catch (error) {
    if (error instanceof ShipitError) return error
    throw error
  }
}

/** What of the platform only the doctor asks for. */
export interface DoctorSource extends PlatformSource {
  findApp(app: string): Promise<App | undefined>
  feature(app: string, name: string): Promise<AppFeature | undefined>
  currentRelease(app: string): Promise<Release | undefined>
  slug(app: string, id: string): Promise<Slug>
}

export async function examineApp(source: DoctorSource, name: string): Promise<PlatformFacts> {
  const app = await source.findApp(name)
  if (!app) return noApp(name, source.label)
  const [asked, preboot, release] = await Promise.all([
    gatherPlatform(source, app),
    source.feature(app.name, 'preboot'),
    source.currentRelease(app.name),
  ])
  const slug = release?.slug ? await source.slug(app.name, release.slug.id) : undefined
  return { ...asked, hasPreboot: preboot?.enabled ?? null, slugSize: slug?.size ?? null }
}
