import { useState } from 'preact/hooks'
import { plural } from '../format.js'
import { Empty, Pending, useDocument } from './parts.js'

/** Names of config vars. Values never reach this page. */
export function ConfigView({ app }: { app: string }) {
  const fetched = useDocument<string[]>(app, 'config', 'platform')
  const [filter, setFilter] = useState('')
  if (!fetched.document) return <Pending fetched={fetched} />
  if (fetched.document.length === 0)
    return (
      <Empty title="No config vars">
        <p>
          Set one: <code>shipit config set NAME --app {app}</code>
        </p>
      </Empty>
    )
  const names = fetched.document
    .filter((name) => name.toLowerCase().includes(filter.toLowerCase()))
    .sort()
  return (
    <section class="config" aria-label="Config vars">
      <div class="toolbar">
        <input
          type="search"
          data-filter
          placeholder="Filter names"
          aria-label="Filter names of config vars"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <p class="muted">
          {plural(fetched.document.length, 'config var')}, values are not shown here
        </p>
      </div>
      <ul class="config-names card">
        {names.map((name) => (
          <li key={name}>
            <code>{name}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}
