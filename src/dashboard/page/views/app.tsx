import type { AppSummary } from '../../wire.js'
import { Charts } from '../charts/charts.js'
import { APP_FIGURES } from '../charts/figures.js'
import { AlertChips } from '../control/alerts.js'
import { ask } from '../control/ask.js'
import { ago, count, megabytes, milliseconds } from '../format.js'
import { LogView } from '../log/log-view.js'
import { hashOf, type Route, TABS } from '../route.js'
import { snapshot } from '../store/snapshot.js'
import { serverNow, useStore } from '../store/store.js'
import { ConfigView } from './config.js'
import { DynoView } from './dyno.js'
import { DynoList } from './dyno-list.js'
import { Events } from './events.js'
import { ExceptionsView } from './exceptions.js'
import { FormationView } from './formation.js'
import { APP_TONE, Empty, StateBadge } from './parts.js'
import { ReleasesView } from './releases.js'
import { RoutesView } from './routes.js'

type AppRoute = Extract<Route, { view: 'app' }>

export function AppView({ route }: { route: AppRoute }) {
  const { app } = route
  const overview = useStore((state) => state.overview)
  const summary = overview?.apps.find((one) => one.app === app)
  if (overview && !summary)
    return (
      <Empty title={`${app} is not on this dashboard`}>
        <p>
          Run <code>shipit dashboard --app {app}</code> to see it. <a href="#/">All apps</a>
        </p>
      </Empty>
    )
  return (
    <div class={`app-view tab-${route.tab}`}>
      <AppHead app={app} summary={summary} />
      <nav class="tabs" aria-label={`Views of ${app}`}>
        {TABS.filter(({ id }) => id !== 'config' || !snapshot).map(({ id, name }, at) => (
          <a
            key={id}
            href={hashOf({ view: 'app', app, tab: id })}
            aria-current={route.tab === id ? 'page' : undefined}
            aria-keyshortcuts={String(at + 1)}
          >
            {name}
          </a>
        ))}
      </nav>
      <Body route={route} />
    </div>
  )
}

function Body({ route }: { route: AppRoute }) {
  const { app, dyno, instance } = route
  switch (route.tab) {
    case 'charts':
      return <Overall app={app} />
    case 'dynos':
      return dyno === undefined ? (
        <DynoList app={app} />
      ) : (
        <DynoView key={`${dyno} ${instance}`} app={app} name={dyno} instance={instance} />
      )
    case 'log':
      return <LogView key={route.around} app={app} around={route.around} />
    case 'routes':
      return <RoutesView app={app} />
    case 'exceptions':
      return <ExceptionsView app={app} />
    case 'releases':
      return <ReleasesView app={app} />
    case 'formation':
      return <FormationView app={app} />
    case 'config':
      return <ConfigView app={app} />
  }
}

function Overall({ app }: { app: string }) {
  return (
    <div class="with-events">
      <Charts app={app} figures={APP_FIGURES} />
      <Events app={app} />
    </div>
  )
}

function AppHead({ app, summary }: { app: string; summary: AppSummary | undefined }) {
  const isReadOnly = useStore((state) => state.overview?.is_read_only !== false)
  const release = summary?.release
  const now = serverNow()
  return (
    <header class="app-head">
      <div class="app-title">
        <div class="app-name">
          <h1>{app}</h1>
          {summary ? <StateBadge tone={APP_TONE[summary.state]} text={summary.state} /> : null}
          <AlertChips app={app} />
        </div>
        <p class="app-sub muted">
          {release ? (
            <>
              <b>v{release.version}</b>
              {release.commit ? <code>{release.commit.slice(0, 7)}</code> : null}
              <span>{ago(release.at, now)}</span>
            </>
          ) : (
            <span>no release yet</span>
          )}
          {summary?.web_url ? (
            <a href={summary.web_url} target="_blank" rel="noreferrer noopener">
              open the app<span class="hidden"> in a new tab</span>
            </a>
          ) : null}
        </p>
        <p class="app-why">
          <span>{summary?.state_why ?? summary?.problem}</span>
          {summary?.faults.map((code) => (
            <span key={code} class="chip bad">
              {code}
            </span>
          ))}
        </p>
      </div>
      <dl class="app-now">
        <Now name="dynos" value={summary ? `${summary.dynos.up}/${summary.dynos.of}` : '–'} />
        <Now
          name="instances"
          value={summary ? `${summary.instances.online}/${summary.instances.of}` : '–'}
        />
        <Now name="req/min" value={count(summary?.requests_per_minute)} />
        <Now name="p95" value={milliseconds(summary?.service_p95_ms)} />
        <Now name="errors/min" value={count(summary?.errors_per_minute)} />
        <Now name="memory" value={megabytes(summary?.memory_mb)} />
      </dl>
      {isReadOnly ? null : (
        <div class="buttons">
          <button type="button" onClick={() => void ask(app, { kind: 'reload' })}>
            Reload
          </button>
          <button type="button" onClick={() => void ask(app, { kind: 'restart' })}>
            Restart
          </button>
          {summary?.state === 'stopped' ? (
            <button type="button" class="primary" onClick={() => void ask(app, { kind: 'start' })}>
              Start
            </button>
          ) : (
            <button type="button" class="quiet" onClick={() => void ask(app, { kind: 'stop' })}>
              Stop
            </button>
          )}
        </div>
      )}
    </header>
  )
}

const Now = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)
