/** Add-ons in the store, whose apps' records have them. */
import type { AddonRecord } from '../store/records.js'
import type { Store } from '../store/types.js'
import { allAddons, type Owned } from './attachments.js'
import { noAddon } from './errors.js'

/** By id or name. @throws ApiError 404 */
export function findAddon(store: Pick<Store, 'list'>, identity: string): Owned {
  const found = allAddons(store.list()).find(
    ({ addon }) => addon.id === identity || addon.name === identity,
  )
  if (!found) throw noAddon()
  return found
}

/** @param appId of the app that is billed for it. @throws ApiError 404 if it has gone meanwhile */
export function updateAddon(
  store: Pick<Store, 'update'>,
  { appId, id }: { appId: string; id: string },
  change: (draft: AddonRecord) => void,
): Promise<void> {
  return store.update(appId, (app) => {
    const draft = app.addons.find((one) => one.id === id)
    if (!draft) throw noAddon()
    change(draft)
    draft.updated_at = new Date().toISOString()
  })
}
