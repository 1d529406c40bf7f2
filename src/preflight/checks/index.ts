import type { Check } from '../finding.js'
import { engines, nodeModules, packageManagers, runtimeDependency, singleLockfile } from './dependencies.js'
import { sqlite, uploads } from './disk.js'
import { entry } from './entry.js'
import { instances, socketIo } from './instances.js'
import { listen } from './listen.js'
import { lockfileInStep } from './lockfile-in-step.js'
import { absolutePaths, ecosystemProblems, logFiles, portInEnv, sshTargets, watch } from './options.js'
import { buildpacks, configSet, configShadowed, dynos, preboot, theApp } from './platform.js'
import { envFiles, pm2Secrets, privateKeys } from './secrets.js'
import { lfs, size, submodules } from './size.js'
import { committed, ecosystemFileThere, packageJson, repository, slugignore, startScript } from './start.js'

/** All checks, in the order in which they are told. */
export const CHECKS: readonly Check[] = [
  repository, packageJson, ecosystemFileThere, startScript, committed, slugignore,
  runtimeDependency, singleLockfile, packageManagers, lockfileInStep, engines, nodeModules,
  entry, listen, instances, socketIo,
  ecosystemProblems, sshTargets, portInEnv, watch, logFiles, absolutePaths,
  envFiles, privateKeys, pm2Secrets,
  sqlite, uploads, size, lfs, submodules,
  theApp, configSet, configShadowed, buildpacks, dynos, preboot,
]
