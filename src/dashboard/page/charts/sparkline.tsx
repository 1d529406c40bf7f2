/** A minute a value, no axes: only whether it goes up or down. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const points = values.map((value, at) => ({
    x: at,
    y: value === null ? undefined : 22 - (value / most) * 20,
  }))
  const stretches: string[] = []
  let line = ''
  for (const { x, y } of points) {
    if (y === undefined) {
      if (line) stretches.push(line)
      line = ''
    } else line += `${line ? 'L' : 'M'}${x} ${y.toFixed(1)}`
  }
  if (line) stretches.push(line)
  const path = stretches.join('')
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${Math.max(1, values.length - 1)} 24`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {stretches.map((one) => {
        const xs = [...one.matchAll(/[ML](\d+) /g)].map(([, x]) => x)
        return <path key={xs[0]} class="area" d={`${one}L${xs.at(-1)} 24L${xs[0]} 24Z`} />
      })}
      <path class="line" d={path} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
