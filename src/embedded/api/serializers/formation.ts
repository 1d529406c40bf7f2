import { stableId } from '../identity.js'
import type { AppRecord, DynoRecord, FormationRecord } from '../../store/types.js'
import { appRef } from './app.js'

export function serializeFormation(app: Readonly<AppRecord>, formation: Readonly<FormationRecord>) {
  const { command, created_at, id, quantity, size, type, updated_at } = formation
  return {
    app: appRef(app),
    command,
    created_at,
    dyno_size: { id: stableId(`dyno size ${size}`), name: size },
    id,
    quantity,
    size,
    type,
    updated_at,
  }
}

export function serializeDyno(
  app: Readonly<AppRecord>,
  dyno: DynoRecord,
  attachUrl: string | null = null,
) {
  const {
    command,
    created_at,
    id,
    name,
    release_id,
    release_version,
    size,
    state,
    type,
    updated_at,
  } = dyno
  return {
    app: appRef(app),
    attach_url: attachUrl,
    command,
    created_at,
    id,
    name,
    release: { id: release_id, version: release_version },
    size,
    state,
    type,
    updated_at,
  }
}
