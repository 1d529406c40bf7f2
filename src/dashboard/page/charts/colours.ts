/** Colours of the style sheet, for a canvas: light or dark, as the system has it. */
import { useEffect, useState } from 'preact/hooks'

let colours = new Map<string, string>()

/** @param name of a custom property: `--chart-blue`, #rrggbb */
export function colourOf(name: string): string {
  const known = colours.get(name)
  if (known !== undefined) return known
  const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  colours.set(name, colour)
  return colour
}

/** Changes when the system turns light or dark: what is drawn on a canvas is drawn anew. */
export function useScheme(): string {
  const [query] = useState(() => matchMedia('(prefers-color-scheme: dark)'))
  const [isDark, setIsDark] = useState(query.matches)
  useEffect(() => {
    const changed = () => {
      colours = new Map()
      setIsDark(query.matches)
    }
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [query])
  return isDark ? 'dark' : 'light'
}
