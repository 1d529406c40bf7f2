/**
 * The Platform API itself: accounts, errors, lists, apps, config vars, log sessions, sources.
 * Nothing is built.
 */
import {
  getConfigVars,
  listReleases,
  updateConfigVars,
  createLogSession,
  createSource,
  listFormation,
} from '../../src/heroku/index.js'
import { expect, type Behaviour } from './context.js'

const REFERENCE = 'platform-api-reference'

interface Problem {
  id?: string
  message?: string
}

export const api: Behaviour[] = [
  {
    id: 'account',
    what: 'GET /account tells whose token it is',
    source: 'schema: account',
    async check(context) {
      const { status, json } = await context.raw('GET', '/account')
      expect(
        status === 200 && typeof (json as { email?: string }).email === 'string',
        'an email',
        json,
      )
    },
  },
  {
    id: 'rate-limit',
    what: 'every answer says RateLimit-Remaining, of at most 4,500; asking for the rate limit costs nothing',
    source: `${REFERENCE}#rate-limits`,
    async check(context) {
      const before = Number(
        (await context.raw('GET', '/account')).headers.get('ratelimit-remaining'),
      )
      const { json } = await context.raw('GET', '/account/rate-limits')
      const { remaining } = json as { remaining: number }
      expect(before > 0 && before <= 4500, 'RateLimit-Remaining between 1 and 4500', before)
      expect(remaining >= before - 2, 'no call taken for the question', { before, remaining })
      return `${remaining} left`
    },
  },
  {
    id: 'unauthorized',
    what: 'a wrong token is 401 with id unauthorized',
    source: `${REFERENCE}#errors`,
    async check(context) {
      const { status, json } = await context.raw('GET', '/account', {
        token: '00000000-0000-0000-0000-000000000000',
      })
      expect(status === 401 && (json as Problem).id === 'unauthorized', '401 unauthorized', {
        status,
        json,
      })
    },
  },
  {
    id: 'not-found',
    what: 'an unknown app is 404 with id not_found and a message',
    source: `${REFERENCE}#errors`,
    async check(context) {
      const { status, json } = await context.raw('GET', `/apps/${context.app}-none`)
      const { id, message } = json as Problem
      expect(status === 404 && id === 'not_found' && typeof message === 'string', '404 not_found', {
        status,
        json,
      })
    },
  },
  {
    id: 'app-create',
    what: 'POST /apps answers 201 with web_url, which ends with a slash',
    source: 'schema: app',
    async check(context) {
      await context.createApp()
      const { status, json } = await context.raw('GET', `/apps/${context.app}`)
      const { web_url: url } = json as { web_url: string }
      expect(status === 200 && /\/$/.test(url), 'a web_url with a slash at its end', url)
      return url
    },
  },
  {
    id: 'name-taken',
    what: 'a name that is taken is refused with 422',
    source: `${REFERENCE}#errors`,
    async check(context) {
      const { status, json } = await context.raw('POST', '/apps', { body: { name: context.app } })
      expect(status === 422 && (json as Problem).id === 'invalid_params', '422 invalid_params', {
        status,
        json,
      })
    },
  },
  {
    id: 'first-releases',
    what: 'a new app has releases without a slug',
    source: 'schema: release',
    async check(context) {
      const releases = await listReleases(context.api, context.app)
      expect(
        releases.every(({ slug }) => slug === null),
        'no slug',
        releases,
      )
      return `${releases.length} releases`
    },
  },
  {
    id: 'no-formation',
    what: 'a new app has no process types',
    source: 'schema: formation',
    async check(context) {
      expect((await listFormation(context.api, context.app)).length === 0, 'an empty formation')
    },
  },
  {
    id: 'config-set',
    what: 'PATCH config-vars answers with all of them, null removes one, and each change is a release',
    source: 'schema: config-var',
    async check(context) {
      const before = (await listReleases(context.api, context.app)).length
      const vars = await updateConfigVars(context.api, context.app, { ONE: '1', TWO: '2' })
      expect(vars.ONE === '1' && vars.TWO === '2', 'both', vars)
      await updateConfigVars(context.api, context.app, { TWO: null })
      const now = await getConfigVars(context.api, context.app)
      expect(now.ONE === '1' && !('TWO' in now), 'ONE alone', now)
      const made = (await listReleases(context.api, context.app)).length - before
      expect(made === 2, 'two releases', made)
    },
  },
  {
    id: 'ranges',
    what: 'a list pages by Range: 206 and Next-Range where more is left',
    source: `${REFERENCE}#ranges`,
    async check(context) {
      const { status, headers, json } = await context.raw('GET', `/apps/${context.app}/releases`, {
        headers: { range: 'version ..; order=desc,max=1' },
      })
      expect(
        status === 206 && (json as unknown[]).length === 1 && headers.get('next-range'),
        '206, one row and Next-Range',
        { status, next: headers.get('next-range') },
      )
    },
  },
  {
    id: 'builds-range',
    what: 'builds are listed by created_at (heroku-builds) or refused with 416, in which case shipit sorts them itself',
    source: 'schema: build (ranges id, started_at); heroku-builds',
    async check(context) {
      const { status } = await context.raw('GET', `/apps/${context.app}/builds`, {
        headers: { range: 'created_at ..; order=desc,max=5' },
      })
      expect([200, 206, 416].includes(status), '200, 206 or 416', status)
      return `${status}`
    },
  },
  {
    id: 'log-session',
    what: 'POST log-sessions takes lines, tail, source and dyno_name, and answers 201 with a logplex_url',
    source: 'schema: log-session',
    async check(context) {
      const { logplex_url: url } = await createLogSession(context.api, context.app, {
        lines: 10,
        tail: false,
        source: 'app',
        dyno: 'web.1',
      })
      expect(/^https?:/.test(url), 'a URL', url)
      const answer = await fetch(url, {
        headers: { accept: 'text/event-stream' },
        signal: context.signal,
      })
      await answer.text()
      expect(answer.status === 200, 'readable without a token', answer.status)
      return answer.headers.get('content-type') ?? ''
    },
  },
  {
    id: 'log-api-lines',
    what: 'changes of the app are told in its log by app[api]',
    source: 'logging#api-logs',
    async check(context) {
      await context.logTells(/^app\[api\]: (Release v\d+ created|Set ONE config var)/)
    },
  },
  {
    id: 'source',
    what: 'POST /sources answers with put_url and get_url',
    source: 'build-and-release-using-the-api',
    async check(context) {
      const {
        source_blob: { put_url: put, get_url: get },
      } = await createSource(context.api)
      expect(/^https?:/.test(put) && /^https?:/.test(get), 'two URLs', { put: put.slice(0, 30) })
    },
  },
]
