import type { DetailsDocument, DynoDocument, InstanceDocument } from '../../wire.js'
import { Charts } from '../charts/charts.js'
import { DYNO_FIGURES, INSTANCE_FIGURES } from '../charts/figures.js'
import { ask } from '../control/ask.js'
import { scaleBy } from '../control/scale-by.js'
import { ago, clock, count, duration, megabytes, milliseconds, percent } from '../format.js'
import { useKeys } from '../keys.js'
import { hashOf } from '../route.js'
import { serverNow, useStore } from '../store/store.js'
import { dynoRow, instanceRow } from './dyno-rows.js'
import { ExceptionList } from './exceptions.js'
import { Empty, Meter, StateBadge, Tile, useDocument } from './parts.js'

/** One dyno, or one instance in it. */
export function DynoView({
  app,
  name,
  instance: id,
}: {
  app: string
  name: string
  instance: string | undefined
}) {
  const dyno = useStore((state) => state.dynos.get(name))
  const areKnown = useStore((state) => state.areDynosKnown)
  const isReadOnly = useStore((state) => state.overview?.is_read_only !== false)
  const query = new URLSearchParams({ dyno: name, ...(id === undefined ? {} : { instance: id }) })
  const details = useDocument<DetailsDocument>(app, `details?${query}`)
  useKeys(({ key }) => {
    if (key === 'r') void ask(app, { kind: 'restart', dyno: name })
    else if (key === 'R' && dyno) void ask(app, { kind: 'reload', type: dyno.type })
    else if (key === '+' || key === '=' || key === '-')
      scaleBy(app, dyno?.type, key === '-' ? -1 : 1)
    else return false
    return true
  })
  if (!dyno)
    return areKnown ? (
      <Empty title={`${name} does not run`}>
        <p>
          It has ended, or was scaled away.{' '}
          <a href={hashOf({ view: 'app', app, tab: 'dynos' })}>All dynos</a>
        </p>
      </Empty>
    ) : (
      <p class="loading muted">Loading…</p>
    )
  const instance = dyno.instances.find((one) => one.id === id)
  const row = dynoRow(dyno, serverNow())
  const shown = instance ? instanceRow(row, instance) : row
  return (
    <div class="dyno-view">
      <header class="dyno-head">
        <h2>
          {id === undefined ? name : `${name} · ${id}`}{' '}
          <StateBadge tone={shown.tone} text={shown.state} />
        </h2>
        {isReadOnly ? null : (
          <div class="buttons">
            <button type="button" onClick={() => void ask(app, { kind: 'restart', dyno: name })}>
              Restart {name}
            </button>
          </div>
        )}
      </header>
      {id !== undefined && !instance ? (
        <Empty title={`${id} is not in ${name}`}>
          <p>It was taken out, or has not told anything yet.</p>
        </Empty>
      ) : (
        <>
          {instance ? <InstanceTiles instance={instance} /> : <DynoTiles dyno={dyno} />}
          {id === undefined ? <Instances app={app} dyno={dyno} /> : null}
          <Charts
            app={app}
            figures={id === undefined ? DYNO_FIGURES : INSTANCE_FIGURES}
            dyno={name}
            instance={id}
          />
          <div class="columns">
            {instance ? <Metrics instance={instance} /> : null}
            {details.document ? <Details document={details.document} app={app} /> : null}
          </div>
        </>
      )}
    </div>
  )
}

function DynoTiles({ dyno }: { dyno: DynoDocument }) {
  const now = serverNow()
  const row = dynoRow(dyno, now)
  return (
    <dl class="tiles">
      <Tile name="size" value={dyno.size} />
      <Tile name="release" value={`v${dyno.release.version}`} />
      <Tile name="CPU" value={percent(row.cpu)} />
      <Tile
        name="memory"
        value={megabytes(row.memory)}
        note={row.limit === null ? undefined : `of ${megabytes(row.limit)}`}
      />
      <Tile name="load" value={dyno.load_average === null ? '–' : dyno.load_average.toFixed(2)} />
      <Tile name="req/min" value={count(row.requests)} />
      <Tile name="errors/min" value={count(dyno.errors_per_minute)} />
      <Tile name="up for" value={duration(row.uptime)} />
    </dl>
  )
}

function InstanceTiles({ instance }: { instance: InstanceDocument }) {
  return (
    <dl class="tiles">
      <Tile name="CPU" value={percent(instance.cpu_percent)} />
      <Tile
        name="memory"
        value={megabytes(instance.memory_mb)}
        note={
          instance.memory_limit_mb === null
            ? undefined
            : `of ${megabytes(instance.memory_limit_mb)}`
        }
      />
      <Tile name="heap" value={megabytes(instance.heap_mb)} />
      <Tile name="outside the heap" value={megabytes(instance.external_mb)} />
      <Tile name="event loop p95" value={milliseconds(instance.event_loop_p95_ms)} />
      <Tile name="req/min" value={count(instance.requests_per_minute)} />
      <Tile name="active requests" value={count(instance.active_requests)} />
      <Tile
        name="restarts"
        value={count(instance.restarts)}
        tone={instance.restarts ? 'warn' : undefined}
      />
      <Tile name="up for" value={duration(instance.uptime_seconds)} />
      <Tile
        name="pid"
        value={String(instance.pid ?? '–')}
        note={instance.version ? `v${instance.version}` : undefined}
      />
    </dl>
  )
}

function Instances({ app, dyno }: { app: string; dyno: DynoDocument }) {
  if (dyno.instances.length === 0)
    return (
      <p class="card note muted">
        {dyno.state === 'up'
          ? 'No instance has told figures yet: the runtime prints them every 20 s.'
          : `${dyno.name} is ${dyno.state}.`}
      </p>
    )
  return (
    <ul class="instances">
      {dyno.instances.map((instance) => (
        <li key={instance.id} class="card">
          <a
            href={hashOf({
              view: 'app',
              app,
              tab: 'dynos',
              dyno: dyno.name,
              instance: instance.id,
            })}
          >
            <b>{instance.id}</b>
            <StateBadge
              tone={instance.status === 'online' ? 'good' : 'warn'}
              text={instance.status ?? 'unknown'}
            />
            <span class="number">{percent(instance.cpu_percent)}</span>
            <span class="number">
              {megabytes(instance.memory_mb)}
              <Meter value={instance.memory_mb} of={instance.memory_limit_mb} />
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Metrics({ instance: { metrics, actions } }: { instance: InstanceDocument }) {
  return (
    <section class="card">
      <h3>Metrics of the app</h3>
      {metrics.length === 0 ? (
        <p class="muted">
          None. The app can report its own with <code>@pm2/io</code>.
        </p>
      ) : (
        <dl class="pairs">
          {metrics.map(({ name, value, unit }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value} {unit}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {actions.length > 0 ? (
        <>
          <h3>Actions</h3>
          <p class="chips">
            {actions.map((action) => (
              <code key={action} class="chip">
                {action}
              </code>
            ))}
          </p>
        </>
      ) : null}
    </section>
  )
}

function Details({ document, app }: { document: DetailsDocument; app: string }) {
  const now = serverNow()
  return (
    <>
      <section class="card">
        <h3>Exceptions</h3>
        <ExceptionList
          exceptions={document.exceptions.map((one) => ({ ...one, instances: [one.instance] }))}
          now={now}
        />
      </section>
      <section class="card">
        <h3>Events</h3>
        {document.events.length === 0 ? <p class="muted">Nothing happened.</p> : null}
        <ol class="plain-list">
          {document.events
            .slice(-12)
            .reverse()
            .map(({ occurred_at, instance, text, is_bad }) => (
              <li key={`${occurred_at} ${instance} ${text}`} class={is_bad ? 'is-bad' : ''}>
                <a href={hashOf({ view: 'app', app, tab: 'log', around: Date.parse(occurred_at) })}>
                  <time title={ago(occurred_at, now)}>{clock(occurred_at)}</time>
                  <span>
                    {instance} {text}
                  </span>
                </a>
              </li>
            ))}
        </ol>
      </section>
      {document.error_lines.length > 0 ? (
        <section class="card">
          <h3>Last error lines</h3>
          <pre tabIndex={0} class="error-lines">
            {document.error_lines.map(({ text }) => text).join('\n')}
          </pre>
        </section>
      ) : null}
    </>
  )
}
