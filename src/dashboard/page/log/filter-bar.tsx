import { useMemo } from 'preact/hooks'
import { byName, whole } from '../format.js'
import { useStore } from '../store/store.js'
import type { Filter } from './filter.js'

/** Search, and what else narrows the log down. */
export function FilterBar({
  filter,
  onFilter,
  found,
  of,
}: {
  filter: Filter
  onFilter(filter: Filter): void
  found: number
  of: number
}) {
  return (
    <div class="toolbar" role="search">
      <input
        type="search"
        data-filter
        placeholder="Search the log"
        aria-label="Search the log"
        value={filter.text}
        onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
      />
      <select
        aria-label="Level"
        value={filter.level}
        onChange={(event) =>
          onFilter({ ...filter, level: event.currentTarget.value as Filter['level'] })
        }
      >
        <option value="all">All levels</option>
        <option value="warn">Warnings and errors</option>
        <option value="error">Errors</option>
      </select>
      <select
        aria-label="Source"
        value={filter.source}
        onChange={(event) =>
          onFilter({ ...filter, source: event.currentTarget.value as Filter['source'] })
        }
      >
        <option value="all">All sources</option>
        <option value="app">App</option>
        <option value="router">Router</option>
        <option value="platform">Platform</option>
      </select>
      <select
        aria-label="Dyno"
        value={filter.dyno}
        onChange={(event) => onFilter({ ...filter, dyno: event.currentTarget.value })}
      >
        <option value="">All dynos</option>
        <DynoOptions />
      </select>
      <label class="check">
        <input
          type="checkbox"
          checked={filter.withFigures}
          onChange={(event) => onFilter({ ...filter, withFigures: event.currentTarget.checked })}
        />
        figures
      </label>
      <p class="muted found">
        {whole(found)} of {whole(of)}
      </p>
    </div>
  )
}

/** Many, and the same for hours: while the names are, Preact is given the same elements. */
function DynoOptions() {
  const dynos = useStore((state) => state.dynos)
  const names = [...dynos.keys()].sort(byName)
  const types = [...new Set([...dynos.values()].map(({ type }) => type))].sort()
  return useMemo(
    () => (
      <>
        {types.map((type) => (
          <option key={type} value={type}>
            all of {type}
          </option>
        ))}
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </>
    ),
    [types.join(), names.join()],
  )
}
