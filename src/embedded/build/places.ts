import path from 'node:path'
import type { Folders } from '../store/types.js'

/**
 * Where builds keep things; all of an app's folders are named by its id, so that destroying it is
 * removing them.
 */
export function buildPlaces(folders: Folders) {
  return {
    outputFile: (appId: string, buildId: string) =>
      path.join(folders.builds, appId, `${buildId}.log`),
    slug: (appId: string, slugId: string) => path.join(folders.slugs, appId, slugId),
    appFolders: (appId: string) =>
      [folders.builds, folders.slugs, folders.caches, folders.repos].map((folder) =>
        path.join(folder, appId),
      ),
    cache: (appId: string) => path.join(folders.caches, appId),
    /** Tools and package stores that all apps share. */
    shared: path.join(folders.caches, 'shared'),
    /** Node.js versions, a folder each; slugs link to them. */
    nodes: path.join(folders.caches, 'node'),
    /** One folder a running build: its HOME, its temporary files, its process groups. */
    work: path.join(folders.builds, 'work'),
    /** Trees that pushes left for a build. */
    incoming: path.join(folders.builds, 'incoming'),
  }
}
