import { useRef } from 'preact/hooks'
import type { AppSummary } from '../../wire.js'
import { Sparkline } from '../charts/sparkline.js'
import { AlertChips, raised } from '../control/alerts.js'
import { ago, count, megabytes, milliseconds, percent } from '../format.js'
import { stepsOf, useKeys } from '../keys.js'
import { hashOf } from '../route.js'
import { serverNow, useStore } from '../store/store.js'
import { APP_TONE, Empty, Meter, StateBadge } from './parts.js'

/** All apps, one row each: whether they are well, at one look. */
export function Overview() {
  const overview = useStore((state) => state.overview)
  const list = useRef<HTMLUListElement>(null)
  useKeys((event) => {
    const steps = stepsOf(event, 5)
    const links = [...(list.current?.querySelectorAll<HTMLElement>('.app-name a') ?? [])]
    if (steps === undefined || links.length === 0) return false
    const at = links.indexOf(document.activeElement as HTMLElement)
    const next = at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + steps))
    links[next]?.focus()
    return true
  })
  if (!overview)
    return (
      <p class="loading muted" role="status">
        Loading…
      </p>
    )
  const bad = overview.apps.filter(({ state }) => APP_TONE[state] === 'bad').length
  return (
    <div class="overview">
      <h1>
        Apps
        <span class="muted count">{overview.apps.length}</span>
        {bad > 0 ? <StateBadge tone="bad" text={`${bad} in trouble`} /> : null}
      </h1>
      {overview.apps.length === 0 ? (
        <Empty title="No apps">
          <p>
            Deploy one with <code>shipit deploy</code>, or name one:{' '}
            <code>shipit dashboard --app NAME</code>.
          </p>
        </Empty>
      ) : null}
      <ul class="apps" ref={list}>
        {overview.apps.map((app) => (
          <AppCard key={app.app} app={app} />
        ))}
      </ul>
      <footer class="muted">shipit {overview.shipit_version}</footer>
    </div>
  )
}

function AppCard({ app }: { app: AppSummary }) {
  const now = serverNow()
  const { release } = app
  const alert = useStore((state) => raised(state.alerts).find((one) => one.app === app.app))
  const tone = APP_TONE[app.state]
  return (
    <li class={`app-card card ${alert && tone === 'good' ? 'warn' : tone}`} data-app={app.app}>
      <div class="app-who">
        <h2 class="app-name">
          <a href={hashOf({ view: 'app', app: app.app, tab: 'charts' })}>{app.app}</a>
          <StateBadge tone={APP_TONE[app.state]} text={app.state} />
          <AlertChips app={app.app} />
          {app.platform === 'local' ? <span class="chip">local</span> : null}
        </h2>
        <p class="app-release muted">
          {release ? (
            <>
              <b>v{release.version}</b> {release.description}
              {release.commit && !release.description.includes(release.commit.slice(0, 7)) ? (
                <code>{release.commit.slice(0, 7)}</code>
              ) : null}
              <span>{ago(release.at, now)}</span>
            </>
          ) : (
            <>
              Nothing released yet:{' '}
              <code>
                shipit deploy --app {app.app}
                {app.platform === 'local' ? ' --local' : ''}
              </code>
            </>
          )}
        </p>
        <p class="app-why">{app.state_why ?? app.problem ?? alert?.text}</p>
      </div>
      <div class="app-spark">
        <Sparkline values={app.sparkline} />
        <span class="muted">requests, last hour</span>
      </div>
      <dl class="app-figures">
        <Cell
          name="dynos"
          value={`${app.dynos.up}/${app.dynos.of}`}
          isBad={app.dynos.up < app.dynos.of}
        />
        <Cell
          name="instances"
          value={`${app.instances.online}/${app.instances.of}`}
          isBad={app.instances.online < app.instances.of}
        />
        <Cell name="req/min" value={count(app.requests_per_minute)} />
        <Cell name="p95" value={milliseconds(app.service_p95_ms)} />
        <Cell
          name="errors/min"
          value={count(app.errors_per_minute)}
          isBad={(app.errors_per_minute ?? 0) >= 1}
        />
        <Cell name="CPU" value={percent(app.cpu_percent)} />
        <div class="cell wide">
          <dt>memory</dt>
          <dd>
            {megabytes(app.memory_mb)}
            {app.memory_quota_mb === null ? null : (
              <small> of {megabytes(app.memory_quota_mb)}</small>
            )}
            <Meter value={app.memory_mb} of={app.memory_quota_mb} />
          </dd>
        </div>
        <div class="cell faults">
          <dt>codes</dt>
          <dd>
            {app.faults.length === 0
              ? '–'
              : app.faults.map((code) => (
                  <span key={code} class="chip bad">
                    {code}
                  </span>
                ))}
          </dd>
        </div>
      </dl>
    </li>
  )
}

const Cell = ({ name, value, isBad }: { name: string; value: string; isBad?: boolean }) => (
  <div class={`cell ${isBad ? 'is-bad' : ''}`}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)
