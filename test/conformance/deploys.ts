/** Builds, releases, dynos, their log and the router, in the order of an app's life. */
import {
  cancelBuild,
  getRelease,
  getSlug,
  listBuilds,
  listDynos,
  listFormation,
  listReleases,
  currentRelease,
  restartDynos,
  rollbackTo,
  streamLogs,
  updateConfigVars,
  updateFormation,
} from '../../src/heroku/index.js'
import { CONFIG_VARS } from '../../src/heroku/shapes.js'
import { expect, type Behaviour, type Context } from './context.js'

const web = async ({ api, app }: Context) =>
  (await listDynos(api, app)).find(({ name }) => name === 'web.1')
const isUp = (context: Context, not?: string) =>
  context.seen('web.1 is up', async () => {
    const dyno = await web(context)
    return dyno?.state === 'up' && dyno.id !== not && dyno
  })
const newestBuild = async ({ api, app }: Context) => (await listBuilds(api, app, { max: 1 }))[0]
const answer = (context: Context) => context.answer()

export const deploys: Behaviour[] = [
  {
    id: 'push',
    what: 'a git push with the token as password builds, and says so in remote: lines',
    source: 'git, authentication',
    async check(context) {
      const { lines, outcome } = await context.push()
      expect(
        outcome === 'pushed' && lines.some((line) => /-----> /.test(line)),
        'lines of a build',
        lines.slice(-3),
      )
    },
  },
  {
    id: 'build',
    what: 'the build names the pushed commit, its status and its release',
    source: 'schema: build',
    async check(context) {
      const build = await newestBuild(context)
      const head = await context.git('rev-parse', 'HEAD')
      expect(
        build?.status === 'succeeded' && build.source_blob.version === head && build.release,
        'succeeded, of the commit, with a release',
        build,
      )
    },
  },
  {
    id: 'slug',
    what: 'the release of a push has a slug that names the commit and the process types',
    source: 'schema: slug',
    async check(context) {
      const release = await currentRelease(context.api, context.app)
      const slug = await getSlug(context.api, context.app, release!.slug!.id)
      expect(
        slug.commit === (await context.git('rev-parse', 'HEAD')) &&
          slug.process_types.web !== undefined,
        'commit and web',
        slug,
      )
    },
  },
  {
    id: 'release-phase',
    what: 'the release command runs before the release serves, and its output is in the push',
    source: 'release-phase',
    async check(context) {
      await context.logTells(/conformance release phase/)
    },
  },
  {
    id: 'first-formation',
    what: 'a first deploy makes web=1 and other types 0',
    source: 'scaling',
    async check(context) {
      const formation = await listFormation(context.api, context.app)
      const of = (type: string) => formation.find((row) => row.type === type)?.quantity
      expect(
        of('web') === 1 && of('worker') === 0,
        'web=1 worker=0',
        formation.map(({ type, quantity }) => `${type}=${quantity}`),
      )
    },
  },
  {
    id: 'boot-lines',
    what: 'a boot is told by heroku[web.1]: Starting process with command …, State changed from starting to up',
    source: 'logging',
    async check(context) {
      await isUp(context)
      await context.logTells(/^heroku\[web\.1\]: Starting process with command/)
      await context.logTells(/^heroku\[web\.1\]: State changed from starting to up/)
      await context.logTells(/^app\[web\.1\]: conformance listens/)
    },
  },
  {
    id: 'serves',
    what: 'the app answers on its web_url',
    source: 'http-routing',
    async check(context) {
      const { status, body } = await context.seen('200', async () => {
        const got = await answer(context)
        return got.status === 200 && got
      })
      expect(status === 200 && body === 'conformance', 'its own answer', body)
    },
  },
  {
    id: 'router-line',
    what: 'a request is told by heroku[router] as logfmt with dyno, status, service',
    source: 'http-routing#heroku-router-log-format',
    async check(context) {
      await context.logTells(
        /^heroku\[router\]: at=info method=GET path="\/" .*dyno=web\.1 .*service=\d+ms status=200/,
      )
    },
  },
  {
    id: 'log-filter',
    what: 'source and dyno_name of a log session choose its lines, of as many as are kept',
    source: 'schema: log-session',
    async check(context) {
      const platform = await context.log({ source: 'heroku', lines: 100 })
      const own = await context.log({ source: 'app', dyno: 'web.1', lines: 100 })
      expect(
        platform.length > 0 && platform.every(({ source }) => source === 'heroku'),
        'heroku alone',
        platform.find(({ source }) => source !== 'heroku'),
      )
      expect(
        own.length > 0 && own.every(({ source, dyno }) => source === 'app' && dyno === 'web.1'),
        'app[web.1] alone',
        own.find(({ dyno }) => dyno !== 'web.1'),
      )
    },
  },
  {
    id: 'log-tail',
    what: 'a tail is an event stream whose lines have ids, and goes on as lines come',
    source: 'heroku CLI (lib/run/log-displayer)',
    async check(context) {
      const stop = new AbortController()
      const timer = setTimeout(() => stop.abort(), 60_000)
      let id: string | undefined
      try {
        for await (const line of streamLogs(context.api, context.app, {
          tail: true,
          lines: 10,
          signal: AbortSignal.any([stop.signal, context.signal]),
        })) {
          id = line.id
          break
        }
      } finally {
        clearTimeout(timer)
      }
      expect(id !== undefined, 'a line with an id')
      return `id ${id}`
    },
  },
  {
    id: 'up-to-date',
    what: 'a push of the same commit builds nothing',
    source: 'git',
    async check(context) {
      const before = (await listBuilds(context.api, context.app)).length
      const { outcome } = await context.push()
      expect(
        outcome === 'up-to-date' && (await listBuilds(context.api, context.app)).length === before,
        'no build',
        outcome,
      )
    },
  },
  {
    id: 'restart',
    what: 'DELETE dynos/web.1 answers 202; the successor has the name and another id; the old one exits with 143',
    source: 'dyno-restarts, dyno-shutdown-behavior',
    async check(context) {
      const old = await isUp(context)
      await restartDynos(context.api, context.app, { name: 'web.1' })
      const begun = Date.now()
      await isUp(context, old.id)
      await context.logTells(/^heroku\[web\.1\]: Process exited with status (143|0)/)
      return `${((Date.now() - begun) / 1000).toFixed(1)} s`
    },
  },
  {
    id: 'scale',
    what: 'PATCH formation with a list of updates scales; dynos that go are no longer listed',
    source: 'schema: formation',
    async check(context) {
      await updateFormation(context.api, context.app, [{ type: 'worker', quantity: 1 }])
      await context.seen('worker.1', async () =>
        (await listDynos(context.api, context.app)).some(
          ({ name, state }) => name === 'worker.1' && state === 'up',
        ),
      )
      await updateFormation(context.api, context.app, [{ type: 'worker', quantity: 0 }])
      await context.seen('no worker', async () =>
        (await listDynos(context.api, context.app)).every(({ type }) => type !== 'worker'),
      )
    },
  },
  {
    id: 'config-restarts',
    what: 'a config var restarts the dynos on a new release',
    source: 'config-vars',
    async check(context) {
      const old = await isUp(context)
      await updateConfigVars(context.api, context.app, { WORD: 'changed' })
      const dyno = await isUp(context, old.id)
      expect(dyno.release.version > old.release.version, 'a later release', dyno.release)
    },
  },
  {
    id: 'rollback',
    what: 'POST releases {release} makes a release of the old slug and config vars, called Rollback to vN',
    source: 'releases#rollback',
    async check(context) {
      const releases = await listReleases(context.api, context.app)
      const now = releases.find(({ current }) => current)!
      const to = releases
        .filter(({ version, slug }) => version < now.version && slug !== null)
        .sort((one, other) => other.version - one.version)[0]!
      const made = await rollbackTo(context.api, context.app, to.id)
      expect(made.description === `Rollback to v${to.version}`, 'its description', made.description)
      await context.seen(
        'succeeded',
        async () => (await getRelease(context.api, context.app, made.id)).status === 'succeeded',
      )
      const vars = await context.api.get<Record<string, string>>(
        `/apps/${context.app}/config-vars`,
        CONFIG_VARS,
      )
      expect(vars.WORD === undefined, 'the config vars of then', Object.keys(vars))
    },
  },
  {
    id: 'failed-release',
    what: 'a release command that fails leaves the release before serving',
    source: 'release-phase',
    async check(context) {
      const before = await currentRelease(context.api, context.app)
      await updateConfigVars(context.api, context.app, { RELEASE_FAILS: '1' })
      const [newest] = await listReleases(context.api, context.app, { max: 1 })
      await context.seen(
        'failed',
        async () => (await getRelease(context.api, context.app, newest!.id)).status === 'failed',
      )
      expect(
        (await currentRelease(context.api, context.app))?.id === before?.id,
        'the same current release',
      )
      await updateConfigVars(context.api, context.app, { RELEASE_FAILS: null })
      return `pending: ${newest!.status === 'pending'}`
    },
  },
  {
    id: 'crash',
    what: 'a process that ends is crashed: Process exited with status 3, State changed from … to crashed',
    source: 'dynos#dyno-crash-restart-policy',
    async check(context) {
      await updateConfigVars(context.api, context.app, { CRASH: '1' })
      await context.seen('crashed', async () => (await web(context))?.state === 'crashed')
      await context.logTells(/^heroku\[web\.1\]: Process exited with status 3/)
      await context.logTells(/^heroku\[web\.1\]: State changed from \w+ to crashed/)
    },
  },
  {
    id: 'h10',
    what: 'a crashed app answers 503, told as at=error code=H10',
    source: 'error-codes#h10-app-crashed',
    async check(context) {
      const { status } = await answer(context)
      expect(status === 503, '503', status)
      await context.logTells(/^heroku\[router\]: at=error code=H10/)
      await updateConfigVars(context.api, context.app, { CRASH: null })
    },
  },
  {
    id: 'h14',
    what: 'an app without web dynos answers 503, told as code=H14',
    source: 'error-codes#h14-no-web-dynos-running',
    async check(context) {
      await updateFormation(context.api, context.app, [{ type: 'web', quantity: 0 }])
      await context.seen('no web dyno', async () =>
        (await listDynos(context.api, context.app)).every(({ type }) => type !== 'web'),
      )
      const { status } = await answer(context)
      expect(status === 503, '503', status)
      await context.logTells(/^heroku\[router\]: at=error code=H14/)
      await updateFormation(context.api, context.app, [{ type: 'web', quantity: 1 }])
      await isUp(context)
    },
  },
  {
    id: 'cancel-build',
    what: 'DELETE builds/{id} ends a build that runs; its status is failed, and nothing is released',
    source: 'schema: build (Cancel)',
    async check(context) {
      const before = await currentRelease(context.api, context.app)
      await context.write({
        'package.json': JSON.stringify({
          name: 'conformance',
          version: '1.0.0',
          private: true,
          engines: { node: '>=20' },
          scripts: { start: 'node server.js', build: 'sleep 120' },
        }),
      })
      await context.commit('Slow build')
      const pushed = context.push().then(
        () => 'pushed',
        () => 'declined',
      )
      const build = await context.seen('a pending build', async () => {
        const newest = await newestBuild(context)
        return newest?.status === 'pending' && newest
      })
      await cancelBuild(context.api, context.app, build.id)
      const ended = await context.seen('the end of the build', async () => {
        const newest = await newestBuild(context)
        return newest?.status !== 'pending' && newest
      })
      expect(
        ended.status === 'failed' &&
          (await currentRelease(context.api, context.app))?.id === before?.id,
        'failed, nothing released',
        ended.status,
      )
      return `the push is ${await pushed}`
    },
  },
  {
    id: 'failed-build',
    what: 'a build that fails declines the push, and the commit is not taken',
    source: 'git, slug-compiler',
    async check(context) {
      await context.write({
        'package.json': JSON.stringify({
          name: 'conformance',
          version: '1.0.0',
          private: true,
          engines: { node: '>=20' },
          scripts: { start: 'node server.js', build: 'exit 5' },
        }),
      })
      await context.commit('Broken build')
      const outcome = await context.push().then(
        () => 'pushed',
        (error: { code?: string }) => error.code,
      )
      expect(outcome === 'build', 'declined by the build', outcome)
    },
  },
]
