// Keeps the words out that native engineers stumble over: in sources, tests, templates and docs.
// `npm run lint` runs it. Each pattern says what to write in its place.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const WORDS = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bfault in shipit\b/i, 'internal error'],
  [/\ball went well\b/i, 'success'],
  [/\b(could|can)not be made sure of\b|\bcould not be found out\b/i, 'Could not determine …'],
  [/\bwait was given up\b|\bin vain\b/i, 'timed out'],
  [/\bwhat would be asked\b/i, 'all prompts'],
  [/\btakes no more (git )?requests\b/i, 'rate limit reached'],
  [
    /(?<!there )\bis no (time|file|number|name|pattern|JSON|duration|path|URL)\b/i,
    'is not a valid …',
  ],
  [/\b(whereof|thereof|hitherto|therein|whereby|heretofore)\b/i, 'a plain word'],
  [/\bworld's alphabets\b/i, 'ICU data'],
  [/\bPATIENCE\b/, 'TIMEOUT_MS'],
]
const SCANNED =
  /^(src|test|templates|bin|\.config|\.github)\/.*\.(ts|mjs|cjs|js|md|yml)$|^README\.md$/
const SKIPPED = /^test\/fixtures\/|^\.config\/words\.mjs$/

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
const found = files
  .split('\n')
  .filter((file) => SCANNED.test(file) && !SKIPPED.test(file))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        WORDS.filter(([pattern]) => pattern.test(line)).map(
          ([pattern, better]) =>
            `${file}:${i + 1}: "${pattern.exec(line)[0]}": write "${better}" or the like`,
        ),
      ),
  )
if (found.length > 0) {
  console.error(found.join('\n'))
  process.exit(1)
}
