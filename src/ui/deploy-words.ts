/** ms as elapsed time: 850 ms, 3.2 s, 1 m 05 s. */
export function elapsed(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return (
    `${Math.floor(ms / 60_000)} m ${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')} ` +
    's'
  )
}
