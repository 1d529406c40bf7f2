/**
 * Which element of the document draws which item of a list: an item keeps its element for as long
 * as it is seen, and what comes into view takes an element that has become free. Elements are not
 * thrown away and made by the hundred while a log runs, and text that is selected stays selected.
 */
export class Slots {
  private slots = new Map<string | number, number>()
  private next = 0

  /** @param keys of the items that are seen now, none twice @returns the slot of each */
  of(keys: readonly (string | number)[]): number[] {
    const seen = new Set(keys)
    const free = [...this.slots].filter(([key]) => !seen.has(key)).map(([, slot]) => slot)
    this.slots = new Map(
      keys.map((key) => [key, this.slots.get(key) ?? free.shift() ?? this.next++]),
    )
    return [...this.slots.values()]
  }
}
