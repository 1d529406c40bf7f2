import type { Severity } from '../../src/doctor/index.js'
import { SOUND, manifest, type Given } from './facts.js'

/**
 * A project that a check speaks of, how severely, and words of what it says; `silent` are near
 * misses that it must leave alone.
 */
export interface Case {
  check: string
  fires: [Given, Severity, RegExp][]
  silent: Given[]
}

/** The sound app whose script is this text, with other files. */
export const listens = (text: string, more: Record<string, string> = {}): Given => ({
  files: { 'server.js': text, ...more },
})

type Packages = Record<string, { dev?: true; bin?: Record<string, string>; version?: string }>

/** A lockfile of npm with these packages beside the runtime. */
export const npmLock = (packages: Packages): string => {
  const own = (SOUND['package-lock.json'] as { packages: object }).packages
  return JSON.stringify({
    lockfileVersion: 3,
    packages: {
      ...own,
      ...Object.fromEntries(
        Object.entries(packages).map(([name, entry]) => [
          `node_modules/${name}`,
          { version: '4.0.0', ...entry },
        ]),
      ),
    },
  })
}

/** package.json and lockfile of the sound app with more dependencies of either kind. */
export const installed = (
  dependencies: string[],
  devDependencies: string[],
  {
    files = {},
    lock = {},
    ...more
  }: { files?: NonNullable<Given['files']>; lock?: Packages; [part: string]: unknown } = {},
): NonNullable<Given['files']> => ({
  'package.json': manifest({
    ...more,
    dependencies: {
      'shipit-runtime': 'file:vendor/shipit-runtime-1.0.0.tgz',
      ...Object.fromEntries(dependencies.map((name) => [name, '^4.0.0'])),
    },
    devDependencies: Object.fromEntries(devDependencies.map((name) => [name, '^4.0.0'])),
  }),
  'package-lock.json': npmLock({
    ...Object.fromEntries(dependencies.map((name) => [name, {}])),
    ...Object.fromEntries(devDependencies.map((name) => [name, { dev: true as const }])),
    ...lock,
  }),
  ...files,
})
