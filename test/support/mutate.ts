import { randomFrom } from './random.js'

/** A whole number below the given one. */
export type Chance = (below: number) => number

/** Numbers that a seed repeats. */
export function chanceFrom(seed: number): Chance {
  const random = randomFrom(seed)
  return (below) => Math.floor(random() * below)
}

/** What HTTP gives a meaning to, or cannot carry. */
const PIECES = [
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ':',
  ' ',
  '\t',
  '\x7f',
  '\xff',
  '0',
  '-1',
  '999999999999999999',
  'ffffffffffffffff',
  '101',
  '099',
  'Content-Length: 1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close, content-length\r\n',
  'Host: shop.localhost\r\n',
  'Trailer: content-length\r\n',
  '\x1b]0;x\x07',
  'x'.repeat(9_000),
]

/** Changes, cuts, doubles and puts in bytes (latin1) at a few random places. */
export function mutate(text: string, chance: Chance): string {
  let result = text
  for (let changes = chance(4); changes >= 0; changes--) {
    const at = chance(result.length + 1)
    const piece = PIECES[chance(PIECES.length)]!
    switch (chance(5)) {
      case 0:
        result = result.slice(0, at) + piece + result.slice(at)
        break
      case 1:
        result = result.slice(0, at) + result.slice(at + 1 + chance(8))
        break
      case 2:
        result = result.slice(0, at) + String.fromCharCode(chance(256)) + result.slice(at + 1)
        break
      case 3:
        result = result.slice(0, at)
        break
      default:
        result = result.slice(0, at) + result.slice(Math.max(0, at - chance(40)))
    }
  }
  return result
}

/** SHIPIT_FUZZ_SEED, which tells a run again, or another one each time. */
export const fuzzSeed = Number(process.env.SHIPIT_FUZZ_SEED ?? Date.now() % 1_000_000)
