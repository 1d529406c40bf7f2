/** What a user means by a name of an add-on: heroku/cli leaves that to the API. */
import type { AppRecord } from '../store/records.js'
import { allAddons, allAttachments, varsOf, type Attached, type Owned } from './attachments.js'
import { serviceNamed } from './catalog.js'

type Apps = readonly Readonly<AppRecord>[]

/** `other-app::DATABASE` names the app itself. */
function split(identity: string, app: string | undefined): { identity: string; app?: string } {
  const [, ofApp, rest] = /^(.+?)::(.+)$/.exec(identity) ?? []
  if (rest !== undefined) return { identity: rest, app: ofApp! }
  return { identity, ...(app === undefined ? {} : { app }) }
}

/** The attachments that an id, a name, a config var, or an add-on or service stands for. */
export function resolveAttachments(
  apps: Apps,
  asked: { identity: string; app?: string | undefined; service?: string | undefined },
): Attached[] {
  const { identity, app } = split(asked.identity, asked.app)
  const appIds = new Set(apps.filter((one) => one.id === app || one.name === app).map(idOf))
  const all = allAttachments(apps).filter(
    ({ addon, attachment }) =>
      (app === undefined || appIds.has(attachment.app_id)) && isOf(addon.service, asked.service),
  )
  const wanted = identity.toUpperCase()
  const byId = all.filter(({ attachment }) => attachment.id === identity)
  if (byId.length > 0) return byId
  const byName = all.filter(({ attachment }) => attachment.name === wanted)
  if (byName.length > 0) return byName
  const byVar = all.filter(({ attachment, addon }) =>
    Object.keys(varsOf(attachment, addon)).includes(wanted),
  )
  if (byVar.length > 0) return byVar
  return all.filter(
    ({ addon }) =>
      addon.id === identity || addon.name === identity || isOf(addon.service, identity, true),
  )
}

/** The add-ons that an id or name stands for, or with an app those that it has by that word. */
export function resolveAddons(
  apps: Apps,
  asked: { identity: string; app?: string | undefined; service?: string | undefined },
): Owned[] {
  const { identity, app } = split(asked.identity, asked.app)
  const named = allAddons(apps).filter(
    ({ addon }) =>
      (addon.id === identity || addon.name === identity) && isOf(addon.service, asked.service),
  )
  if (app === undefined) return named
  const ofApp = apps.find((one) => one.id === app || one.name === app)
  const owned = named.filter(
    (one) => one.app === ofApp || one.addon.attachments.some(({ app_id: id }) => id === ofApp?.id),
  )
  if (owned.length > 0) return owned
  const found = resolveAttachments(apps, { ...asked, identity, app })
  return [
    ...new Map(found.map(({ app: owner, addon }) => [addon.id, { app: owner, addon }])).values(),
  ]
}

const idOf = ({ id }: Readonly<AppRecord>) => id

const isOf = (service: string, wanted: string | undefined, isGiven = false): boolean =>
  wanted === undefined ? !isGiven : serviceNamed(wanted)?.name === service
