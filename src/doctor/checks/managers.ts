import semver from 'semver'
import { simpleCommand } from '../../init/detect/command-line.js'
import { conflictingManagers, declaredManagers } from '../../project/declared-managers.js'
import { isBerryLockfile, LOCKFILE_MANAGERS, lockfilesIn } from '../../project/lockfiles.js'
import type { Manifest, ProjectFacts } from '../facts.js'
import type { Check, Problem } from '../check.js'
import { processesOf } from '../processes.js'

const AT = { place: 'package.json' }

export const packageManagers: Check = {
  name: 'package-managers',
  theme: 'Dependencies',
  asserts: 'package.json names one package manager, and a version that reads the lockfile',
  run: ({ project }) => {
    const { manifest, folder } = project
    if (!manifest) return []
    const several = conflictingManagers(manifest)
    if (several.length > 0) {
      const [first, ...others] = several.map(({ place }) => place.split(' ')[0]!)
      return [
        {
          ...AT,
          severity: 'error',
          what:
            'package.json names several package managers: ' +
            `${several.map(({ place }) => place).join(', ')}.`,
          why: 'Heroku accepts one, and fails the build.',
          next:
            `If ${first} is yours:\nnpm pkg delete ` +
            `${others.filter((name) => name !== first).join(' ')}`,
        },
      ]
    }
    const lockfile = lockfilesIn(folder)[0]
    const [declared] = declaredManagers(manifest)
    if (declared && lockfile && LOCKFILE_MANAGERS[lockfile] !== declared.manager) {
      return [
        {
          ...AT,
          severity: 'warning',
          what: `package.json names ${declared.place}, and the lockfile is ${lockfile}.`,
          why: 'Heroku installs by the lockfile.',
          next:
            `If ${LOCKFILE_MANAGERS[lockfile]} is yours:\nnpm pkg delete ` +
            `${declared.place.split(' ')[0]}`,
        },
      ]
    }
    return [
      ...twoVersions(manifest),
      ...(lockfile === 'pnpm-lock.yaml'
        ? pnpmVersion(project, manifest)
        : lockfile === 'yarn.lock'
          ? yarnVersion(project, manifest)
          : []),
    ]
  },
}

/**
 * packageManager wins (heroku-buildpack-nodejs, bin/compile); pnpm then refuses to install what
 * engines.pnpm does not allow.
 */
function twoVersions({ engines, packageManager }: Manifest): Problem[] {
  const [, name, version] = /^(yarn|pnpm)@(\d+\.\d+\.\d+[^+]*)/.exec(packageManager ?? '') ?? []
  const range = name === undefined ? undefined : engines[name]
  if (
    name === undefined ||
    range === undefined ||
    semver.validRange(range) === null ||
    semver.satisfies(version!, range)
  )
    return []
  return [
    {
      ...AT,
      severity: name === 'pnpm' ? 'error' : 'warning',
      what:
        `package.json names ${name} ${version} as packageManager, and engines.${name} is ` +
        `\`${range}\`.`,
      why:
        name === 'pnpm'
          ? 'Heroku installs that version, which then refuses to install the app.'
          : 'Heroku installs that version, whatever engines says.',
      next: `npm pkg delete engines.${name}`,
    },
  ]
}

/**
 * Which majors of pnpm install from each format of its lockfile with --frozen-lockfile; tried with
 * pnpm 7.33, 8.15, 9.15 and 10.34.
 */
const PNPM_READS: Record<string, { from: number; to: number }> = {
  5: { from: 3, to: 7 },
  6: { from: 8, to: 9 },
  9: { from: 9, to: Infinity },
}
const NEWEST_KNOWN = 20

function pnpmVersion({ folder }: ProjectFacts, { engines, packageManager }: Manifest): Problem[] {
  const [, format] =
    /^lockfileVersion:\s*['"]?(\d+)/m.exec(folder.read('pnpm-lock.yaml') ?? '') ?? []
  const reads = format === undefined ? undefined : PNPM_READS[format]
  if (!reads) return []
  const [, named] = /^pnpm@(\d+)/.exec(packageManager ?? '') ?? []
  const range = named === undefined ? engines['pnpm'] : `${named}.x`
  const majors = Array.from({ length: NEWEST_KNOWN }, (_, at) => at + 1).filter(
    (major) =>
      range === undefined ||
      semver.validRange(range) === null ||
      semver.intersects(range, `${major}.x`),
  )
  // The newest that is allowed is installed.
  const installed = majors.at(-1) ?? 0
  if (installed >= reads.from && installed <= reads.to) return []
  const fits = reads.to === Infinity ? reads.from : reads.to
  const asked =
    named === undefined
      ? range === undefined
        ? 'no version of pnpm'
        : `engines.pnpm \`${range}\``
      : packageManager!.split('+')[0]
  return [
    {
      ...AT,
      severity: 'error',
      what:
        `pnpm-lock.yaml has format ${format}, which pnpm ` +
        `${reads.to === Infinity ? `${reads.from} and later` : `${reads.from} to ${reads.to}`} ` +
        `read, and package.json names ${asked}.`,
      why:
        `Heroku would install ${range === undefined ? 'the newest pnpm' : 'a pnpm'} that does ` +
        'not take this lockfile as it is, and fail the build.',
      next:
        'npm pkg set ' +
        `engines.pnpm=${fits}.x${named === undefined ? '' : ' && npm pkg delete packageManager'}\nOr ` +
        `bring the lockfile in step with the newer pnpm: \`pnpm install\`, and commit it.`,
    },
  ]
}

/**
 * heroku-buildpack-nodejs, lib/package_managers/yarn.sh: fail_missing_yarnrc_yml,
 * fail_missing_yarn_path, fail_missing_yarn_vendor.
 */
function yarnVersion(
  { folder, onDisk }: ProjectFacts,
  { engines, packageManager }: Manifest,
): Problem[] {
  const isBerry = isBerryLockfile(folder.read('yarn.lock') ?? '')
  const asked = Number(
    /^yarn@(\d+)/.exec(packageManager ?? '')?.[1] ??
      /^[^0-9]*(\d+)/.exec(engines['yarn'] ?? '')?.[1] ??
      1,
  )
  const [, yarnPath] = /^yarnPath:\s*["']?([^"'\s#]+)/m.exec(folder.read('.yarnrc.yml') ?? '') ?? []
  if (!isBerry) {
    if (asked < 2) return []
    return [
      {
        ...AT,
        severity: 'error',
        what: `yarn.lock is of Yarn 1, and package.json names Yarn ${asked}.`,
        why: 'Heroku fails the build: that Yarn would have to write the lockfile anew.',
        next: 'yarn install && git commit --message "Bring yarn.lock in step" yarn.lock',
      },
    ]
  }
  if (yarnPath !== undefined && !folder.isFile(yarnPath)) {
    return [
      {
        severity: 'error',
        code: 'git',
        place: '.yarnrc.yml',
        what:
          `.yarnrc.yml names ${yarnPath}, which is ` +
          `${onDisk(yarnPath) ? 'on disk and not in the commit' : 'not there'}.`,
        why: 'Heroku runs that file, and fails the build without it.',
        next: onDisk(yarnPath)
          ? `git add --force ${yarnPath} && git commit --message "Add Yarn itself"`
          : 'yarn set version stable',
      },
    ]
  }
  if (yarnPath !== undefined || asked >= 2) return []
  return [
    {
      ...AT,
      severity: 'error',
      what: 'yarn.lock is of Yarn 2 or later, and nothing names its version.',
      why: 'Heroku would take Yarn 1, and fails the build.',
      next: 'yarn set version stable',
    },
  ]
}

/** With Plug'n'Play there is no node_modules: only what yarn starts finds its packages. */
export const plugAndPlay: Check = {
  name: 'plug-and-play',
  theme: 'Dependencies',
  asserts: "with Yarn's Plug'n'Play, yarn starts the processes",
  run: ({ project }) => {
    const { folder } = project
    if (
      !isBerryLockfile(folder.read('yarn.lock') ?? '') ||
      !usesPlugAndPlay(folder.read('.yarnrc.yml'))
    )
      return []
    return processesOf(project).flatMap(({ type, line, isDefault, place }): Problem[] => {
      const command = isDefault ? 'npm start' : line
      const [program] = simpleCommand(command).words
      if (!/^(npm|npx|node|shipit-runtime)$/.test(program ?? '')) return []
      const instead = command
        .replace(/^npm (run )?/, 'yarn ')
        .replace(/^npx /, 'yarn ')
        .replace(/^(node|shipit-runtime)\b/, 'yarn $1')
      const next =
        isDefault && !folder.isFile('Procfile')
          ? `echo "web: ${instead}" > Procfile`
          : `Write \`${type}: ${instead}\` in the Procfile.`
      return [
        {
          severity: 'error',
          place: isDefault ? 'Procfile' : place,
          what:
            `Heroku runs \`${command}\` for ` +
            `${type}${isDefault ? ', because no Procfile says otherwise' : ''}, and the ` +
            "packages are installed by Plug'n'Play.",
          why: `There is no node_modules: what ${program} starts finds no package.`,
          next,
        },
      ]
    })
  },
}

/**
 * Whether Yarn 2 and later installs by Plug'n'Play: its default, unless .yarnrc.yml names another
 * linker (yarnpkg.com/configuration/yarnrc#nodeLinker).
 */
const usesPlugAndPlay = (yarnrc: string | undefined): boolean =>
  !/^nodeLinker:\s*["']?(node-modules|pnpm)/m.test(yarnrc ?? '')
