/**
 * Data with camelCase keys as snake_case, at every depth; names in capitals, such as those of
 * config vars, stay as they are.
 */
export function snakeKeys(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(snakeKeys)
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype)
    return data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      /^[a-z][A-Za-z0-9]*$/.test(key)
        ? key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
        : key,
      snakeKeys(value),
    ]),
  )
}
