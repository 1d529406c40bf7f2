import { sizeApps } from '../../runtime/sizing.js'
import { appSources } from '../app-sources.js'
import { webDyno } from '../dyno-of-web.js'
import { appsToSize, dynoOf, instancesPerDyno, isCluster } from '../instances-per-dyno.js'
import type { Check } from '../check.js'

/**
 * By the runtime's own sizing: the number that the file asks for, beside the most that it would
 * start itself.
 */
export const instances: Check = {
  name: 'instances',
  theme: 'App',
  asserts: 'the instances fit the dyno',
  run: (facts) => {
    const apps = appsToSize(facts)
    const web = webDyno(facts)
    const dyno = dynoOf(facts)
    const asked = instancesPerDyno(facts)
    // What WEB_CONCURRENCY and SHIPIT_INSTANCES say is asked for as well; only max is what fits.
    const most = sizeApps({
      memory: dyno.memory,
      cpus: Number.MAX_SAFE_INTEGER,
      hasAgent: false,
      env: {},
      apps: apps.map((app) => ({ ...app, wanted: 'max' as const })),
    })
    const total = (sized: { instances: number }[]) =>
      sized.reduce((sum, { instances: count }) => sum + count, 0)
    const larger = asked.filter(
      ({ instances: count, why }, at) =>
        (why === 'the file' || why === 'SHIPIT_INSTANCES') &&
        count > 1 &&
        count > most[at]!.instances,
    )
    if (total(asked) <= total(most)) return []
    return larger.map(({ name, instances: count, why }) => ({
      severity: 'warning',
      what:
        `${name} asks for ${count} instances (${why}), and a${web ? ` ${web.name}` : ''} dyno ` +
        `of ${dyno.memory} MB holds about ` +
        `${total(most)}${apps.length > 1 ? ' of all apps together' : ''}.`,
      why: 'More take memory that the dyno has not (R14), and requests become slow.',
      next:
        why === 'SHIPIT_INSTANCES'
          ? `shipit scale --instances ${name}=max --app ${facts.platform!.app}`
          : 'Write `instances: max`, which is as many as fit, or take a larger dyno.',
    }))
  },
}

const STICKY = [
  '@socket.io/sticky',
  '@socket.io/pm2',
  'sticky-session',
  'socketio-sticky-session',
  '@socket.io/cluster-engine',
]

/**
 * A handshake by polling is several requests, and the instances of a cluster take them in turn
 * (socket.io/docs/v4/using-multiple-nodes).
 */
export const socketIo: Check = {
  name: 'socket-io',
  theme: 'App',
  asserts: 'Socket.IO can keep its sessions',
  run: ({ project }) => {
    const dependencies = project.manifest?.dependencies ?? {}
    if (
      dependencies['socket.io'] === undefined ||
      STICKY.some((name) => dependencies[name] !== undefined)
    )
      return []
    return (project.ecosystem?.apps ?? [])
      .filter((app) => isCluster(app) && app.instances !== undefined && app.instances !== 1)
      .flatMap((app) => {
        const sources = appSources(app, project)
        const loads = sources.find(({ text }) => /['"]socket\.io['"]/.test(text))
        const isWebSocketOnly = sources.some(({ text }) =>
          /transports['"]?\s*:\s*\[\s*(['"])websocket\1\s*\]/.test(text),
        )
        if (!loads || isWebSocketOnly) return []
        return [
          {
            severity: 'warning' as const,
            what: `${app.name} serves Socket.IO from several instances.`,
            why:
              'Its clients begin by polling, and their requests go to one instance after ' +
              'another: "Session ID unknown".',
            place: loads.path,
            next:
              "Set `instances: 1`, or allow `transports: ['websocket']` alone on both sides; " +
              'more than one dyno needs an adapter besides.',
          },
        ]
      })
  },
}
