/** A path of the router's line with what differs from user to user folded: `/users/:id`. */

/** Segments looked at; what comes after them is one `…`. */
const DEEPEST = 8
const LONGEST = 120

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const NUMBER = /^\d+$/
const HEX = /^(?=.*\d)[0-9a-f]{8,}$/i
/** Long words that mix letters and digits, as ids and tokens of any kind do. */
const RANDOM = /^(?=(?:.*\d){2})(?=.*[a-z])[\w~-]{16,}$/i
/** A bundler's hash in a file's name: app.3f9d0c2b.js, chunk-B7xQz1aP.css */
const HASHED = /^(.+?)[.-](?=[\w]*\d)[\w]{8,20}(\.[a-z0-9]{2,5}(?:\.map)?)$/i

export function foldPath(path: string): string {
  const segments = path.split('/')
  const folded = segments.slice(0, DEEPEST + 1).map(foldSegment)
  if (segments.length > DEEPEST + 1) folded.push('…')
  const text = folded.join('/') || '/'
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

function foldSegment(segment: string): string {
  if (NUMBER.test(segment) || UUID.test(segment) || HEX.test(segment) || RANDOM.test(segment))
    return ':id'
  return segment.replace(HASHED, '$1.:hash$2')
}
