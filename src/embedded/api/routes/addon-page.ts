/** What an add-on's `web_url` leads to. No token: the URL is signed. */
import express, { Router, type Request, type Response } from 'express'
import type { Owned } from '../../addons/attachments.js'
import { noAddon } from '../../addons/errors.js'
import type { FormPage, RefusedForm } from '../../addons/provider.js'
import { isSameSecret } from '../../../lib/same-secret.js'
import { pagePath } from '../addon-answers.js'
import { ApiError } from '../api-error.js'
import { signatureOf } from '../guard.js'
import type { ApiParts } from '../parts.js'
import { param } from '../request.js'

/** Bytes of a form. */
const LARGEST_FORM = '64kb'

export function addonPageRoutes({ addons, token }: ApiParts): Router {
  const routes = Router()
  const path = `${pagePath(':addon')}/:signature`

  const asked = (request: Request): Owned => {
    const id = param(request, 'addon')
    if (!isSameSecret(param(request, 'signature'), signatureOf(pagePath(id), token)))
      throw noAddon()
    return addons.find(id)
  }
  /** What a form must bring: another site may know the URL, and cannot read what is there. */
  const formToken = ({ addon }: Owned) => signatureOf(`${pagePath(addon.id)}#form`, token)
  const show = (response: Response, forms: FormPage, owned: Owned, refused?: RefusedForm) => {
    const { html, style } = forms.show(owned, formToken(owned), refused)
    response.set(pageHeaders(style)).type('html').send(html)
  }

  routes.get(path, async (request, response) => {
    const owned = asked(request)
    const provider = addons.providerOf(owned.addon)
    if (provider.forms) return show(response, provider.forms, owned)
    const { app, addon } = owned
    const text =
      (await provider.page?.(addon)) ??
      Object.entries((await provider.facts?.(addon)) ?? {})
        .map(([name, value]) => `${`${name}:`.padEnd(14)} ${value}\n`)
        .join('')
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.send(`${addon.name} (${addon.service}:${addon.plan}) of ${app.name}\n\n${text}`)
  })

  const form = express.text({ type: 'application/x-www-form-urlencoded', limit: LARGEST_FORM })
  routes.post(path, form, async (request, response) => {
    const owned = asked(request)
    const { forms } = addons.providerOf(owned.addon)
    if (!forms) throw noAddon()
    const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    try {
      if (!isFromItself(request) || !isSameSecret(fields.get('token') ?? '', formToken(owned)))
        throw notFromItself()
      await forms.submit(owned, fields)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { status, message } = error
      return show(response.status(status), forms, asked(request), { message, fields })
    }
    // Told to ask for the page, a browser that is reloaded does not send the form again.
    response.redirect(303, request.path)
  })
  return routes
}

/** Browsers say where a form comes from; what is no browser need not. */
function isFromItself({ headers: { origin, host } }: Request): boolean {
  return origin === undefined || origin === `http://${host}`
}

const notFromItself = () =>
  new ApiError(
    403,
    'forbidden',
    'This form was not sent by this page. Nothing was changed: send it from here.',
  )

/** No code, no other site in it or around it, and no other site is told its address. */
const pageHeaders = (style: string): Record<string, string> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${style}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
})
