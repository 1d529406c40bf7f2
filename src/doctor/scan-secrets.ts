/**
 * Looks for secrets by their value in the texts of a project, without reading more than it must.
 */

import { secretsIn, type FoundSecret } from '../lib/secret-values.js'

export interface SecretInFile extends FoundSecret {
  /** From the app's folder, with forward slashes. */
  file: string
}

/** Beyond this a file is data, or the output of a build: in bytes. */
export const LARGEST_SCANNED = 2 * 1024 * 1024
/** How far git itself looks for a zero byte (git, xdiff-interface.c, buffer_is_binary). */
const LOOKS_BINARY_WITHIN = 8000
/**
 * What a private key and its frame take at most in the rules, with room: in characters, before and
 * after a mark.
 */
const AROUND = 16_000
const MOST_PLACES = 20

/**
 * Words that every secret that the rules know has in it, or beside it. The rules take milliseconds
 * for each text; most texts have none of these. test/security/committed-secrets.test.ts holds this
 * list to the rules.
 */
const MARK = new RegExp(
  [
    '(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}',
    '(?:SECRET|[Ss]ecret)_?(?:ACCESS|[Aa]ccess)_?(?:KEY|[Kk]ey)',
    'PRIVATE KEY',
    'x-oauth-basic',
    '_authToken=',
    'npm_[A-Za-z0-9_]{36}',
    'x(?:ox[bpaor]|app)-',
    '[Hh]ooks\\.slack\\.com/services',
    '://[^\\s/:@]{1,256}:[^\\s/@]{1,256}@',
    'sk-[\\w-]{20}',
    'gsk_\\w{52}',
    'hf_[a-zA-Z]{34}',
    'lin_api_\\w{32}',
    'ntn_\\d{11}',
    'SG\\.\\w+\\.\\w',
    'shp(?:pa|ca|at|ss)_\\w{32}',
    'gh[pousr]_\\w{36}',
    'github_pat_\\w{82}',
    'glpat-',
    'glc_',
    'glsa_',
    'ops_ey',
    'hv[sbr]\\.[\\w-]{90}',
    'vc[piark]_\\w{20}',
    'dapi[A-Fa-f0-9]{32}',
    'dckr_pat_',
    'figd_',
    'HRKU-',
    '[sr]k_live_',
    'AIza[\\w-]{35}',
    'SK[0-9a-f]{32}',
    '\\d{8}:AA[\\w-]{33}',
  ].join('|'),
  'g',
)

/**
 * What looks like a secret in one file; nothing in one that is binary or too large. @param bytes
 * all of it
 */
export async function scanFile(file: string, bytes: Buffer): Promise<SecretInFile[]> {
  if (bytes.length > LARGEST_SCANNED || bytes.subarray(0, LOOKS_BINARY_WITHIN).includes(0))
    return []
  const text = bytes.toString('utf8')
  const places = placesOf(text)
  const found: SecretInFile[] = []
  for (const [from, to] of places) {
    const linesBefore = countLines(text, from)
    for (const { kind, line } of await secretsIn(text.slice(from, to), file)) {
      const at = linesBefore + line
      if (!found.some((one) => one.line === at)) found.push({ file, kind, line: at })
    }
  }
  return found
}

/** Stretches of a text that may hold one, by where they begin and end. */
function placesOf(text: string): [from: number, to: number][] {
  const places: [number, number][] = []
  for (const {
    index,
    0: { length },
  } of text.matchAll(MARK)) {
    const [from, to] = [Math.max(0, index - AROUND), Math.min(text.length, index + length + AROUND)]
    const last = places.at(-1)
    if (last && from <= last[1]) last[1] = to
    else if (places.length === MOST_PLACES) break
    else places.push([from, to])
  }
  return places
}

function countLines(text: string, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++
  return count
}
