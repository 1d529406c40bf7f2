import { useState } from 'preact/hooks'
import type { FormationDocument } from '../../wire.js'
import { ask } from '../control/ask.js'
import { ago, megabytes, plural } from '../format.js'
import { serverNow, useStore } from '../store/store.js'
import { Empty, Pending, useDocument } from './parts.js'

type ProcessType = FormationDocument['process_types'][number]

/** Process types, and how many dynos of what size run each. */
export function FormationView({ app }: { app: string }) {
  const fetched = useDocument<FormationDocument>(app, 'formation', 'platform')
  if (!fetched.document) return <Pending fetched={fetched} />
  const { process_types, builds, is_maintenance } = fetched.document
  return (
    <section class="formation" aria-label="Formation">
      {is_maintenance ? (
        <p class="card note is-warn">
          Maintenance is on: the router answers every request with 503.
        </p>
      ) : null}
      <Builds app={app} builds={builds} />
      {process_types.length === 0 ? (
        <Empty title="No process types">
          <p>They come with the first release.</p>
        </Empty>
      ) : null}
      <ul class="process-types">
        {process_types.map((one) => (
          <TypeCard
            key={`${one.type} ${one.quantity} ${one.size}`}
            app={app}
            type={one}
            sizes={fetched.document.sizes}
          />
        ))}
      </ul>
    </section>
  )
}

function TypeCard({
  app,
  type,
  sizes,
}: {
  app: string
  type: ProcessType
  sizes: FormationDocument['sizes']
}) {
  const isReadOnly = useStore((state) => state.overview?.is_read_only !== false)
  const [quantity, setQuantity] = useState(type.quantity)
  const [sizeName, setSize] = useState(type.size)
  const size = sizes.find(({ name }) => name.toLowerCase() === sizeName.toLowerCase())
  const memory = size?.memory_mb ?? type.memory_mb_per_dyno
  const most = type.most ?? 100
  const isChanged = quantity !== type.quantity || sizeName !== type.size
  const name = `type-${type.type.replace(/\W/g, '_')}`
  const instances = type.instances_per_dyno
  return (
    <li class="card process-type" data-type={type.type}>
      <h2 id={name}>{type.type}</h2>
      <code class="command">{type.command}</code>
      {isReadOnly ? (
        <p>
          {plural(type.quantity, 'dyno')} of {type.size}
        </p>
      ) : (
        <form
          aria-labelledby={name}
          onSubmit={(event) => {
            event.preventDefault()
            void ask(app, {
              kind: 'scale',
              type: type.type,
              ...(quantity === type.quantity ? {} : { quantity }),
              ...(sizeName === type.size ? {} : { size: sizeName }),
            })
          }}
        >
          <div class="stepper" role="group" aria-label={`Dynos of ${type.type}`}>
            <button
              type="button"
              aria-label="One dyno less"
              disabled={quantity === 0}
              onClick={() => setQuantity(quantity - 1)}
            >
              −
            </button>
            <input
              type="number"
              aria-label="Dynos"
              min={0}
              max={most}
              value={quantity}
              onInput={({ currentTarget: { valueAsNumber } }) => {
                if (Number.isInteger(valueAsNumber) && valueAsNumber >= 0)
                  setQuantity(Math.min(most, valueAsNumber))
              }}
            />
            <button
              type="button"
              aria-label="One dyno more"
              disabled={quantity >= most}
              onClick={() => setQuantity(quantity + 1)}
            >
              +
            </button>
          </div>
          <select
            aria-label="Size"
            value={sizeName}
            onChange={(event) => setSize(event.currentTarget.value)}
          >
            {size ? null : <option value={type.size}>{type.size}</option>}
            {sizes.map((one) => (
              <option key={one.name} value={one.name === size?.name ? sizeName : one.name}>
                {one.name} · {megabytes(one.memory_mb)}
              </option>
            ))}
          </select>
          <button type="submit" class="primary" disabled={!isChanged}>
            Scale
          </button>
        </form>
      )}
      <p class="reckoned muted">
        {memory === null
          ? 'memory unknown'
          : `${quantity} × ${megabytes(memory)} = ${megabytes(quantity * memory)}`}
        {instances === null ? '' : `, ${plural(quantity * instances, 'instance')}`}
        {(size?.cost_class ?? type.cost_class) ? (
          <span class="chip">{size?.cost_class ?? type.cost_class}</span>
        ) : null}
        {type.most === null ? null : <span>at most {type.most}</span>}
      </p>
      {isReadOnly ? null : (
        <div class="buttons">
          <button
            type="button"
            class="small"
            onClick={() => void ask(app, { kind: 'reload', type: type.type })}
          >
            Reload
          </button>
          <button
            type="button"
            class="small"
            onClick={() => void ask(app, { kind: 'restart', type: type.type })}
          >
            Restart
          </button>
          {type.quantity === 0 ? (
            <button
              type="button"
              class="small"
              onClick={() => void ask(app, { kind: 'start', type: type.type })}
            >
              Start
            </button>
          ) : (
            <button
              type="button"
              class="small"
              onClick={() => void ask(app, { kind: 'stop', type: type.type })}
            >
              Stop
            </button>
          )}
        </div>
      )}
    </li>
  )
}

function Builds({ app, builds }: { app: string; builds: FormationDocument['builds'] }) {
  const isReadOnly = useStore((state) => state.overview?.is_read_only !== false)
  const now = serverNow()
  return (
    <>
      {builds.map(({ id, at, user }) => (
        <div key={id} class="card note build">
          <p>
            <b>A build is under way</b>{' '}
            <span class="muted">
              {user}, {ago(at, now)}
            </span>
          </p>
          {isReadOnly ? null : (
            <button
              type="button"
              class="small"
              onClick={() => void ask(app, { kind: 'cancel-build', build: id })}
            >
              Cancel the build
            </button>
          )}
        </div>
      ))}
    </>
  )
}
