/**
 * A count of dynos and, if it says so, their size, as `deploy.<environment>.formation` writes
 * them: "2:standard-1x", "2".
 */
interface AskedDynos {
  quantity: number
  /** As it is typed; whether there is such a size is another question. */
  size?: string
}

/** Undefined for what is not of that form. */
export function readDynoCount(text: string): AskedDynos | undefined {
  const [, quantity, size] = /^(\d+)(?::([a-z0-9.-]+))?$/i.exec(text) ?? []
  return quantity === undefined
    ? undefined
    : { quantity: Number(quantity), ...(size === undefined ? {} : { size }) }
}
