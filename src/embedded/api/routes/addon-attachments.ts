import { Router, type Request, type Response } from 'express'
import { allAttachments, attachmentsOf, type Attached } from '../../addons/attachments.js'
import { noAddon, noAttachment } from '../../addons/errors.js'
import { resolveAddons, resolveAttachments } from '../../addons/resolve.js'
import { InvalidParams, NotFound } from '../api-error.js'
import { serializeAttachment } from '../addon-answers.js'
import type { ApiParts } from '../parts.js'
import { appOf, bodyOf, param, sendPage, textOf } from '../request.js'
import { optionalText } from './addons.js'

const FIELDS = {
  id: ({ attachment }: Attached) => attachment.id,
  name: ({ attachment }: Attached) => attachment.name,
}

export function addonAttachmentsRoutes({ store, addons, urls, token }: ApiParts): Router {
  const routes = Router()
  const nameOf = (id: string) => store.find(id)?.name ?? id
  const answer = (request: Request, attached: Attached) =>
    serializeAttachment(
      attached,
      { urls: urls(), token, nameOf },
      String(request.headers['accept-inclusion'] ?? ''),
    )
  const send = (request: Request, response: Response, list: Attached[]) =>
    sendPage(request, response, list, FIELDS, (attached) => answer(request, attached))

  routes.get('/addon-attachments', (request, response) => {
    send(request, response, allAttachments(store.list()))
  })
  routes.get('/addon-attachments/:attachment', (request, response) => {
    response.json(answer(request, addons.attachments.find(param(request, 'attachment'))))
  })
  routes.get('/apps/:app/addon-attachments', (request, response) => {
    send(request, response, attachmentsOf(store.list(), appOf(store, request).id))
  })
  routes.get('/apps/:app/addon-attachments/:attachment', (request, response) => {
    const { id } = appOf(store, request)
    const asked = { identity: param(request, 'attachment'), app: id }
    const [found] = resolveAttachments(store.list(), asked)
    if (!found) throw noAttachment()
    response.json(answer(request, found))
  })

  routes.post('/addon-attachments', async (request, response) => {
    const { addon, app, name, confirm, namespace } = bodyOf(request)
    if (namespace !== undefined && namespace !== null)
      throw new InvalidParams('The embedded Heroku has no credentials and poolers of databases.')
    const target = store.find(identityOf(app))
    if (!target) throw new NotFound('app')
    const [found] = resolveAddons(store.list(), { identity: identityOf(addon) })
    if (!found) throw noAddon()
    const attached = await addons.attachments.attach(found.addon.id, target, {
      name: optionalText('name', name),
      confirm: optionalText('confirm', confirm),
    })
    response.status(201).json(answer(request, attached))
  })

  routes.delete('/addon-attachments/:attachment', async (request, response) => {
    const attached = addons.attachments.find(param(request, 'attachment'))
    await addons.attachments.detach(attached.attachment.id)
    response.json(answer(request, attached))
  })

  routes.post('/actions/addon-attachments/resolve', (request, response) => {
    const { addon_attachment: attachment, app, addon_service: service } = bodyOf(request)
    const found = resolveAttachments(store.list(), {
      identity: textOf(attachment),
      app: optionalText('app', app),
      service: optionalText('addon_service', service),
    })
    if (found.length === 0) throw noAttachment()
    response.json(found.map((one) => answer(request, one)))
  })

  return routes
}

/** A name or id alone, or as `{name}` or `{id}`, as Heroku's own CLI sends it. */
function identityOf(given: unknown): string {
  if (typeof given !== 'object' || given === null) return textOf(given)
  const { name, id } = given as { name?: unknown; id?: unknown }
  return textOf(id ?? name)
}
