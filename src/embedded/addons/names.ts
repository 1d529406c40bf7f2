import { randomInt } from 'node:crypto'

const ADJECTIVES = [
  'acute',
  'animate',
  'clear',
  'concave',
  'convex',
  'cubed',
  'curved',
  'deep',
  'elliptical',
  'fitted',
  'flat',
  'globular',
  'horizontal',
  'infinite',
  'metric',
  'octagonal',
  'parallel',
  'pointy',
  'regular',
  'rigid',
  'round',
  'rugged',
  'shaped',
  'silhouetted',
  'solid',
  'spherical',
  'square',
  'symmetrical',
  'tapered',
  'triangular',
  'vertical',
]

const COLORS = [
  'AMBER',
  'AQUA',
  'BLACK',
  'BLUE',
  'BRONZE',
  'BROWN',
  'CHARCOAL',
  'COBALT',
  'COPPER',
  'CRIMSON',
  'CYAN',
  'GOLD',
  'GRAY',
  'GREEN',
  'IVORY',
  'JADE',
  'MAROON',
  'MAUVE',
  'NAVY',
  'OLIVE',
  'ONYX',
  'ORANGE',
  'PINK',
  'PUCE',
  'PURPLE',
  'RED',
  'ROSE',
  'SILVER',
  'TEAL',
  'VIOLET',
  'WHITE',
  'YELLOW',
]

const oneOf = (list: readonly string[]): string => list[randomInt(list.length)]!

/** postgresql-round-12345 */
export function newAddonName(prefix: string, isTaken: (name: string) => boolean): string {
  for (;;) {
    const name = `${prefix}-${oneOf(ADJECTIVES)}-${randomInt(10_000, 100_000)}`
    if (!isTaken(name)) return name
  }
}

/** HEROKU_POSTGRESQL_AMBER; with a number once the colours are used up. */
export function coloredName(prefix: string, isTaken: (name: string) => boolean): string {
  const free = COLORS.map((color) => `${prefix}_${color}`).filter((name) => !isTaken(name))
  if (free.length > 0) return oneOf(free)
  for (let number = 1; ; number += 1) {
    const name = `${prefix}_${number}`
    if (!isTaken(name)) return name
  }
}
