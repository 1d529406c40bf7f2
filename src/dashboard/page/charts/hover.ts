/** The time under the pointer, the same on all charts. Told directly: it moves too often to draw. */

/** ms since the epoch; undefined if no chart is pointed at. */
export type Hover = { at: number; isPinned: boolean } | undefined

let hover: Hover
const readers = new Set<(hover: Hover) => void>()

export const getHover = (): Hover => hover

export function onHover(reader: (hover: Hover) => void): () => void {
  readers.add(reader)
  return () => {
    readers.delete(reader)
  }
}

export function setHover(next: Hover): void {
  // What was clicked stays until another click, or Escape.
  if (hover?.isPinned && next && !next.isPinned) return
  if (hover?.at === next?.at && hover?.isPinned === next?.isPinned) return
  hover = next
  for (const reader of readers) reader(hover)
}

export const endHover = (): void => {
  if (!hover?.isPinned) setHover(undefined)
}
