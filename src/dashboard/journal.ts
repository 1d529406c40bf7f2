/** News in order, of which readers at different paces each get what they have not had. */
export class Journal<T> {
  private entries: T[] = []
  /** How many there were. */
  length = 0

  /** @param most kept: a reader that is further behind than that misses the oldest */
  constructor(private readonly most: number) {}

  push(...news: T[]): void {
    this.entries.push(...news)
    this.length += news.length
    if (this.entries.length > this.most) this.entries = this.entries.slice(-this.most)
  }

  /** @param length that of the journal when the reader last looked */
  since(length: number): T[] {
    const fresh = this.length - length
    return fresh <= 0 ? [] : this.entries.slice(-fresh)
  }
}
