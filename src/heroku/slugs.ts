import { appPath } from './apps.js'
import type { PlatformApi } from './client.js'
import { isImage } from './releases.js'
import { IMAGES, SLUG } from './shapes.js'
import type { Slug } from './types.js'

interface Image {
  id: string
  commit?: string | null
  commit_description?: string | null
  process_types?: Record<string, { command?: string; display_cmd?: string }> | null
}

/** What a release runs, by the id that it names: a slug, or on Fir an image, which has no size. */
export async function getSlug(api: PlatformApi, app: string, id: string): Promise<Slug> {
  if (!isImage(id)) return api.get<Slug>(`${appPath(app)}/slugs/${encodeURIComponent(id)}`, SLUG)
  const given = await api.get<Image | Image[]>(
    `${appPath(app)}/oci-images/${encodeURIComponent(id)}`,
    IMAGES,
  )
  const image = Array.isArray(given) ? given[0]! : given
  const types = Object.entries(image.process_types ?? {}).map(
    ([type, { display_cmd: shown, command }]) => [type, shown ?? command ?? ''],
  )
  return {
    id,
    commit: image.commit ?? null,
    commit_description: image.commit_description ?? null,
    process_types: Object.fromEntries(types) as Record<string, string>,
    size: null,
  }
}
