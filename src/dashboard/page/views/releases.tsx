import type { ReleaseDocument } from '../../wire.js'
import { ask } from '../control/ask.js'
import { ago, day } from '../format.js'
import { serverNow, useStore } from '../store/store.js'
import { configChangeOf } from './config-change.js'
import { Empty, Pending, StateBadge, useDocument } from './parts.js'

/** What was released, newest first; what can be gone back to. */
export function ReleasesView({ app }: { app: string }) {
  const fetched = useDocument<ReleaseDocument[]>(app, 'releases', 'platform')
  const isReadOnly = useStore((state) => state.overview?.is_read_only !== false)
  if (!fetched.document) return <Pending fetched={fetched} />
  if (fetched.document.length === 0) return <Empty title="No releases yet" />
  const now = serverNow()
  return (
    <ol class="releases" aria-label="Releases">
      {fetched.document.map((release) => (
        <li key={release.version} class={`card ${release.is_current ? 'is-current' : ''}`}>
          <b class="version">v{release.version}</b>
          <div class="release-what">
            <p>
              {release.description}
              {release.is_current ? <StateBadge tone="good" text="serves" /> : null}
              {release.status === 'succeeded' ? null : (
                <StateBadge
                  tone={release.status === 'pending' ? 'warn' : 'bad'}
                  text={release.status}
                />
              )}
            </p>
            <ConfigNames description={release.description} />
            <p class="muted release-who">
              {release.commit ? <code>{release.commit.slice(0, 7)}</code> : null}
              <span>{release.user}</span>
              <time title={day(release.at)}>{ago(release.at, now)}</time>
            </p>
          </div>
          {!isReadOnly && release.is_rollback_possible ? (
            <button
              type="button"
              aria-label={`Roll back to v${release.version}`}
              onClick={() => void ask(app, { kind: 'rollback', version: release.version })}
            >
              Roll back
            </button>
          ) : null}
        </li>
      ))}
    </ol>
  )
}

function ConfigNames({ description }: { description: string }) {
  const change = configChangeOf(description)
  if (!change) return null
  return (
    <p class="chips">
      {change.set.map((name) => (
        <code key={name} class="chip added">
          + {name}
        </code>
      ))}
      {change.removed.map((name) => (
        <code key={name} class="chip removed">
          − {name}
        </code>
      ))}
    </p>
  )
}
