/**
 * A name that Heroku takes for an app: lower-case letters, digits and dashes, from a letter on, 3
 * to 30 characters.
 */
export function herokuName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
  return plain.length < 3 ? 'myapp' : plain
}
