import { Router, type Request } from 'express'
import { SERVICES, serviceNamed, type Plan, type Service } from '../../addons/catalog.js'
import { noService } from '../../addons/errors.js'
import { NotFound } from '../api-error.js'
import { planId, planName, serializePlan, serializeService, serviceId } from '../addon-answers.js'
import type { ApiParts } from '../parts.js'
import { param, sendPage } from '../request.js'

const SERVICE_FIELDS = { id: serviceId, name: ({ name }: Service) => name }

/** What there is to be added, and what it would cost on Heroku. */
export function addonServicesRoutes(_parts: ApiParts): Router {
  const routes = Router()
  const serviceOf = (request: Request): Service => {
    const identity = param(request, 'service')
    const found = serviceNamed(identity) ?? SERVICES.find((one) => serviceId(one) === identity)
    if (!found) throw noService()
    return found
  }
  const planOf = (service: Service, identity: string): Plan | undefined =>
    service.plans.find((plan) =>
      [plan.name, planName(service, plan), planId(service, plan)].includes(identity),
    )

  routes.get('/addon-services', (request, response) => {
    sendPage(request, response, SERVICES, SERVICE_FIELDS, serializeService)
  })
  routes.get('/addon-services/:service', (request, response) => {
    response.json(serializeService(serviceOf(request)))
  })
  routes.get('/addon-services/:service/plans', (request, response) => {
    const service = serviceOf(request)
    const fields = { name: (plan: Plan) => planName(service, plan) }
    sendPage(request, response, service.plans, fields, (plan) => serializePlan(service, plan))
  })
  routes.get('/addon-services/:service/plans/:plan', (request, response) => {
    const service = serviceOf(request)
    const plan = planOf(service, param(request, 'plan'))
    if (!plan) throw new NotFound('plan')
    response.json(serializePlan(service, plan))
  })
  routes.get('/plans/:plan', (request, response) => {
    const identity = param(request, 'plan')
    for (const service of SERVICES) {
      const plan = planOf(service, identity)
      // A plan's name alone may be of several services.
      if (plan && identity !== plan.name) {
        response.json(serializePlan(service, plan))
        return
      }
    }
    throw new NotFound('plan')
  })
  return routes
}
