import { useState } from 'preact/hooks'
import type { RouteDocument } from '../../wire.js'
import { count, milliseconds } from '../format.js'
import { Empty, Pending, useDocument } from './parts.js'

const ORDERS = [
  { id: 'slow', name: 'Slowest', of: ({ p95_ms }: RouteDocument) => p95_ms ?? -1 },
  {
    id: 'failing',
    name: 'Most failing',
    of: ({ server_errors, client_errors }: RouteDocument) => server_errors + client_errors / 1e6,
  },
  { id: 'asked', name: 'Most asked', of: ({ requests }: RouteDocument) => requests },
] as const

/** What the router's lines tell of each route. */
export function RoutesView({ app }: { app: string }) {
  const fetched = useDocument<RouteDocument[]>(app, 'routes')
  const [order, setOrder] = useState<(typeof ORDERS)[number]>(ORDERS[0])
  const [filter, setFilter] = useState('')
  if (!fetched.document) return <Pending fetched={fetched} />
  if (fetched.document.length === 0)
    return (
      <Empty title="No requests yet">
        <p>The router prints a line for each request; none has come since the dashboard looks.</p>
      </Empty>
    )
  const routes = fetched.document
    .filter(({ method, path }) => `${method} ${path}`.toLowerCase().includes(filter.toLowerCase()))
    .sort((one, other) => order.of(other) - order.of(one))
    .slice(0, 200)
  const most = Math.max(1, ...routes.map(({ p95_ms }) => p95_ms ?? 0))
  return (
    <section class="routes" aria-label="Routes">
      <div class="toolbar">
        <div class="segments" role="group" aria-label="Order">
          {ORDERS.map((one) => (
            <button
              key={one.id}
              type="button"
              aria-pressed={one === order}
              onClick={() => setOrder(one)}
            >
              {one.name}
            </button>
          ))}
        </div>
        <input
          type="search"
          data-filter
          placeholder="Filter routes"
          aria-label="Filter routes"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <div class="card table-scroll" tabIndex={0} role="region" aria-label="Table of routes">
        <table>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col" class="number">
                Requests
              </th>
              <th scope="col" class="number">
                p50
              </th>
              <th scope="col" class="number">
                p95
              </th>
              <th scope="col" class="number">
                Most
              </th>
              <th scope="col" class="number">
                4xx
              </th>
              <th scope="col" class="number">
                5xx
              </th>
            </tr>
          </thead>
          <tbody>
            {routes.map((one) => (
              <tr key={`${one.method} ${one.path}`}>
                <th scope="row">
                  <span class="method">{one.method}</span> <span class="path">{one.path}</span>
                </th>
                <td class="number">{count(one.requests)}</td>
                <td class="number">{milliseconds(one.p50_ms)}</td>
                <td class="number">
                  {milliseconds(one.p95_ms)}
                  <i class="meter" aria-hidden="true">
                    <i style={{ width: `${(100 * (one.p95_ms ?? 0)) / most}%` }} />
                  </i>
                </td>
                <td class="number">{milliseconds(one.max_ms)}</td>
                <td class={`number ${one.client_errors ? 'is-warn' : ''}`}>
                  {count(one.client_errors)}
                </td>
                <td class={`number ${one.server_errors ? 'is-bad' : ''}`}>
                  {count(one.server_errors)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
