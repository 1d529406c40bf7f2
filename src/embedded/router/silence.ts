/**
 * One timer for one request, whose meaning changes as the request goes on: what happens when
 * nothing moves for a while.
 */
export class Silence {
  private timer: NodeJS.Timeout | undefined

  /** From now on, `ms` without touch() call `then`. */
  expect(ms: number, then: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(then, ms)
  }

  touch(): void {
    this.timer?.refresh()
  }

  end(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }
}
