/** The rooms whose logic must not be able to break unnoticed, and the tests that watch over each: those that are quick enough to run hundreds of times. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

export interface Room {
  /** Files and folders of its sources. */
  sources: string[]
  /** Files and folders of its tests. */
  tests: string[]
  /** The least share of its mutants that its tests must notice, in percent. */
  goal: number
}

const inFolder = (folder: string, ending: string, names: string) =>
  names.split(' ').map((name) => `${folder}/${name}${ending}`)

export const ROOMS: Record<string, Room> = {
  deploy: {
    sources: ['src/deploy'],
    tests: ['test/deploy', 'test/init/workspaces.test.ts'],
    goal: 90,
  },
  operate: { sources: ['src/operate'], tests: ['test/operate'], goal: 90 },
  runtime: {
    sources: inFolder(
      'src/runtime',
      '.ts',
      'app-metrics apps-to-start boot-line budget crash-policy crash-report dyno dyno-end dyno-memory dyno-size event-line event-log exits filling first-instances first-start limited load-meter memory-guard memory-watch metrics port-watch reloading scaling sizing sizing-policy sizing-watch',
    ),
    tests: inFolder(
      'test/runtime',
      '.test.ts',
      'app-metrics apps-to-start budget crash-policy dyno dyno-end event-line exits-judged figures filling first-instances limited load-meter memory-guard memory-watch port-watch reload-rules rest scaling sizing sizing-looks sizing-policy sizing-rules told-at-the-end',
    ),
    goal: 90,
  },
  detect: {
    sources: ['src/init/detect'],
    tests: inFolder(
      'test/init',
      '.test.ts',
      'build-rules command-rules detect detected-rules launch-rules line-rules loader-flags plan project-rules script-rules source-rules start-commands start-tables untrusted workspaces',
    ),
    goal: 85,
  },
  init: {
    sources: [
      ...['apply', 'ci', 'lock', 'plan'].map((folder) => `src/init/${folder}`),
      ...inFolder(
        'src/init',
        '.ts',
        'describe-plan ecosystem-adapter folder gather git-ignored index runtime-tarball stay-inside workspace-root',
      ),
    ],
    tests: [
      ...inFolder(
        'test/init',
        '.test.ts',
        'app-json apply change-lockfile ci command describe-plan folder frozen-install gather lock-commands lock-contents lockfile parts plan plan-rules planned-files untrusted workspaces',
      ),
      'test/security/links.test.ts',
    ],
    goal: 85,
  },
  ecosystem: { sources: ['src/ecosystem'], tests: ['test/ecosystem'], goal: 85 },
  heroku: {
    sources: ['src/heroku'],
    tests: [
      'test/heroku',
      'test/commands/account.test.ts',
      'test/security/endless-answers.test.ts',
    ],
    goal: 85,
  },
  config: {
    sources: ['src/config'],
    tests: ['test/config', 'test/commands/config.test.ts', 'test/commands/keys.test.ts'],
    goal: 85,
  },
  router: { sources: ['src/embedded/router'], tests: ['test/embedded/router'], goal: 85 },
  store: { sources: ['src/embedded/store'], tests: ['test/embedded/store'], goal: 85 },
  build: {
    sources: ['src/embedded/build'],
    tests: ['test/embedded/build', 'test/security/build-limits.test.ts'],
    goal: 85,
  },
}

/** The files of a list of files and folders. @param ending of their names */
export function filesOf(
  root: string,
  places: readonly string[],
  ending: '.ts' | '.test.ts',
): string[] {
  return places
    .flatMap((place) => {
      const at = path.join(root, place)
      if (!existsSync(at)) throw new Error(`${place}, which rooms.ts names, is not there`)
      if (statSync(at).isFile()) return [place]
      return readdirSync(at, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
        .map((name) => path.join(place, name))
    })
    .sort()
}
