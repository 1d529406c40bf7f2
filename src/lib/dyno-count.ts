/** N dynos of a size: the one type of it, its texts and their parsers. */

/** A size of null is not known, or left to the platform. */
export interface DynoCount<Size extends string | null = string> {
  quantity: number
  /** As the API spells it ("Standard-1X"), unless it was only typed. */
  size: Size
}

/** The dynos of one process type. */
export interface TypeCount<Size extends string | null = string> extends DynoCount<Size> {
  type: string
}

/** `2:Standard-1X`, or `2` if no size is known. */
export const formatDynoCount = ({ quantity, size }: DynoCount<string | null>): string =>
  size === null ? `${quantity}` : `${quantity}:${size}`

/** `web=2:Standard-1X worker=1:Standard-2X`, as `shipit scale` takes it. */
export const formatFormation = (
  counts: readonly TypeCount<string | null>[],
  between: ' ' | ',' = ' ',
): string => counts.map((count) => `${count.type}=${formatDynoCount(count)}`).join(between)

/**
 * Reads `2:standard-1x` or `2`; undefined for what is not of that form. The size is as typed:
 * whether there is such a size is another question.
 */
export function parseDynoCount(text: string): DynoCount<string | null> | undefined {
  const [, quantity, size] = /^(\d+)(?::([a-z0-9.-]+))?$/i.exec(text) ?? []
  return quantity === undefined ? undefined : { quantity: Number(quantity), size: size ?? null }
}

/** Reads `web=2:Standard-1X,worker=1:Standard-2X`; parts that are not of that form are left out. */
export function parseFormation(text: string): TypeCount[] {
  return text.split(',').flatMap((part) => {
    const [, type, count] = /^(\w[\w-]*)=(.*)$/.exec(part.trim()) ?? []
    const { quantity, size = null } = parseDynoCount(count ?? '') ?? {}
    return type && quantity !== undefined && size !== null ? [{ type, quantity, size }] : []
  })
}
